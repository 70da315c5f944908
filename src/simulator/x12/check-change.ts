import { sameNumber } from '../arithmetic.ts';
import { type CheckList, checkList } from '../check.ts';
import { find, idOf, loopsOf, type SentOrder } from './check-response.ts';
import { element, type Transaction } from './read.ts';

/**
 * The 865 for an 860. `taken`: each line stands at the new quantity, accepted. Else it was too late: the line stands as it was, and what
 * happened to it is told.
 */
export function checkChangeResponse(
  { segments }: Transaction,
  order: SentOrder,
  { change, taken }: { readonly change: number; readonly taken: boolean },
): CheckList {
  const list = checkList(`865 for change ${change} of ${order.number}`);
  const bca = segments[1];
  list.same('BCA', bca?.tag, 'BCA');
  list.same('BCA01', element(bca, 1), '04');
  const verdict = element(bca, 2) ?? '';
  list.that('BCA02', (taken ? /^A[CDE]$/ : /^R[DJ]$/).test(verdict), verdict, taken ? 'accepted' : 'rejected');
  list.same('BCA03', element(bca, 3), order.number);
  list.same('BCA05', element(bca, 5), String(change));
  list.same('BCA06', element(bca, 6), order.orderedOn);
  const loops = loopsOf(segments, 'POC', 'CTT');
  list.same('POC segments', String(loops.length), String(order.conversation.lines.length));
  for (const line of order.conversation.lines) {
    const loop = loops.find(([poc]) => element(poc, 1) === line.number) ?? [];
    const at = `line ${line.number}`;
    const [ack] = loop.filter(({ tag }) => tag === 'ACK');
    list.same(`${at} UP`, idOf(loop[0], 8, 'UP'), line.upc);
    list.that(`${at} POC03`, sameNumber(element(loop[0], 3), line.quantity), element(loop[0], 3), line.quantity);
    list.same(`${at} ACK01`, element(ack, 1), taken ? 'IA' : 'IR');
    list.that(`${at} ACK02`, sameNumber(element(ack, 2), line.quantity), element(ack, 2), line.quantity);
  }
  const told = element(find(segments, 'MSG'), 1) ?? '';
  if (!taken) list.that('MSG01', /can no longer be changed: \d+ of \d+ have left/.test(told), told, 'what has left');
  return list;
}
