import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Envelope } from './envelope.ts';
import type { Segment } from './transaction.ts';

/** What a trailer has to agree with. */
export interface TrailerExpectation {
  readonly level: 'interchange' | 'group' | 'transaction';
  readonly counted: number;
  readonly reference: string;
  readonly sameReference: Envelope['sameReference'];
  /** SE's own number within its transaction; null outside. */
  readonly segmentNumber: number | null;
}

const COUNT_CODE = {
  interchange: 'interchange/count-mismatch',
  group: 'group/count-mismatch',
  transaction: 'transaction/segment-count-mismatch',
} as const;
const COUNTED = { interchange: 'counted', group: 'transactions', transaction: 'segments' } as const;

/**
 * Checks a trailer: element 1 counts, element 2 repeats the header's reference (SE, GE, IEA, UNT, UNE, UNZ alike).
 * `claimed` is null when the count is no whole number.
 */
export function checkTrailer(
  trailer: Segment,
  expected: TrailerExpectation,
): { claimed: number | null; problems: Problem[] } {
  const problems: Problem[] = [];
  const at = (elementNumber: number) =>
    positionAt(trailer.byteOffsetOf(elementNumber), {
      segmentNumber: expected.segmentNumber,
      tag: trailer.tag,
      elementNumber,
    });
  const count = trailer.value(1);
  const claimed = /^[0-9]{1,10}$/.test(count) ? Number(count) : null;
  const reference = trailer.value(2);
  if (!expected.sameReference(expected.level, expected.reference, reference)) {
    problems.push(
      problem(`${expected.level}/control-number-mismatch`, at(2), {
        message: `${trailer.tag}02 is ${quoted(reference)}, but the header says ${quoted(expected.reference)}.`,
        found: reference,
        expected: expected.reference,
      }),
    );
  }
  if (claimed !== expected.counted) {
    problems.push(
      problem(COUNT_CODE[expected.level], at(1), {
        message: `${trailer.tag}01 is ${quoted(count)}, but ${expected.counted} ${COUNTED[expected.level]} were found.`,
        found: count,
        expected: String(expected.counted),
      }),
    );
  }
  return { claimed, problems };
}

/** A value in a sentence: cut, for a sender may put megabytes there. */
export const quoted = (value: string): string =>
  value === '' ? 'missing' : value.length > 40 ? `"${value.slice(0, 40)}…"` : `"${value}"`;

/** The trailer of `level` never came; `byteOffset` is where it would stand. */
export function trailerMissing(
  level: 'interchange' | 'group' | 'transaction',
  { tags }: Envelope,
  byteOffset: number,
): Problem {
  const tag = { interchange: tags.interchangeEnd, group: tags.groupEnd, transaction: tags.transactionEnd }[level];
  return problem(`${level}/trailer-missing`, positionAt(byteOffset), { message: `${tag} is missing.`, expected: tag });
}
