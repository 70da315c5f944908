import { positionAt } from '../core/position.ts';
import { type Problem, problem, type Severity } from '../core/problem.ts';
import { headerFaults, headerProblems, trailerShape } from './check-header.ts';
import type { Envelope } from './envelope.ts';
import type { Delimiters, Segment } from './transaction.ts';

/** What a trailer has to agree with. */
export interface TrailerExpectation {
  readonly level: 'interchange' | 'group' | 'transaction';
  readonly counted: number;
  readonly reference: string;
  readonly sameReference: Envelope['sameReference'];
  /** SE's own number within its transaction; null outside. */
  readonly segmentNumber: number | null;
  /** What is counted. */
  readonly units: 'segment' | 'transaction' | 'message' | 'group';
  readonly delimiters: Delimiters;
  /** Other counts that are let pass. */
  readonly alsoRight?: readonly number[];
  /** How much a wrong count weighs. */
  readonly severity?: Severity;
}

const COUNT_CODE = {
  interchange: 'interchange/count-mismatch',
  group: 'group/count-mismatch',
  transaction: 'transaction/segment-count-mismatch',
} as const;

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
  if (claimed !== expected.counted && expected.alsoRight?.includes(claimed ?? -1) !== true) {
    const { counted, units, severity = 'error' } = expected;
    const were = counted === 1 ? `1 ${units} was` : `${counted} ${units}s were`;
    const message = `${trailer.tag}01 is ${quoted(count)}, but ${were} found.`;
    problems.push(
      problem(COUNT_CODE[expected.level], at(1), { message, found: count, expected: String(counted), severity }),
    );
  }
  // Inside a transaction the tables judge the trailer's values.
  if (expected.level !== 'transaction') {
    const code = expected.level === 'group' ? 'group/header-invalid' : 'interchange/field-invalid';
    problems.push(...headerProblems(code, trailer, headerFaults(trailer, trailerShape, expected.delimiters)));
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
