import { createHash } from 'node:crypto';
import { FailureError } from '../../core/failure.ts';
import type { Problem } from '../../core/problem.ts';
import { messageReference } from '../../parsers/edifact/verdicts.ts';
import { parserNamed } from '../../parsers/index.ts';
import type { Restrictions } from '../../parsers/restrictions.ts';
import type { ReadEvent, SyntaxName } from '../../parsers/transaction.ts';
import { type ValidationPolicies, validate } from '../../parsers/validate.ts';
import { identityKey } from '../../partners/identity.ts';
import type { Tx } from '../../store/database.ts';
import type { GroupRow, InterchangeRow, TransactionRow } from '../../store/rows/envelope.ts';
import { chunkBytes, insertChunk } from '../../store/wire/chunks.ts';
import type { FlowContext } from '../context.ts';

/** What our own reader makes of bytes we are about to send, as the rows of what is sent. */
export interface WrittenRows {
  readonly interchange: InterchangeRow;
  readonly groups: readonly GroupRow[];
  readonly transactions: readonly TransactionRow[];
  readonly sha256: string;
  readonly byteLength: number;
  /** Where the bytes end, not stored yet: nearly always they are nothing else. Null when they ended with a whole chunk. */
  readonly lastChunk: { readonly ordinal: number; readonly bytes: Uint8Array } | null;
}

export interface WrittenBy {
  readonly rawFileId: string;
  readonly company: string;
  readonly partner: string;
  readonly channelId: string;
  readonly agreementId: string | null;
  readonly syntax: SyntaxName;
  /** What we hold what we send to: errors are refused, the rest is let pass. */
  readonly policies: Partial<ValidationPolicies>;
  /** The partner's guide. */
  readonly restrictions?: Restrictions | null;
}

/**
 * Stores an interchange of ours as it is written, and reads it back as the partner would: what our own reader and checks would refuse is
 * never sent. Throws FailureError `document-unwritable` with the first problem; the transaction is then rolled back, numbers and all.
 */
export async function storeWritten(
  context: FlowContext,
  tx: Tx,
  by: WrittenBy,
  written: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<WrittenRows> {
  const { newId, clock, standards } = context;
  const hash = createHash('sha256');
  const reader = parserNamed(by.syntax).createReader();
  const found = {
    interchange: undefined as InterchangeRow | undefined,
    groups: [] as GroupRow[],
    transactions: [] as TransactionRow[],
  };
  const owned = { company_id: by.company, partner_id: by.partner, direction: 'out' as const };

  const take = (event: ReadEvent): void => {
    if (event.kind !== 'transaction') refuse(event.problems);
    const { interchange } = found;
    const group = found.groups.at(-1);
    switch (event.kind) {
      case 'interchange': {
        const { header } = event;
        found.interchange = {
          id: newId(),
          raw_file_id: by.rawFileId,
          ordinal: 1,
          ...owned,
          usage: header.usage,
          channel_id: by.channelId,
          syntax: header.syntax,
          version: header.version,
          sender: identityKey({ ...header.sender, syntax: header.syntax }),
          receiver: identityKey({ ...header.receiver, syntax: header.syntax }),
          control_number: header.controlNumber,
          header,
          byte_offset: header.byteOffset,
          byte_length: null,
          state: 'composed',
          verdict: null,
          quarantine_reason: null,
          group_count: 0,
          transaction_count: 0,
          at: clock.now(),
          closed_at: null,
        };
        return;
      }
      case 'group':
        if (interchange === undefined) return;
        interchange.group_count += 1;
        found.groups.push({
          id: newId(),
          interchange_id: interchange.id,
          ordinal: interchange.group_count,
          ...owned,
          usage: interchange.usage,
          functional_id: event.header.functionalId,
          control_number: event.header.controlNumber,
          version: event.header.version,
          header: event.header,
          verdict: null,
          claimed: null,
          counted: 0,
          accepted: 0,
          with_errors: 0,
        });
        return;
      case 'transaction': {
        if (interchange === undefined || group === undefined) return;
        const { transaction } = event;
        const table = standards.table(transaction.syntax, transaction.version, transaction.message);
        refuse(
          table === undefined
            ? transaction.problems
            : validate(transaction, table, {
                policies: by.policies,
                implied: standards.implied(transaction.message),
                balances: standards.balances(transaction.message),
                ...(by.restrictions ? { restrictions: by.restrictions } : {}),
              }).problems,
        );
        interchange.transaction_count += 1;
        group.counted += 1;
        found.transactions.push({
          id: newId(),
          interchange_id: interchange.id,
          group_id: group.id,
          ordinal: group.counted,
          ...owned,
          usage: interchange.usage,
          agreement_id: by.agreementId,
          message: transaction.message,
          version: transaction.version,
          association: transaction.association,
          reference: transaction.syntax === 'edifact' ? messageReference(transaction) : null,
          control_number: transaction.controlNumber,
          byte_offset: transaction.byteOffset,
          byte_length: transaction.byteLength,
          segment_count: transaction.segments.length,
          state: 'composed',
          verdict: null,
        });
        return;
      }
      case 'group-end':
        if (group !== undefined) group.claimed = event.claimed;
        return;
      case 'interchange-end':
        if (interchange !== undefined) interchange.byte_length = event.byteEnd - interchange.byte_offset;
        return;
      case 'ta1':
      case 'stray':
        return;
    }
  };

  let byteLength = 0;
  let ordinal = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of written) {
    hash.update(chunk);
    byteLength += chunk.byteLength;
    for (const event of reader.push(chunk)) take(event);
    held.push(Uint8Array.from(chunk));
    heldBytes += chunk.byteLength;
    if (heldBytes < chunkBytes) continue;
    let bytes = Buffer.concat(held);
    for (; bytes.byteLength >= chunkBytes; bytes = bytes.subarray(chunkBytes))
      await insertChunk(tx, by.rawFileId, ordinal++, bytes.subarray(0, chunkBytes));
    held = [bytes];
    heldBytes = bytes.byteLength;
  }
  for (const event of reader.end()) take(event);
  if (found.interchange === undefined)
    throw new FailureError('bug', 'An interchange was written that our own reader does not see.');
  return {
    ...found,
    interchange: found.interchange,
    sha256: `\\x${hash.digest('hex')}`,
    byteLength,
    lastChunk: heldBytes === 0 ? null : { ordinal, bytes: Buffer.concat(held) },
  };
}

function refuse(problems: readonly Problem[]): void {
  const first = problems.find(({ severity }) => severity === 'error');
  if (first === undefined) return;
  const { tag, segmentNumber } = first.at;
  throw new FailureError(
    'document-unwritable',
    `What was written would be refused: ${first.message} (${tag ?? '?'}, segment ${segmentNumber ?? '?'})`,
    {
      remedy: 'Mend the document, the map or the agreement, then release the work.',
    },
  );
}
