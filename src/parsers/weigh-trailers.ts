import type { Policy, Problem, ProblemCode } from '../core/problem.ts';

/** What a group's or interchange's trailer counts and repeats. One that never came is not among these: what is cut off was not sent whole. */
const WEIGHED: ReadonlySet<ProblemCode> = new Set([
  'group/control-number-mismatch',
  'group/count-mismatch',
  'interchange/control-number-mismatch',
  'interchange/count-mismatch',
]);

/** Takes the problems of a group or an interchange; gives them as an agreement's `validation.envelope` weighs them, as SE and UNT are weighed. */
export function weighTrailers(problems: readonly Problem[], policy: Policy): readonly Problem[] {
  if (policy === 'reject') return problems;
  if (policy === 'off') return problems.filter(({ code }) => !WEIGHED.has(code));
  const weight = policy === 'warn' ? ({ severity: 'warning' } as const) : ({ tolerated: true } as const);
  return problems.map((one) => (WEIGHED.has(one.code) ? { ...one, ...weight } : one));
}

/** Whether what it is about falls for it. */
export const isRejecting = ({ severity, tolerated }: Problem): boolean => severity === 'error' && tolerated !== true;

/** Whether what it is about is taken, with errors. */
export const isTolerated = ({ severity, tolerated }: Problem): boolean => severity === 'error' && tolerated === true;
