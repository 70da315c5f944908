import { FailureError, failureOf } from '../core/failure.ts';
import { writeRows } from '../store/write-rows.ts';
import type { InboxEvent } from '../transports/directory/inbox.ts';
import type { Poller } from '../transports/directory/poller.ts';
import { startInbox } from '../transports/open-transport.ts';
import type { RemoteParts } from '../transports/remote/parts.ts';
import type { FlowContext } from './context.ts';
import { openReceiver } from './receive.ts';

/** How soon a new or changed channel is noticed. */
const configurationLookMs = 2_000;

/** Watches whatever channels bring in by themselves, following the configuration as it changes. */
export function startInboxes(
  context: FlowContext,
  report: (what: string, failure: FailureError) => void,
  remote: RemoteParts | null = null,
): { close(): Promise<void> } {
  const pollers = new Map<string, { readonly text: string; readonly poller: Poller | null }>();
  const receive = openReceiver(context);
  let closing = false;
  let looking: Promise<void> = Promise.resolve();

  const follow = async (): Promise<void> => {
    const { channels } = await context.configuration();
    const wanted = new Map(channels.map((channel) => [channel.id, channel]));
    for (const [id, { text, poller }] of pollers) {
      if (JSON.stringify(wanted.get(id)) === text) continue;
      pollers.delete(id);
      await poller?.stop();
    }
    for (const [id, channel] of wanted) {
      if (pollers.has(id) || closing) continue;
      const given = {
        intake: { receive },
        clock: context.clock,
        report: (event: InboxEvent) => {
          if (event.kind === 'taken') told.delete(id);
          if (event.kind === 'failed') report(`inbox of ${id}`, event.failure);
          if (event.kind === 'failed' && event.failure.kind === 'partner-refused')
            tell(id, 'channel/look-refused', { message: event.failure.message, remedy: event.failure.remedy ?? null });
          if (event.kind === 'refused') {
            report(`inbox of ${id}`, new FailureError('partner-refused', `${event.name}: ${event.reason}`));
            tell(id, 'channel/file-refused', { message: event.reason, name: event.name });
          }
        },
      };
      const poller = startInbox(channel, given, remote);
      pollers.set(id, { text: JSON.stringify(channel), poller });
    }
  };
  // What a person has to see to is an Event too, once until it changes: a folder without rights would else be one every five seconds.
  const told = new Map<string, string>();
  let telling: Promise<void> = Promise.resolve();
  const tell = (id: string, type: string, data: { readonly message: string } & Record<string, unknown>): void => {
    const text = `${type} ${data.message}`;
    if (told.get(id) === text) return;
    told.set(id, text);
    const objects = [{ kind: 'channel', id, qualifier: 'subject' }];
    const event = { at: context.clock.now(), type, actor: 'gateway', data, objects };
    telling = telling
      .then(() => writeRows(context.database, {}, [event]))
      .catch((thrown: unknown) => report(`inbox of ${id}`, failureOf(thrown)));
  };
  const look = (): void => {
    looking = looking.then(follow).catch((thrown: unknown) => report('inboxes', failureOf(thrown)));
  };
  look();
  const timer = setInterval(look, configurationLookMs);
  return {
    async close() {
      closing = true;
      clearInterval(timer);
      await looking;
      await Promise.all([...pollers.values()].map(({ poller }) => poller?.stop()));
      await telling;
    },
  };
}
