import { FailureError } from '../../core/failure.ts';
import type { TransactionVerdict } from '../../parsers/acknowledgment.ts';
import type { OutboundEnvelope } from '../../parsers/draft.ts';
import { writeTa1 } from '../../parsers/x12/acknowledge.ts';
import { interchangeVerdict, transactionVerdict } from '../../parsers/x12/verdicts.ts';
import type { Agreement, Channel } from '../../partners/configuration.ts';
import type { Tx } from '../../store/database.ts';
import {
  answeredGroup,
  answeredInterchange,
  answeredTransactions,
  type StoredAcknowledgment,
  setAcknowledgmentState,
} from '../../store/deliveries/acknowledgment.ts';
import type { FlowContext } from '../context.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answeringAgreement } from '../split/whose.ts';
import { enterWritten } from './enter-written.ts';
import { envelopeOf } from './envelope.ts';
import { dataElementsOf, functionalAnswer } from './functional-answer.ts';
import { takeNumbers } from './take-numbers.ts';
import { storeWritten } from './written.ts';

const pageSize = 1_000;

/** Writes a TA1 or 997 of ours from the stored verdicts. An acknowledgment never asks to be acknowledged. Gives the delivery's id. */
export async function composeAcknowledgment(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  acknowledgment: StoredAcknowledgment,
  channel: Channel,
): Promise<string> {
  const { newId, clock } = context;
  const { company_id, partner_id, usage, kind } = acknowledgment;
  const agreement = answeringAgreement(known, { company: company_id, partner: partner_id, usage, syntax: 'x12' });
  if (agreement === undefined) {
    throw new FailureError(
      'agreement-missing',
      `No agreement with ${partner_id} says how its interchanges are acknowledged.`,
    );
  }
  const numbers = await takeNumbers(tx, agreement, kind === 'TA1');
  const at = clock.now();
  const { zone } = known.company(company_id);
  const envelope = (version: string): OutboundEnvelope =>
    envelopeOf(agreement, numbers, at, zone, { functionalId: kind === 'TA1' ? null : 'FA', version, asks: false });
  const bytes =
    kind === 'TA1'
      ? await ta1Bytes(tx, acknowledgment, envelope(''))
      : await functionalBytes(context, tx, acknowledgment, agreement, envelope, numbers.transaction);
  const rawFileId = newId();
  const rows = await storeWritten(
    context,
    tx,
    { rawFileId, company: company_id, partner: partner_id, channelId: channel.id, agreementId: null, syntax: 'x12' },
    bytes,
  );
  await setAcknowledgmentState(tx, acknowledgment.id, 'composed');
  return enterWritten(
    context,
    tx,
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
    {},
    [],
  );
}

async function ta1Bytes(
  tx: Tx,
  { interchange_id }: StoredAcknowledgment,
  envelope: OutboundEnvelope,
): Promise<Iterable<Uint8Array>> {
  const answered = interchange_id === null ? undefined : await answeredInterchange(tx, interchange_id);
  if (answered === undefined) throw new FailureError('bug', 'A TA1 is owed for no interchange.');
  return writeTa1(envelope, interchangeVerdict(answered.header, answered.problems));
}

async function functionalBytes(
  { standards }: FlowContext,
  tx: Tx,
  { group_id }: StoredAcknowledgment,
  agreement: Agreement,
  envelopeFor: (version: string) => OutboundEnvelope,
  controlNumber: string,
): Promise<Iterable<Uint8Array>> {
  const answered = group_id === null ? undefined : await answeredGroup(tx, group_id);
  if (answered === undefined || group_id === null) throw new FailureError('bug', 'A 997 is owed for no group.');
  const dataElementOf = dataElementsOf(standards, answered.header);
  const verdicts: TransactionVerdict[] = [];
  for (let after = 0; ; after += pageSize) {
    const page = await answeredTransactions(tx, group_id, after, pageSize);
    for (const { control_number, problems, verdict, ...transaction } of page) {
      verdicts.push(
        transactionVerdict(
          { ...transaction, controlNumber: control_number },
          problems,
          verdict ?? 'rejected',
          dataElementOf,
        ),
      );
    }
    if (page.length < pageSize) break;
  }
  const { acceptedSets } = agreement.acknowledgment;
  return functionalAnswer(standards, answered, verdicts, { envelopeFor, controlNumber, acceptedSets });
}
