import type { Order } from '../../documents/order.ts';
import type { Agreement } from '../../partners/configuration.ts';
import type { AnnouncementRow } from '../../store/rows/outbound.ts';
import type { FlowContext } from '../context.ts';
import type { OrderOwner } from './order-flow.ts';

/** What tells a back office, at the URL its agreement names, that an order or a change of one waits for its decision; null when it polls. */
export function announcementRow(
  { newId, clock }: FlowContext,
  agreement: Agreement,
  owner: OrderOwner,
  order: Order,
  changeId: string | null = null,
): AnnouncementRow | null {
  const { announceUrl } = agreement.decision;
  if (announceUrl === null) return null;
  const id = newId();
  const at = clock.now();
  return {
    id,
    order_id: owner.id,
    company_id: owner.company_id,
    usage: owner.usage,
    url: announceUrl,
    body: {
      id,
      type: changeId === null ? 'order.awaiting-decision' : 'order.change-awaiting-decision',
      at: at.toISOString(),
      data: {
        orderId: owner.id,
        number: owner.number,
        partner: owner.partner_id,
        usage: owner.usage,
        document: order,
        ...(changeId === null ? {} : { changeId }),
      },
    },
    state: 'ready',
    at,
  };
}
