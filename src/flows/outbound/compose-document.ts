import { FailureError } from '../../core/failure.ts';
import { traceToJson } from '../../mappers/index.ts';
import { expectedFrom } from '../../orders/expectations.ts';
import { parserNamed } from '../../parsers/index.ts';
import type { Agreement, Channel } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import type { StoredDocument } from '../../store/documents/document.ts';
import type { FlowContext } from '../context.ts';
import { expectationRows } from '../expect.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { withWriteExpressions } from '../map-expressions.ts';
import { envelopeOf } from './envelope.ts';
import { addWritten, type Outgoing, type ReadyDelivery } from './outgoing.ts';
import { takeNumbers } from './take-numbers.ts';
import { storeWritten } from './written.ts';

/**
 * Writes a document of ours: map, control numbers, bytes; the rows of all of it are added to `out`. Throws FailureError `document-unwritable`
 * or `map-*`; the transaction is then rolled back with the numbers it took.
 */
export async function composeDocument(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  out: Outgoing,
  document: StoredDocument,
  agreement: Agreement,
  channel: Channel,
): Promise<ReadyDelivery> {
  const { standards, newId, clock } = context;
  const rules = known.rulesOf(agreement.partner, context.maps);
  const map = rules.maps.map(agreement.map);
  const evaluated = await withWriteExpressions(context, map, document.body);
  const writing = map.write(evaluated.document, agreement.values);
  const problem = [...evaluated.problems, ...writing.problems].find(({ severity }) => severity === 'error');
  if (problem !== undefined) {
    throw new FailureError(
      'document-unwritable',
      `The ${document.kind} ${document.number} cannot be written: ${problem.message}`,
      {
        remedy: 'Mend the document, the map or the agreement, then release the work.',
      },
    );
  }
  const at = clock.now();
  const { zone } = known.company(document.company_id);
  const numbers = await takeNumbers(tx, agreement, false);
  const functionalId = standards.table(agreement.syntax, map.version, map.message)?.functionalId ?? null;
  const envelope = envelopeOf(agreement, numbers, at, zone, { functionalId, version: agreement.version, asks: true });
  const rawFileId = newId();
  const rows = await storeWritten(
    context,
    tx,
    {
      rawFileId,
      company: document.company_id,
      partner: document.partner_id,
      channelId: channel.id,
      agreementId: agreement.id,
      syntax: agreement.syntax,
      policies: agreement.validation,
      restrictions: rules.guide(agreement.guide),
    },
    parserNamed(agreement.syntax).writeInterchange(envelope, [
      { draft: writing.draft, controlNumber: numbers.transaction },
    ]),
  );
  const [transaction] = rows.transactions;
  out.documents.push({
    id: document.id,
    transactionId: transaction?.id ?? null,
    mapName: map.name,
    mapHash: map.versionHash,
    trace: traceToJson(writing.trace),
    unwritten: writing.unwritten.length === 0 ? null : writing.unwritten,
  });
  const { acknowledgmentMinutes } = agreement.deadlines;
  const expected = expectedFrom(
    { kind: 'delivered', acknowledged: true },
    {
      responseMinutes: null,
      shipNoticeMinutes: null,
      invoiceMinutes: null,
      acknowledgmentMinutes,
      receiptMinutes: null,
      remittance: false,
    },
  );
  return addWritten(
    context,
    out,
    {
      rawFileId,
      channel,
      company: document.company_id,
      partner: document.partner_id,
      usage: document.usage,
      message: map.message,
      documentId: document.id,
      acknowledgmentId: null,
    },
    rows,
    {
      expectation: expectationRows(
        expected,
        {
          subjectKind: 'interchange',
          subjectId: rows.interchange.id,
          company: document.company_id,
          partner: document.partner_id,
          usage: document.usage,
          zone,
        },
        newId,
        at,
      ),
    },
  );
}
