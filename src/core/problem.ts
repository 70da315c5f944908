import type { Position } from './position.ts';
import { PROBLEM_CODES } from './problem-codes.ts';

/*
 * Problem   something a partner did wrong: a value, never an exception. It knows where it is, what was found and what was expected.
 * Severity  `error` or `warning`: a layer's policy decides it, and through it the verdict.
 * Policy    what an agreement says of one layer or rule: reject, accept-with-errors, warn, off.
 * Verdict   what became of a transaction, group or interchange.
 */
export type ProblemCode = keyof typeof PROBLEM_CODES;
export type Severity = 'error' | 'warning';
export type ProblemSource = 'standard' | 'guide';
export type Policy = 'reject' | 'accept-with-errors' | 'warn' | 'off';
export type Verdict = 'accepted' | 'accepted-with-errors' | 'partially-accepted' | 'rejected';

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** One sentence a partner can act on: "N104 is missing: N103 is present, and note P0304 wants both." */
  readonly message: string;
  readonly source: ProblemSource;
  readonly at: Position;
  readonly found: string | null;
  readonly expected: string | null;
  /** An error of a group or interchange that is taken all the same: by agreement, or because it is of a TA1, which speaks of another one. */
  readonly tolerated?: true;
}

/** The longest piece of partner data a Problem repeats, in characters: reports stay readable and bounded. */
export const foundLengthMax = 80;

/** Makes a Problem; `message` falls back to the catalogue's sentence, `found` is cut at `foundLengthMax`. */
export function problem(
  code: ProblemCode,
  at: Position,
  more: {
    message?: string;
    found?: string | null;
    expected?: string | null;
    severity?: Severity;
    source?: ProblemSource;
  } = {},
): Problem {
  const found = more.found ?? null;
  return {
    code,
    severity: more.severity ?? 'error',
    message: more.message ?? PROBLEM_CODES[code],
    source: more.source ?? 'standard',
    at,
    found: found !== null && found.length > foundLengthMax ? `${found.slice(0, foundLengthMax)}…` : found,
    expected: more.expected ?? null,
  };
}

/** The flat form `check --json` and the API publish (design, section 7). */
export const problemAsJson = ({ at, ...rest }: Problem) => ({ ...rest, ...at });
