import { FailureError } from '../core/failure.ts';
import { createReader } from '../parsers/index.ts';
import type { GroupHeader, InterchangeHeader, Transaction } from '../parsers/transaction.ts';
import { selectAgreement } from '../partners/select-agreement.ts';
import { readChunks } from '../store/wire/chunks.ts';
import { enterParked, type ParkedTransaction, transactionToRelease } from '../store/wire/parked-transaction.ts';
import { insertWork } from '../store/work/insert-work.ts';
import { writeRows } from '../store/write-rows.ts';
import type { FlowContext } from './context.ts';
import { documentRow } from './split/new-rows.ts';
import { readExpressions, readTransaction } from './split/read-transaction.ts';

/**
 * An operator says that a parked transaction is to be read again: its map, or the agreement, was mended. What it says enters the business as
 * if it had just come; it was acknowledged long ago. Throws FailureError `not-found`, `usage-wrong` when it is not parked or still cannot be
 * read, or what its map fails with; it then stays parked.
 */
export async function releaseTransaction(
  context: FlowContext,
  id: string,
  actor: string,
  reason: string,
): Promise<void> {
  const { database, clock, newId } = context;
  const known = await context.configuration();
  await database.inTransaction(async (tx) => {
    const parked = await transactionToRelease(tx, id);
    if (parked === undefined) throw new FailureError('not-found', `There is no transaction ${id}.`);
    const { company_id, partner_id, usage } = parked;
    if (
      parked.state !== 'parked' ||
      parked.interchange_state !== 'closed' ||
      company_id === null ||
      partner_id === null
    )
      throw new FailureError('usage-wrong', `The transaction ${id} is ${parked.state}: it cannot be released.`);
    const { header, group, transaction } = await readAgain(context, parked);
    const choice = selectAgreement(known.between(company_id, partner_id), {
      direction: 'in',
      syntax: header.syntax,
      sender: header.sender,
      receiver: header.receiver,
      usage: header.usage,
      message: transaction.message,
      version: group.version ?? transaction.version,
    });
    if (choice.agreement === undefined) throw new FailureError('usage-wrong', choice.message);
    const { agreement } = choice;
    const rules = known.rulesOf(partner_id, context.maps);
    const by = { ...context, maps: rules.maps };
    const reading = readTransaction(by, transaction, agreement, false, rules.guide(agreement.guide));
    const { document, problems, failure } = (await readExpressions(by, reading)) ?? reading;
    if (failure !== null) throw failure;
    if (document === null)
      throw new FailureError('usage-wrong', `It cannot be read: ${problems.map((one) => one.message).join(' ')}`);
    const at = clock.now();
    const owned = { company_id, partner_id, usage };
    const of = { id: newId(), agreementId: agreement.id, transactionId: id, channelOrderKey: null, at };
    const row = { ...documentRow(document, owned, of), state: 'entered' as const };
    await writeRows(tx, { document: [row] }, [
      {
        at,
        type: 'transaction/released',
        actor,
        reason,
        company: company_id,
        usage,
        data: { message: transaction.message, controlNumber: transaction.controlNumber },
        objects: [
          { kind: 'transaction', id, qualifier: 'subject' },
          { kind: 'document', id: row.id, qualifier: 'read' },
          { kind: 'interchange', id: parked.interchange_id, qualifier: 'held' },
        ],
      },
    ]);
    await enterParked(tx, id, agreement.id);
    await insertWork(tx, [{ kind: 'process', subjectId: row.id, fairnessKey: partner_id, orderKey: row.order_key }]);
  });
}

interface ReadAgain {
  readonly header: InterchangeHeader;
  readonly group: GroupHeader;
  readonly transaction: Transaction;
}

/** From the beginning of its interchange, for that tells the delimiters; no further than the transaction. */
async function readAgain({ database }: FlowContext, parked: ParkedTransaction): Promise<ReadAgain> {
  const from = Number(parked.interchange_offset);
  const wanted = Number(parked.byte_offset);
  const reader = createReader({ state: { byteOffset: from, interchanges: 0, syntax: null, walk: null } });
  let header: InterchangeHeader | undefined;
  let group: GroupHeader | undefined;
  for await (const bytes of readChunks(database, parked.raw_file_id, from))
    for (const event of reader.read(bytes)) {
      if (event.kind === 'interchange') header = event.header;
      if (event.kind === 'group') group = event.header;
      if (event.kind !== 'transaction' || event.transaction.byteOffset !== wanted) continue;
      if (header !== undefined && group !== undefined) return { header, group, transaction: event.transaction };
    }
  throw new FailureError('bug', 'A transaction is not where it was found when its file was read.');
}
