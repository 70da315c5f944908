import { FailureError } from '../core/failure.ts';
import type { Work } from '../core/work.ts';
import type { Tx } from '../store/database.ts';
import { isUniqueViolation } from '../store/database-failure.ts';
import { documentForUpdate, type StoredDocument } from '../store/documents/document.ts';
import { finishWork } from '../store/work/finish-work.ts';
import type { FlowContext } from './context.ts';
import { type Gathered, writeGathered } from './gathered.ts';
import type { KnownConfiguration } from './known-configuration.ts';
import { processOrder } from './orders/process-order.ts';
import { processRemittance } from './process-remittance.ts';

/** A document enters the business: state, answers, expectations, events and further work in one transaction. */
export async function process(context: FlowContext, work: Work): Promise<void> {
  const known = await context.configuration();
  try {
    await context.database.inTransaction(async (tx) => {
      if (!(await finishWork(tx, work.id, work.attempts))) return;
      const document = await documentForUpdate(tx, work.subjectId);
      // Work may come twice, and a woken document may have been decided by a person meanwhile.
      if (document === undefined || (document.state !== 'entered' && document.state !== 'waiting')) return;
      const gathered = await processDocument(context, known, tx, document);
      await writeGathered(tx, gathered);
    });
  } catch (error) {
    // Two channels have different order keys: documents of one number may then meet, and the second sees the first when it comes again.
    if (!isUniqueViolation(error)) throw error;
    throw new FailureError('database-busy', 'Two documents with one number came at once.', { cause: error });
  }
}

function processDocument(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  document: StoredDocument,
): Promise<Gathered> {
  switch (document.kind) {
    case 'order':
      return processOrder(context, known, tx, document);
    case 'remittance':
      return processRemittance(context, known, tx, document);
    default:
      throw new FailureError('bug', `Nothing is done with a ${document.kind} that comes in.`);
  }
}
