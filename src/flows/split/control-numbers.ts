import { positionAt } from '../../core/position.ts';
import { problem, problemAsJson } from '../../core/problem.ts';
import { isAcknowledgment } from '../../parsers/index.ts';
import type { Agreement } from '../../partners/configuration.ts';
import type { NumberClaim } from '../../store/envelope/claims.ts';
import type { GroupRow, InterchangeRow, ProblemRow } from '../../store/rows/envelope.ts';

type ClaimingGroup = Pick<GroupRow, 'id' | 'functional_id' | 'control_number' | 'header'>;
type ClaimingInterchange = Pick<
  InterchangeRow,
  'id' | 'raw_file_id' | 'company_id' | 'usage' | 'syntax' | 'sender' | 'receiver' | 'control_number' | 'byte_offset'
>;

/**
 * The numbers an interchange uses up. Group numbers only where the agreement says so: many senders begin again at 1 in every interchange.
 */
export function claimsOf(
  interchange: ClaimingInterchange,
  groups: readonly ClaimingGroup[],
  agreement: Agreement | undefined,
): NumberClaim[] {
  const { company_id, usage, syntax, sender, receiver, control_number, id } = interchange;
  if (company_id === null) return [];
  const base = { company_id, usage, syntax, theirs: sender, ours: receiver, interchange_id: id };
  const claims: NumberClaim[] = [{ ...base, level: 'interchange', control_number }];
  if (agreement?.duplicates.groupControlNumber !== 'reject') return claims;
  for (const group of groups) {
    if (group.control_number !== null && !isAcknowledgment(group.functional_id)) {
      claims.push({ ...base, level: 'group', control_number: `${group.functional_id} ${group.control_number}` });
    }
  }
  return claims;
}

export interface ClaimJudgment {
  readonly quarantine: string | null;
  readonly interchangeRejected: boolean;
  readonly rejectedGroups: ReadonlySet<string>;
  readonly problems: readonly ProblemRow[];
}

/** What used numbers mean under the agreement: held for an operator, or refused with TA1 025 and AK905 19 (trap 39). */
export function judgeClaims(
  interchange: ClaimingInterchange,
  groups: readonly ClaimingGroup[],
  used: ReadonlyMap<NumberClaim, string>,
  agreement: Agreement | undefined,
): ClaimJudgment {
  const problems: ProblemRow[] = [];
  const rejectedGroups = new Set<string>();
  let interchangeUsed = false;
  for (const [claim, earlier] of used) {
    const group = groups.find(
      (one) => claim.level === 'group' && claim.control_number.endsWith(` ${one.control_number}`),
    );
    const isGroup = claim.level === 'group';
    interchangeUsed ||= !isGroup;
    if (group !== undefined) rejectedGroups.add(group.id);
    const at = positionAt(isGroup ? offsetOf(group) : interchange.byte_offset, {
      tag: isGroup ? 'GS' : interchange.syntax === 'x12' ? 'ISA' : 'UNB',
    });
    problems.push({
      raw_file_id: interchange.raw_file_id,
      interchange_id: interchange.id,
      group_id: group?.id ?? null,
      transaction_id: null,
      body: {
        ...problemAsJson(
          problem(isGroup ? 'group/control-number-used' : 'interchange/control-number-used', at, {
            found: claim.control_number,
          }),
        ),
        earlierInterchange: earlier,
      },
    });
  }
  const hold = interchangeUsed && agreement?.duplicates.controlNumber !== 'reject';
  return {
    quarantine: hold ? 'control-number-used' : null,
    interchangeRejected: interchangeUsed && !hold,
    rejectedGroups,
    problems,
  };
}

const offsetOf = (group: ClaimingGroup | undefined): number =>
  typeof group?.header === 'object' && group.header !== null && 'byteOffset' in group.header
    ? Number(group.header.byteOffset)
    : 0;
