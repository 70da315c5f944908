import { FailureError } from '../../core/failure.ts';
import type { OutboundEnvelope } from '../../parsers/draft.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import { writeTa1 } from '../../parsers/x12/acknowledge.ts';
import { interchangeVerdict, transactionVerdict } from '../../parsers/x12/verdicts.ts';
import type { Agreement, Channel } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import {
  type AnsweredGroup,
  type AnsweredInterchange,
  answeredGroup,
  answeredInterchange,
  answeredTransactions,
  type StoredAcknowledgment,
} from '../../store/deliveries/acknowledgment.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answeringAgreement } from '../split/whose.ts';
import { contrlBytes } from './contrl-bytes.ts';
import { envelopeOf, type TakenNumbers } from './envelope.ts';
import { dataElementsOf, functionalAnswer, listedSetsMax } from './functional-answer.ts';
import { addWritten, type Outgoing, type ReadyDelivery } from './outgoing.ts';
import { takeNumbers } from './take-numbers.ts';
import { detailBudget, verdictBytesMin, writtenFromPages } from './verdict-feed.ts';
import { storeWritten } from './written.ts';

/** Sets with all their problems, which may be a thousand each. */
const pageSize = 100;
/** An acknowledgment says again what the partner said: a set or version that no list of ours knows is no reason to say nothing. */
const echoPolicies = { codes: 'warn' } as const;

/**
 * Writes a TA1, 997, 999 or CONTRL of ours from the stored verdicts and adds its rows to `out`. An acknowledgment never asks to be
 * acknowledged.
 */
export async function composeAcknowledgment(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  out: Outgoing,
  acknowledgment: StoredAcknowledgment,
  channel: Channel,
): Promise<ReadyDelivery> {
  const { newId, clock } = context;
  const { company_id, partner_id, usage, kind } = acknowledgment;
  const subject = await answeredBy(tx, acknowledgment);
  const { syntax, sender, receiver } = subject.interchange;
  const agreement = answeringAgreement(known.between(company_id, partner_id), {
    company: company_id,
    partner: partner_id,
    usage,
    syntax,
    ours: { ...receiver, syntax },
    theirs: { ...sender, syntax },
  });
  if (agreement === undefined) {
    throw new FailureError(
      'agreement-missing',
      `No agreement with ${partner_id} says how its interchanges are acknowledged.`,
    );
  }
  const numbers = await takeNumbers(tx, agreement, kind === 'TA1');
  const at = clock.now();
  const { zone } = known.company(company_id);
  const functionalId = kind === '997' || kind === '999' ? 'FA' : null;
  const envelopeFor = (version: string): OutboundEnvelope =>
    envelopeOf(agreement, numbers, at, zone, { functionalId, version, asks: false });
  const bytes = bytesOf(context, tx, kind, subject, { agreement, numbers, envelopeFor });
  const rawFileId = newId();
  const rows = await storeWritten(
    context,
    tx,
    {
      rawFileId,
      company: company_id,
      partner: partner_id,
      channelId: channel.id,
      agreementId: null,
      syntax,
      policies: echoPolicies,
    },
    bytes,
  );
  out.acknowledgmentIds.push(acknowledgment.id);
  return addWritten(
    context,
    out,
    {
      rawFileId,
      channel,
      company: company_id,
      partner: partner_id,
      usage,
      message: kind,
      documentId: null,
      acknowledgmentId: acknowledgment.id,
    },
    rows,
  );
}

/** What an acknowledgment of ours answers: a group with a 997 or 999, an interchange with a TA1 or CONTRL. */
type Answered = { readonly id: string; readonly interchange: InterchangeHeader } & (
  | { readonly group: AnsweredGroup; readonly whole: null }
  | { readonly group: null; readonly whole: AnsweredInterchange }
);

async function answeredBy(tx: Tx, { group_id, interchange_id }: StoredAcknowledgment): Promise<Answered> {
  if (group_id !== null) {
    const group = await answeredGroup(tx, group_id);
    if (group !== undefined) return { id: group_id, interchange: group.interchange, group, whole: null };
  } else if (interchange_id !== null) {
    const whole = await answeredInterchange(tx, interchange_id);
    if (whole !== undefined) return { id: interchange_id, interchange: whole.header, group: null, whole };
  }
  throw new FailureError('bug', 'An acknowledgment is owed for nothing that is stored.');
}

interface Writing {
  readonly agreement: Agreement;
  readonly numbers: TakenNumbers;
  readonly envelopeFor: (version: string) => OutboundEnvelope;
}

function bytesOf(
  context: FlowContext,
  tx: Tx,
  kind: StoredAcknowledgment['kind'],
  { id, interchange, group, whole }: Answered,
  { agreement, numbers, envelopeFor }: Writing,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  const { acceptedSets } = agreement.acknowledgment;
  const controlNumber = numbers.transaction;
  if (whole === null) {
    const how = { envelopeFor, controlNumber, acceptedSets: acceptedSets && group.counted <= listedSetsMax };
    return functionalBytes(context, tx, id, group, { ...how, kind: kind === '999' ? '999' : '997' });
  }
  if (kind === 'TA1') return writeTa1(envelopeFor(''), interchangeVerdict(interchange, whole.problems));
  const how = { envelope: envelopeFor(''), controlNumber };
  return contrlBytes(tx, id, whole, agreement, how);
}

function functionalBytes(
  { standards }: FlowContext,
  tx: Tx,
  groupId: string,
  group: AnsweredGroup,
  how: Parameters<typeof functionalAnswer>[3],
): AsyncIterable<Uint8Array> {
  const dataElementOf = dataElementsOf(standards, group.header);
  const cut = detailBudget();
  let after = 0;
  let ended = false;
  const nextPage = async () => {
    if (ended) return [];
    const page = await answeredTransactions(tx, groupId, after, pageSize, how.acceptedSets ? 'all' : 'with-errors');
    after = page.at(-1)?.ordinal ?? after;
    ended = page.length < pageSize;
    return page.map(({ control_number, problems, verdict, ...transaction }) => {
      const named = { ...transaction, controlNumber: control_number };
      return cut(transactionVerdict(named, problems, verdict, dataElementOf, how.kind));
    });
  };
  return writtenFromPages(nextPage, verdictBytesMin, (verdicts) => functionalAnswer(standards, group, verdicts, how));
}
