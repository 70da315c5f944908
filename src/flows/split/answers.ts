import type { Verdict } from '../../core/problem.ts';
import { isAcknowledgment } from '../../parsers/index.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Agreement } from '../../partners/configuration.ts';
import type { AcknowledgmentRow } from '../../store/rows/documents.ts';

export interface ToAnswer {
  readonly id: string;
  readonly company: string;
  readonly partner: string;
  readonly usage: 'test' | 'production';
  readonly channelId: string;
  readonly header: Pick<InterchangeHeader, 'syntax' | 'acknowledgmentRequested'>;
  /** The interchange itself is wrong; its groups are then not answered one by one. */
  readonly broken: boolean;
  /** A TA1 stands in it. */
  readonly holdsTa1?: boolean;
  readonly groups: readonly { readonly id: string; readonly functionalId: string | null; readonly verdict: Verdict }[];
}

/**
 * What we owe for an interchange: a TA1 by ISA14 and policy, a 997 per group. Acknowledgments are never acknowledged: no 997 for an FA group,
 * no TA1 for an interchange that holds nothing but 997s or a TA1, however broken it is: two gateways could go on for ever.
 */
export function answersTo(
  { id, company, partner, usage, channelId, header, broken, holdsTa1 = false, groups }: ToAnswer,
  agreement: Pick<Agreement, 'acknowledgment'> | undefined,
  newId: () => string,
  at: Date,
): AcknowledgmentRow[] {
  if (agreement === undefined || header.syntax !== 'x12') return [];
  const asked = groups.filter(({ functionalId }) => !isAcknowledgment(functionalId));
  const acknowledges = asked.length === 0 && (groups.length > 0 || holdsTa1);
  if (acknowledges || (asked.length === 0 && !broken)) return [];
  const row = (kind: 'TA1' | '997', group_id: string | null): AcknowledgmentRow => ({
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
  const rows: AcknowledgmentRow[] = [];
  if (wantsTa1(agreement.acknowledgment.ta1, header.acknowledgmentRequested !== '0', broken))
    rows.push(row('TA1', null));
  if (!broken && agreement.acknowledgment.functional === '997') {
    // Sets outside any group stand in one that has no name: AK1 would have nothing to say. The interchange's TA1 tells of them.
    for (const group of asked) if (group.functionalId) rows.push(row('997', group.id));
  }
  return rows;
}

function wantsTa1(policy: Agreement['acknowledgment']['ta1'], requested: boolean, rejected: boolean): boolean {
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
