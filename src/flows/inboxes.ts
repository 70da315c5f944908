import { FailureError } from '../core/failure.ts';
import type { Channel } from '../partners/configuration.ts';
import { openDirectoryInbox } from '../transports/directory/inbox.ts';
import { type Poller, startPoller } from '../transports/directory/poller.ts';
import type { FlowContext } from './context.ts';
import { receive } from './receive.ts';

/** How soon a new or changed channel is noticed. */
const configurationLookMs = 2_000;

/** Watches the folders of all channels that have one, following the configuration as it changes. */
export function startInboxes(
  context: FlowContext,
  report: (what: string, failure: FailureError) => void,
): { close(): Promise<void> } {
  const pollers = new Map<string, { readonly text: string; readonly poller: Poller }>();
  let closing = false;
  let looking: Promise<void> = Promise.resolve();

  const follow = async (): Promise<void> => {
    const known = await context.configuration();
    const wanted = new Map(known.channels.filter(hasInbox).map((channel) => [channel.id, channel]));
    for (const [id, { text, poller }] of pollers) {
      const channel = wanted.get(id);
      if (channel !== undefined && JSON.stringify(channel) === text) continue;
      pollers.delete(id);
      await poller.stop();
    }
    for (const [id, channel] of wanted) {
      if (!pollers.has(id) && !closing)
        pollers.set(id, { text: JSON.stringify(channel), poller: watch(context, channel, report) });
    }
  };
  const look = (): void => {
    looking = looking.then(follow).catch((thrown: unknown) => {
      report(
        'inboxes',
        thrown instanceof FailureError ? thrown : new FailureError('bug', String(thrown), { cause: thrown }),
      );
    });
  };
  look();
  const timer = setInterval(look, configurationLookMs);
  return {
    async close() {
      closing = true;
      clearInterval(timer);
      await looking;
      await Promise.all([...pollers.values()].map(({ poller }) => poller.stop()));
    },
  };
}

const hasInbox = ({ settings }: Channel): boolean => settings.kind === 'directory' && settings.inbox !== null;

function watch(
  context: FlowContext,
  { id, settings, fileBytesMax, firstInFirstOut }: Channel,
  report: (what: string, failure: FailureError) => void,
): Poller {
  if (settings.kind !== 'directory' || settings.inbox === null)
    throw new FailureError('bug', `The channel ${id} has no inbox.`);
  const inbox = openDirectoryInbox({
    channelId: id,
    inbox: settings.inbox,
    archive: settings.archive,
    takeWhen: settings.takeWhen,
    fileBytesMax,
    firstInFirstOut,
    intake: { receive: (file) => receive(context, file) },
    clock: context.clock,
    report: (event) => {
      if (event.kind === 'failed') report(`inbox of ${id}`, event.failure);
      if (event.kind === 'refused')
        report(`inbox of ${id}`, new FailureError('partner-refused', `${event.name}: ${event.reason}`));
    },
  });
  return startPoller(inbox, settings.pollIntervalMs);
}
