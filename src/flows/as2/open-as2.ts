import { FailureError } from '../../core/failure.ts';
import { receivedBefore } from '../../store/as2/received.ts';
import { rememberSent, takeRefusal, unansweredSends } from '../../store/as2/sent.ts';
import { bareMessageId } from '../../transports/as2/names.ts';
import type { MdnLookups } from '../../transports/as2/receive/answer-mdn.ts';
import { openFailurePace } from '../../transports/as2/receive/failure-pace.ts';
import type { As2Event, Station } from '../../transports/as2/receive/station.ts';
import { as2Transport } from '../../transports/as2/send/as2-transport.ts';
import { spool } from '../../transports/as2/spool.ts';
import type { Line } from '../../transports/http/client/exchange.ts';
import type { Transport } from '../../transports/transport.ts';
import type { FlowContext } from '../context.ts';
import { findConfigured } from '../known-configuration.ts';
import { lineOf } from '../line.ts';
import { openKeyRing } from './key-ring.ts';
import { keepSynchronous, mdnLookups } from './receipts.ts';
import { keepRefused } from './refusals.ts';
import { type Rehearsal, type RehearsalWish, rehearse } from './rehearse.ts';
import { type As2Channel, type As2Surroundings, isAs2, relationOf, sendingOver } from './relations.ts';
import { postMdnLater, takeMessage } from './take.ts';

/** AS2 over this gateway's tables. */
export interface OpenAs2 {
  /** The way out of every AS2 channel. */
  readonly transport: Transport;
  readonly station: Station;
  readonly mdns: MdnLookups;
  /** The largest body that any channel may need. */
  readonly bodyBytesMax: () => Promise<number>;
  /** How a channel's server is reached; of kind `http` too. */
  readonly lineTo: (channelId: string) => Promise<Line>;
  readonly rehearse: (channelId: string, wish: RehearsalWish, actor: string) => Promise<Rehearsal>;
}

export function openAs2(context: FlowContext, around: As2Surroundings, report: (event: As2Event) => void): OpenAs2 {
  const { database, clock, newId, configuration, temporaryFolder } = context;
  const channelOf = async (id: string): Promise<As2Channel> => {
    const channel = (await configuration()).channel(id);
    if (channel !== undefined && isAs2(channel)) return channel;
    throw new FailureError('config-invalid', `The configuration has no AS2 channel ${id}.`);
  };
  const channels = async (): Promise<readonly As2Channel[]> => (await configuration()).channels.filter(isAs2);
  return {
    transport: as2Transport({
      sendingTo: async (id) => sendingOver(await channelOf(id), around, clock.now()),
      sent: {
        takeRefusal: (deliveryId) => takeRefusal(database, deliveryId),
        unansweredSends: (deliveryId) => unansweredSends(database, deliveryId),
        remember: ({ deliveryId, channelId, messageId, expected }) =>
          rememberSent(database, {
            deliveryId,
            channelId,
            messageId: bareMessageId(messageId),
            expected,
            at: clock.now(),
          }),
        keepMdn: async (deliveryId, mdn, verdict) => void (await keepSynchronous(context, deliveryId, mdn, verdict)),
      },
      spool: (source) => spool(source, Number.MAX_SAFE_INTEGER, temporaryFolder),
    }),
    station: {
      clock,
      newId,
      host: around.host,
      spool: (source, bytesMax) => spool(source, bytesMax, temporaryFolder),
      report,
      failures: openFailurePace(),
      lookups: {
        async relationOf(theirName, ourName) {
          const found = await findConfigured(configuration, ({ channels }) =>
            channels
              .filter(isAs2)
              .find(({ settings }) => settings.theirName === theirName && settings.ourName === ourName),
          );
          return found === undefined ? undefined : relationOf(found, around, clock.now());
        },
        earlierAnswer: (key) => receivedBefore(database, key),
        take: (message) => takeMessage(context, message),
        keepRefused: (refused) =>
          keepRefused(context, refused, (message) => report({ kind: 'unkept', channelId: refused.channelId, message })),
        postMdn: (channelId, mdn) => postMdnLater(context, channelId, mdn),
      },
    },
    mdns: mdnLookups(context),
    // Base64 adds a third, signatures and certificates some KB.
    bodyBytesMax: async () =>
      Math.max(0, ...(await channels()).map(({ fileBytesMax }) => fileBytesMax)) * 1.5 + 1024 * 1024,
    async lineTo(channelId) {
      const channel = (await configuration()).channel(channelId);
      if (channel?.settings.kind === 'as2' || channel?.settings.kind === 'http')
        return lineOf(channelId, channel.settings, around);
      throw new FailureError('config-invalid', `The configuration has no channel ${channelId} over HTTP.`);
    },
    rehearse: (channelId, wish, actor) => rehearse(context, around, channelId, wish, actor),
  };
}

interface Log {
  info(data: object, text: string): void;
  warn(data: object, text: string): void;
}

/** As `serve` runs it: keys opened with the master key, and what partners do told in the log; never what is in their messages. */
export function openAs2OfGateway(
  context: FlowContext,
  masterKey: Buffer | null,
  environment: Readonly<Record<string, string | undefined>>,
  log: Log,
): OpenAs2 {
  const keys = openKeyRing(context.database, context.clock, masterKey);
  const host = environment.TALLYPORT_AS2_HOST ?? 'tallyport';
  return openAs2(context, { keys, environment, host }, (event) => {
    if (event.kind === 'unkept') {
      log.warn({ channelId: event.channelId }, `as2: a refusal could not be kept: ${event.message}`);
      return;
    }
    const { kind, channelId, messageId } = event;
    const told = { channelId, messageId };
    if (event.kind === 'refused') log.warn({ ...told, modifier: event.modifier }, `as2: refused: ${event.detail}`);
    else if (event.kind === 'failed') log.warn(told, `as2: not stored: ${event.failure.message}`);
    else log.info(told, `as2: ${kind}`);
  });
}
