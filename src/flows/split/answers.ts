import type { Verdict } from '../../core/problem.ts';
import { interchangeNameFault } from '../../parsers/edifact/acknowledge.ts';
import { isAcknowledgment } from '../../parsers/index.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import { isNamedByFunctional, isNamedByTa1 } from '../../parsers/x12/acknowledge.ts';
import type { Agreement } from '../../partners/configuration.ts';
import type { AcknowledgmentRow } from '../../store/rows/documents.ts';
import type { GroupTally } from './verdicts.ts';

export interface ToAnswer {
  readonly id: string;
  readonly company: string;
  readonly partner: string;
  readonly usage: 'test' | 'production';
  readonly channelId: string;
  readonly header: Pick<InterchangeHeader, 'syntax' | 'acknowledgmentRequested' | 'controlNumber'>;
  /** The interchange itself is wrong; its groups are then not answered one by one. */
  readonly broken: boolean;
  /** A TA1 stands in it. */
  readonly holdsTa1?: boolean;
  readonly groups: readonly GroupToAnswer[];
}

interface GroupToAnswer extends Pick<GroupTally, 'counted' | 'acknowledging'> {
  readonly id: string;
  readonly functionalId: string | null;
  readonly controlNumber: string | null;
  readonly verdict: Verdict;
}

/** Whether it holds nothing but acknowledgments, by its name or by what stands in it: a CONTRL has no group of its own to be known by. */
export const acknowledges = ({
  functionalId,
  counted,
  acknowledging,
}: Omit<GroupToAnswer, 'id' | 'verdict' | 'controlNumber'>): boolean =>
  isAcknowledgment(functionalId) || (counted > 0 && acknowledging === counted);

/**
 * What we owe for an interchange: a TA1 by ISA14 and policy, a 997 or 999 per group; a CONTRL by UNB 0031 and policy. Acknowledgments are
 * never acknowledged: no 997 for an FA group, no TA1 or CONTRL for an interchange that holds nothing but acknowledgments, however broken
 * it is: two gateways could go on for ever. Nor is what an answer could not name: no translator would take it, and our own check neither.
 */
export function answersTo(
  { id, company, partner, usage, channelId, header, broken, holdsTa1 = false, groups }: ToAnswer,
  agreement: Pick<Agreement, 'acknowledgment'> | undefined,
  newId: () => string,
  at: Date,
): AcknowledgmentRow[] {
  if (agreement === undefined) return [];
  const { ta1, functional, contrl } = agreement.acknowledgment;
  const asked = groups.filter((group) => !acknowledges(group));
  const nothingElse = asked.length === 0 && (groups.length > 0 || holdsTa1);
  if (nothingElse || (asked.length === 0 && !broken)) return [];
  const row = (kind: AcknowledgmentRow['kind'], group_id: string | null): AcknowledgmentRow => ({
    id: newId(),
    direction: 'out',
    kind,
    company_id: company,
    partner_id: partner,
    usage,
    channel_id: agreement.acknowledgment.channel ?? channelId,
    interchange_id: id,
    group_id,
    transaction_id: null,
    body: null,
    state: 'ready',
    waits_for: null,
    deadline: null,
    at,
  });
  // ISA14 2 and 3 want a TA1 of what is refused only; UNB 0031 2 wants a receipt of anything.
  const requested =
    header.acknowledgmentRequested === '1' ||
    (header.acknowledgmentRequested === '2' && (header.syntax === 'edifact' || broken));
  if (header.syntax === 'edifact') {
    const rejects = broken || asked.some(({ verdict }) => verdict === 'rejected' || verdict === 'partially-accepted');
    return interchangeNameFault(header) === null && isWanted(contrl, requested, rejects) ? [row('CONTRL', null)] : [];
  }
  const rows: AcknowledgmentRow[] = [];
  if (isNamedByTa1(header) && isWanted(ta1, requested, broken)) rows.push(row('TA1', null));
  if (!broken && functional !== 'none') {
    // Sets outside any group stand in one that has no name: AK1 would have nothing to say. The interchange's TA1 tells of them.
    for (const group of asked) if (isNamedByFunctional(group)) rows.push(row(functional, group.id));
  }
  return rows;
}

function isWanted(policy: Agreement['acknowledgment']['ta1'], requested: boolean, rejected: boolean): boolean {
  switch (policy) {
    case 'always':
      return true;
    case 'requested':
      return requested;
    case 'rejected':
      return rejected || requested;
    case 'never':
      return false;
  }
}
