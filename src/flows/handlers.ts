import { close } from './close.ts';
import type { FlowContext } from './context.ts';
import { expire } from './expire.ts';
import { openComposer } from './outbound/compose.ts';
import { deliver, openSender } from './outbound/deliver.ts';
import type { TransportTable } from './outbound/transport-table.ts';
import { openProcessor } from './process.ts';
import { reconcile } from './reconcile.ts';
import type { WorkHandlers } from './run-work.ts';
import { openSplitter } from './split/split.ts';

/** The story, one word a step: who does which work. */
export function handlersOf(context: FlowContext, transports: TransportTable): WorkHandlers {
  const sender = openSender(context, transports);
  return {
    split: openSplitter(context),
    close: (work) => close(context, work),
    process: openProcessor(context),
    compose: openComposer(context, sender),
    deliver: (work) => deliver(context, sender, work, transports.deliverMdn),
    reconcile: (work) => reconcile(context, work),
    expire: (work) => expire(context, work),
  };
}
