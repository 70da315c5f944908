import type { Tx } from '../../store/database.ts';
import { letWait, type StoredDocument } from '../../store/documents/document.ts';
import { hasPendingWork } from '../../store/work/pending-work.ts';
import type { FlowContext } from '../context.ts';
import type { Gathered } from '../gathered.ts';
import { nextLookAt, orderWaitMs, waitsForOrder } from '../waiting.ts';

/**
 * What speaks of an order may be read before it: it waits a while. False when it has waited long enough: then it speaks of an order that
 * never came.
 */
export async function waitForOrder(
  { clock }: FlowContext,
  tx: Tx,
  document: StoredDocument,
  order: { readonly number: string; readonly release: string },
  gathered: Gathered,
): Promise<boolean> {
  const at = clock.now();
  const deadline = new Date(document.at.getTime() + orderWaitMs);
  if (at >= deadline) return false;
  await letWait(tx, document.id, [waitsForOrder(document.partner_id, order.number, order.release)], deadline);
  if (!(await hasPendingWork(tx, 'process', document.id))) {
    const notBefore = nextLookAt(at, deadline, document.state === 'entered');
    gathered.work.push({ kind: 'process', subjectId: document.id, fairnessKey: document.partner_id, notBefore });
  }
  return true;
}
