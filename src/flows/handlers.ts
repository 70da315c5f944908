import { close } from './close.ts';
import type { FlowContext } from './context.ts';
import { expire } from './expire.ts';
import { compose } from './outbound/compose.ts';
import { deliver } from './outbound/deliver.ts';
import type { TransportTable } from './outbound/transport-table.ts';
import { process } from './process.ts';
import { reconcile } from './reconcile.ts';
import type { WorkHandlers } from './run-work.ts';
import { split } from './split/split.ts';

/** The story, one word a step: who does which work. */
export const handlersOf = (context: FlowContext, transports: TransportTable): WorkHandlers => ({
  split: (work) => split(context, work),
  close: (work) => close(context, work),
  process: (work) => process(context, work),
  compose: (work) => compose(context, transports, work),
  deliver: (work) => deliver(context, transports, work),
  reconcile: (work) => reconcile(context, work),
  expire: (work) => expire(context, work),
});
