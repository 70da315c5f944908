import { FailureError } from '../../core/failure.ts';
import type { Problem } from '../../core/problem.ts';
import type { OutboundEnvelope } from '../../parsers/draft.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import { writeTa1 } from '../../parsers/x12/acknowledge.ts';
import { interchangeVerdict, transactionVerdict } from '../../parsers/x12/verdicts.ts';
import type { Channel } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import {
  type AnsweredGroup,
  answeredGroup,
  answeredInterchange,
  answeredTransactions,
  type StoredAcknowledgment,
} from '../../store/deliveries/acknowledgment.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answeringAgreement } from '../split/whose.ts';
import { envelopeOf } from './envelope.ts';
import { dataElementsOf, functionalAnswer, listedSetsMax } from './functional-answer.ts';
import { addWritten, type Outgoing, type ReadyDelivery } from './outgoing.ts';
import { takeNumbers } from './take-numbers.ts';
import { writtenFromPages } from './verdict-feed.ts';
import { storeWritten } from './written.ts';

/** Sets with all their problems, which may be a thousand each. */
const pageSize = 100;
/**
 * An acknowledgment says again what the partner said: a set nobody knows, a number that is too long. That is no reason to say nothing;
 * its segments must stand in their places all the same.
 */
const echoPolicies = { elements: 'warn', codes: 'warn', notes: 'warn' } as const;

/** Writes a TA1 or 997 of ours from the stored verdicts and adds its rows to `out`. An acknowledgment never asks to be acknowledged. */
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
  const { sender, receiver } = subject.interchange;
  const agreement = answeringAgreement(known.between(company_id, partner_id), {
    company: company_id,
    partner: partner_id,
    usage,
    syntax: 'x12',
    ours: { ...receiver, syntax: 'x12' },
    theirs: { ...sender, syntax: 'x12' },
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
  const envelopeFor = (version: string): OutboundEnvelope =>
    envelopeOf(agreement, numbers, at, zone, { functionalId: kind === 'TA1' ? null : 'FA', version, asks: false });
  const bytes =
    subject.group === null
      ? writeTa1(envelopeFor(''), interchangeVerdict(subject.interchange, subject.problems))
      : functionalBytes(context, tx, subject.id, subject.group, {
          envelopeFor,
          controlNumber: numbers.transaction,
          acceptedSets: agreement.acknowledgment.acceptedSets && subject.group.counted <= listedSetsMax,
        });
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
      syntax: 'x12',
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

/** What an acknowledgment of ours answers: a group with a 997, an interchange with a TA1. */
type Answered = { readonly id: string; readonly interchange: InterchangeHeader } & (
  | { readonly group: AnsweredGroup; readonly problems: null }
  | { readonly group: null; readonly problems: readonly Problem[] }
);

async function answeredBy(tx: Tx, { group_id, interchange_id }: StoredAcknowledgment): Promise<Answered> {
  if (group_id !== null) {
    const group = await answeredGroup(tx, group_id);
    if (group !== undefined) return { id: group_id, interchange: group.interchange, group, problems: null };
  } else if (interchange_id !== null) {
    const found = await answeredInterchange(tx, interchange_id);
    if (found !== undefined)
      return { id: interchange_id, interchange: found.header, group: null, problems: found.problems };
  }
  throw new FailureError('bug', 'An acknowledgment is owed for nothing that is stored.');
}

function functionalBytes(
  { standards }: FlowContext,
  tx: Tx,
  groupId: string,
  group: AnsweredGroup,
  how: Parameters<typeof functionalAnswer>[3],
): AsyncIterable<Uint8Array> {
  const dataElementOf = dataElementsOf(standards, group.header);
  let after = 0;
  const nextPage = async () => {
    const page = await answeredTransactions(tx, groupId, after, pageSize, how.acceptedSets);
    after = page.at(-1)?.ordinal ?? after;
    return page.map(({ control_number, problems, verdict, ...transaction }) =>
      transactionVerdict({ ...transaction, controlNumber: control_number }, problems, verdict, dataElementOf),
    );
  };
  return writtenFromPages(nextPage, (verdicts) => functionalAnswer(standards, group, verdicts, how));
}
