import { FailureError, failureOf } from '../core/failure.ts';
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
          if (event.kind === 'failed') report(`inbox of ${id}`, event.failure);
          if (event.kind === 'refused')
            report(`inbox of ${id}`, new FailureError('partner-refused', `${event.name}: ${event.reason}`));
        },
      };
      const poller = startInbox(channel, given, remote);
      pollers.set(id, { text: JSON.stringify(channel), poller });
    }
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
    },
  };
}
