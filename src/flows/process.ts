import { FailureError } from '../core/failure.ts';
import type { Work } from '../core/work.ts';
import type { Tx } from '../store/database.ts';
import { isUniqueViolation } from '../store/database-failure.ts';
import { documentForUpdate, type StoredDocument, setDocumentState } from '../store/documents/document.ts';
import { finishWork } from '../store/work/finish-work.ts';
import type { FlowContext } from './context.ts';
import { openConvoy } from './convoy.ts';
import { type Gathered, gather, gatherInto, writeGathered } from './gathered.ts';
import type { KnownConfiguration } from './known-configuration.ts';
import { processChange } from './orders/process-change.ts';
import { processOrder, refersToAnother } from './orders/process-order.ts';
import { openShelves, type Shelves } from './orders/shelves.ts';
import { processAdvice } from './process-advice.ts';
import { processClaim } from './process-claim.ts';
import { processRemittance } from './process-remittance.ts';
import { processWarehouseShipment } from './process-warehouse-shipment.ts';
import type { WorkHandler } from './run-work.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * A document enters the business: state, answers, expectations, events and further work in one transaction. Documents go in convoy: orders
 * want the same goods.
 */
export function openProcessor(context: FlowContext): WorkHandler {
  const convoy = openConvoy((works: readonly Work[]) => processTogether(context, works), {
    subjectOf: ({ subjectId }) => subjectId,
  });
  return (work) => convoy.join('all', work);
}

async function processTogether(context: FlowContext, works: readonly Work[]): Promise<readonly undefined[]> {
  const known = await context.configuration();
  try {
    await context.database.inTransaction(async (tx) => {
      const documents = (await sideBySide(works.map((work) => documentInHand(tx, work)))).flatMap((one) => one ?? []);
      const [together, alone] = apart(documents);
      const shelves = openShelves(tx);
      await loadShelves(known, shelves, together);
      const gathered = gather();
      for (const one of await sideBySide(
        together.map((document) => processDocument(context, known, tx, shelves, document)),
      ))
        gatherInto(gathered, one);
      await writeGathered(tx, gathered);
      for (const document of alone)
        await writeGathered(tx, await processDocument(context, known, tx, openShelves(tx), document));
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

type OrderDocument = Extract<StoredDocument, { kind: 'order' }>;

/** Orders that only take from the shelves go side by side. What gives goods back, and what moves the ledger, must be seen by the next. */
function apart(documents: readonly StoredDocument[]): [readonly OrderDocument[], readonly StoredDocument[]] {
  const goesTogether = (one: StoredDocument): one is OrderDocument =>
    one.kind === 'order' && !refersToAnother(one.body);
  return [documents.filter(goesTogether), documents.filter((one) => !goesTogether(one))];
}

/** Owner by owner in one order, for another process may be at it too. */
async function loadShelves(
  known: KnownConfiguration,
  shelves: Shelves,
  documents: readonly OrderDocument[],
): Promise<void> {
  const owners = new Map<string, [OrderDocument, ...OrderDocument[]]>();
  for (const document of documents) {
    if (known.agreement(document.agreement_id).decision.decideBy !== 'rules') continue;
    const key = `${document.company_id} ${document.usage}`;
    const ofOwner = owners.get(key);
    if (ofOwner === undefined) owners.set(key, [document]);
    else ofOwner.push(document);
  }
  for (const [, ofOwner] of [...owners].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const orders = ofOwner.map(({ body }) => body);
    await shelves.load(ofOwner[0], orders);
  }
}

function processDocument(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  shelves: Shelves,
  document: StoredDocument,
): Promise<Gathered> {
  switch (document.kind) {
    case 'order':
      return processOrder(context, known, tx, shelves, document);
    case 'order-change':
      return processChange(context, known, tx, document);
    case 'remittance':
      return processRemittance(context, known, tx, document);
    case 'application-advice':
      return processAdvice(context, tx, document);
    case 'debit-credit-advice':
      return processClaim(context, known, tx, document);
    case 'warehouse-shipment':
      return processWarehouseShipment(context, tx, document);
    case 'inventory-advice':
    case 'price-catalogue':
    case 'text-message':
    case 'order-status':
      return keepForPeople(context, tx, document);
    default:
      throw new FailureError('bug', `Nothing is done with a ${document.kind} that comes in.`);
  }
}

/** Told to people and systems that read documents: nothing of the business moves by it. */
async function keepForPeople({ clock }: FlowContext, tx: Tx, document: StoredDocument): Promise<Gathered> {
  await setDocumentState(tx, document.id, 'processed');
  const gathered = gather();
  gathered.events.push({
    at: clock.now(),
    type: `${document.kind}/received`,
    actor: `partner:${document.partner_id}`,
    company: document.company_id,
    usage: document.usage,
    data: { number: document.number },
    objects: [{ kind: 'document', id: document.id, qualifier: 'subject' }],
  });
  return gathered;
}
