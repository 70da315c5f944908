import type { Tx } from '../../store/database.ts';
import { takeNumbers } from '../../store/orders/number-series.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answerAgreement, type OrderOwner } from './order-flow.ts';

/**
 * Our own number of an order response, where the partner's messages want one: an ORDRSP has it in BGM 1004, which EANCOM requires, and two
 * answers to one order must differ in it. An 855 is known by the order's number, and gets none.
 */
export async function responseNumber(
  known: KnownConfiguration,
  tx: Tx,
  owner: Omit<OrderOwner, 'id'>,
): Promise<{ readonly number?: string }> {
  if (answerAgreement(known, owner, 'order-response')?.syntax !== 'edifact') return {};
  const serial = await takeNumbers(tx, owner.company_id, owner.usage, 'order-response');
  return { number: `${owner.usage === 'test' ? 'T' : ''}ORS${serial.toString().padStart(7, '0')}` };
}
