import { positionAt } from '../../core/position.ts';
import { problem, problemAsJson } from '../../core/problem.ts';
import { isAcknowledgment } from '../../parsers/index.ts';
import type { GroupHeader } from '../../parsers/transaction.ts';
import type { NumberClaim } from '../../store/envelope/claims.ts';
import type { GroupRow, InterchangeRow, ProblemRow } from '../../store/rows/envelope.ts';

export type ClaimingGroup = Pick<GroupRow, 'id' | 'functional_id' | 'control_number' | 'header'>;
export type ClaimingInterchange = Pick<
  InterchangeRow,
  'id' | 'raw_file_id' | 'company_id' | 'usage' | 'syntax' | 'sender' | 'receiver' | 'control_number' | 'byte_offset'
>;

/** X12's are numbers, which systems pad differently; EDIFACT's are text, leading zeros and all. */
const comparable = (syntax: string, controlNumber: string): string =>
  syntax === 'x12' ? controlNumber.trim().replace(/^0+(?=.)/, '') : controlNumber;

const between = ({ company_id, usage, syntax, sender, receiver, id }: ClaimingInterchange) => ({
  company_id: company_id ?? '',
  usage,
  syntax,
  theirs: sender,
  ours: receiver,
  interchange_id: id,
});

export const interchangeClaim = (interchange: ClaimingInterchange): NumberClaim => ({
  ...between(interchange),
  level: 'interchange',
  control_number: comparable(interchange.syntax, interchange.control_number),
});

/** The claim of a group, by kind and number; undefined where it has no number, or is an acknowledgment that is never acknowledged. */
export function groupClaim(
  interchange: ClaimingInterchange,
  { control_number, functional_id }: ClaimingGroup,
): NumberClaim | undefined {
  if (control_number === null || isAcknowledgment(functional_id)) return undefined;
  const number = comparable(interchange.syntax, control_number);
  return { ...between(interchange), level: 'group', control_number: `${functional_id} ${number}` };
}

/** A number was entered before, by the interchange `earlier`. `group`: it is this group's. */
export function usedProblem(
  interchange: ClaimingInterchange,
  group: ClaimingGroup | null,
  earlier: string,
): ProblemRow {
  const isX12 = interchange.syntax === 'x12';
  const found =
    group === null
      ? problem(
          'interchange/control-number-used',
          positionAt(interchange.byte_offset, { tag: isX12 ? 'ISA' : 'UNB' }),
          { found: interchange.control_number },
        )
      : problem(
          'group/control-number-used',
          positionAt((group.header as GroupHeader).byteOffset, { tag: isX12 ? 'GS' : 'UNG' }),
          { found: group.control_number },
        );
  return {
    raw_file_id: interchange.raw_file_id,
    interchange_id: interchange.id,
    group_id: group?.id ?? null,
    transaction_id: null,
    body: { ...problemAsJson(found), earlierInterchange: earlier },
  };
}
