import type { ApplicationAnswer, ApplicationFault } from '../documents/application-advice.ts';
import type { DocumentKind } from '../documents/index.ts';
import { traceFromJson } from '../mappers/index.ts';
import type { Tx } from '../store/database.ts';
import { type StoredDocument, setDocumentState } from '../store/documents/document.ts';
import { answersJudged, documentMeant, type MeantDocument } from '../store/documents/meant.ts';
import type { FlowContext } from './context.ts';
import { type Gathered, gather } from './gathered.ts';

type AdviceDocument = Extract<StoredDocument, { kind: 'application-advice' }>;

/** What a reference or a message code says the document was; the first kind is what is meant when both are silent. */
const KIND_OF: Readonly<Record<string, DocumentKind>> = {
  invoice: 'invoice',
  'ship-notice': 'ship-notice',
  shipment: 'ship-notice',
  'despatch-note': 'ship-notice',
  order: 'order-response',
  '810': 'invoice',
  '855': 'order-response',
  '856': 'ship-notice',
  '865': 'order-response',
  INVOIC: 'invoice',
  DESADV: 'ship-notice',
  ORDRSP: 'order-response',
};
const ANY: readonly DocumentKind[] = ['invoice', 'ship-notice', 'order-response'];

/**
 * A partner's application says what became of documents of ours (824, APERAK). One it refuses is rejected, with the reason, and each fault
 * lands on the field it means through the trace; what it took with errors keeps its state and shows them. One that means no document
 * of ours is held, for a person to see. `means`: the id of the document that a person says is meant by what no rule could tie.
 */
export async function processAdvice(
  context: FlowContext,
  tx: Tx,
  document: AdviceDocument,
  means?: string,
): Promise<Gathered> {
  const gathered = gather();
  const unknown: string[] = [];
  // Released after it was held, an advice judges nothing twice: what it means by a number may be another document by now.
  const judged = await answersJudged(tx, document.id);
  for (const [index, answer] of document.body.answers.entries()) {
    if (judged.has(index)) continue;
    const found = await meantBy(tx, document, answer);
    const meant =
      found ?? (means === undefined ? undefined : await documentMeant(tx, scopeOf(document), ANY, { id: means }));
    if (meant === undefined) unknown.push(answer.reference?.value ?? answer.batch ?? '?');
    else await judge(context, tx, document, { index, answer }, meant, gathered);
  }
  const reason = unknown.length === 0 ? null : `No document of ours is known by ${unknown.join(', ')}.`;
  await setDocumentState(tx, document.id, reason === null ? 'processed' : 'held', reason);
  if (reason !== null)
    gathered.events.push({
      ...eventOf(context, document, 'advice/unmatched'),
      reason,
      objects: [{ kind: 'document', id: document.id, qualifier: 'advice' }],
    });
  return gathered;
}

const scopeOf = ({ company_id, partner_id, usage }: AdviceDocument) => ({
  company: company_id,
  partner: partner_id,
  usage,
});

async function meantBy(
  tx: Tx,
  document: AdviceDocument,
  { reference, documentKind, batch, entry }: ApplicationAnswer,
): Promise<MeantDocument | undefined> {
  const scope = scopeOf(document);
  const kind = KIND_OF[documentKind ?? ''] ?? KIND_OF[reference?.kind?.code ?? ''];
  const kinds = kind === undefined ? ANY : [kind];
  // The set's own numbers are surest: an order number is that of several responses. They are ours, so a stranger's do not fit.
  if (batch !== undefined && entry !== undefined) {
    const found = await documentMeant(tx, scope, kinds, { group: batch, set: entry });
    if (found !== undefined && (reference === undefined || found.number === reference.value)) return found;
  }
  const number = reference?.value;
  return number === undefined ? undefined : documentMeant(tx, scope, kinds, { numbers: [number] });
}

async function judge(
  context: FlowContext,
  tx: Tx,
  document: AdviceDocument,
  { index, answer }: { readonly index: number; readonly answer: ApplicationAnswer },
  meant: MeantDocument,
  gathered: Gathered,
): Promise<void> {
  const verdict = answer.verdict.code ?? 'unclear';
  const errors = (answer.faults ?? []).map((fault) => errorOf(fault, meant));
  const reason = errors.map(({ message }) => message).join(' ') || `The partner's application says: ${verdict}.`;
  if (verdict === 'rejected') await setDocumentState(tx, meant.id, 'rejected', reason);
  gathered.events.push({
    ...eventOf(context, document, `${meant.kind}/partner-${verdict}`),
    ...(verdict === 'accepted' ? {} : { reason }),
    data: {
      number: meant.number,
      advice: document.number,
      answer: index,
      verdict,
      original: answer.verdict.original ?? null,
      errors,
    },
    objects: [
      { kind: 'document', id: document.id, qualifier: 'advice' },
      { kind: 'document', id: meant.id, qualifier: 'answered' },
      ...(meant.order_id === null ? [] : [{ kind: 'order', id: meant.order_id, qualifier: 'concerned' }]),
    ],
  });
}

/** A fault as our document knows it: "segment 9, TDS, element 1" becomes "totals.due". */
function errorOf(fault: ApplicationFault, meant: MeantDocument) {
  const { place, error } = fault;
  const code = error?.code ?? error?.original ?? 'unclear';
  const values = [
    ...(place?.found === undefined ? [] : [`found ${place.found}`]),
    ...(place?.wanted === undefined ? [] : [`wanted ${place.wanted}`]),
  ];
  const text = [fault.text, ...(fault.texts ?? []).map((one) => one.text)].filter((one) => one !== undefined).join(' ');
  return {
    code,
    message: `${text === '' ? code : text}${values.length === 0 ? '' : ` (${values.join(', ')})`}.`.replace(
      /\.\.$/,
      '.',
    ),
    place: place ?? null,
    paths: pathsOf(fault, meant),
  };
}

/** By the place on the wire, as far as it is said; else by the line a reference names, which is all an APERAK can say. */
function pathsOf({ place, references }: ApplicationFault, { trace: stored, body }: MeantDocument): readonly string[] {
  const segment = numberOf(place?.number);
  if (segment !== null && stored !== null) {
    const trace = traceFromJson(stored);
    const exact = trace.pathsAt(segment, numberOf(place?.field), null);
    return exact.length > 0 ? [...exact] : [...trace.pathsAt(segment, null, null)];
  }
  const wanted = new Set((references ?? []).flatMap(({ kind, value }) => (kind?.code === 'line' ? [value] : [])));
  const { lines = [] } = body as { readonly lines?: readonly { readonly number?: string }[] };
  return lines.flatMap(({ number }, index) => (number !== undefined && wanted.has(number) ? [`lines[${index}]`] : []));
}

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;

const eventOf = ({ clock }: FlowContext, document: AdviceDocument, type: string) => ({
  at: clock.now(),
  type,
  actor: `partner:${document.partner_id}`,
  company: document.company_id,
  usage: document.usage,
});
