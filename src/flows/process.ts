import { FailureError } from '../core/failure.ts';
import type { Work } from '../core/work.ts';
import type { Tx } from '../store/database.ts';
import { isUniqueViolation } from '../store/database-failure.ts';
import { documentForUpdate, documentOwner, type StoredDocument } from '../store/documents/document.ts';
import { itemsForUpdate } from '../store/orders/stock.ts';
import { finishWork } from '../store/work/finish-work.ts';
import type { FlowContext } from './context.ts';
import { openConvoy } from './convoy.ts';
import { type Gathered, gather, gatherInto, writeGathered } from './gathered.ts';
import type { KnownConfiguration } from './known-configuration.ts';
import { itemKeysOf } from './orders/decide.ts';
import { processOrder } from './orders/process-order.ts';
import { processRemittance } from './process-remittance.ts';
import type { WorkHandler } from './run-work.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * A document enters the business: state, answers, expectations, events and further work in one transaction. Documents for one company go in
 * convoy: they want the same goods.
 */
export function openProcessor(context: FlowContext): WorkHandler {
  const convoy = openConvoy((works: readonly Work[]) => processTogether(context, works));
  return async (work) => {
    const owner = await documentOwner(context.database, work.subjectId);
    await convoy.join(owner === undefined ? '' : `${owner.company_id} ${owner.usage}`, work);
  };
}

async function processTogether(context: FlowContext, works: readonly Work[]): Promise<readonly undefined[]> {
  const known = await context.configuration();
  try {
    await context.database.inTransaction(async (tx) => {
      const documents = (await sideBySide(works.map((work) => documentInHand(tx, work)))).flatMap((one) => one ?? []);
      if (documents.length > 1) await lockStock(known, tx, documents);
      let gathered = gather();
      for (const document of documents) {
        gatherInto(gathered, await processDocument(context, known, tx, document));
        if (document.kind === 'order') continue;
        // The ledger is in what was gathered: the next remittance must find it moved.
        await writeGathered(tx, gathered);
        gathered = gather();
      }
      await writeGathered(tx, gathered);
    });
  } catch (error) {
    // Two channels have different order keys: documents of one number may then meet, and the second sees the first when it comes again.
    if (!isUniqueViolation(error)) throw error;
    throw new FailureError('database-busy', 'Two documents with one number came at once.', { cause: error });
  }
  return works.map(() => undefined);
}

async function documentInHand(tx: Tx, work: Work): Promise<StoredDocument | undefined> {
  const [isHeld, document] = await Promise.all([
    finishWork(tx, work.id, work.attempts),
    documentForUpdate(tx, work.subjectId),
  ]);
  // Work may come twice, and a woken document may have been decided by a person meanwhile.
  return isHeld && (document?.state === 'entered' || document?.state === 'waiting') ? document : undefined;
}

/** What several orders want is locked at once and in one order: locked order by order, two processes could wait for each other. */
async function lockStock(known: KnownConfiguration, tx: Tx, documents: readonly StoredDocument[]): Promise<void> {
  const orders = documents.flatMap((document) =>
    document.kind === 'order' && known.agreement(document.agreement_id).decision.decideBy === 'rules'
      ? [document.body]
      : [],
  );
  const [first] = documents;
  if (orders.length > 1 && first !== undefined)
    await itemsForUpdate(tx, first.company_id, first.usage, itemKeysOf(orders));
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
