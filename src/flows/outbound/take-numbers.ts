import type { Agreement } from '../../partners/configuration.ts';
import { controlNumberRange } from '../../partners/control-numbers.ts';
import type { Tx } from '../../store/database.ts';
import { takeControlNumber } from '../../store/envelope/take-control-numbers.ts';
import type { TakenNumbers } from './envelope.ts';

/** Always ISA13, then GS06, then ST02: two workers then never wait for each other crosswise. */
export async function takeNumbers(tx: Tx, agreement: Agreement, alone: boolean): Promise<TakenNumbers> {
  const interchange = await takeControlNumber(tx, controlNumberRange(agreement, 'interchange'));
  if (alone) return { interchange, group: '', transaction: '' };
  const hasGroups = agreement.syntax === 'x12';
  return {
    interchange,
    group: hasGroups ? await takeControlNumber(tx, controlNumberRange(agreement, 'group')) : '',
    transaction: await takeControlNumber(tx, controlNumberRange(agreement, 'transaction')),
  };
}
