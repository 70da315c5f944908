import type { Position } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import { PROBLEM_CODES } from '../core/problem-codes.ts';
import { problemCountMax } from './limits.ts';

type UntoldKind = Pick<Problem, 'code' | 'severity' | 'source'> & { readonly count: number };

/** Problems that were found and not kept: how many of which kind, and where the first of them is. */
export class UntoldProblems {
  count = 0;
  first: Position | null = null;
  /** By what a policy judges them by. */
  readonly kinds = new Map<string, UntoldKind>();

  add({ code, severity, source, at }: Problem): void {
    this.first ??= at;
    this.#count({ code, severity, source, count: 1 });
  }

  addAll(others: UntoldProblems): void {
    this.first ??= others.first;
    for (const kind of others.kinds.values()) this.#count(kind);
  }

  #count({ code, severity, source, count }: UntoldKind): void {
    const key = `${severity} ${source} ${code}`;
    this.count += count;
    this.kinds.set(key, { code, severity, source, count: (this.kinds.get(key)?.count ?? 0) + count });
  }
}

/** The Problems of one transaction, up to `problemCountMax`; what is over is counted. */
export class ProblemList {
  readonly problems: Problem[] = [];
  readonly untold = new UntoldProblems();

  add(one: Problem): void {
    if (this.problems.length < problemCountMax) this.problems.push(one);
    else this.untold.add(one);
  }

  /** Takes back one that proved to be the consequence of another. */
  remove(one: Problem): void {
    const index = this.problems.lastIndexOf(one);
    if (index >= 0) this.problems.splice(index, 1);
  }
}

const precedence = new Map(Object.keys(PROBLEM_CODES).map((code, index) => [code, index]));

/** Wire order: by segment, element, component, repetition; at one place by the catalogue's order. Those outside segments by their byte. */
export function inWireOrder(problems: readonly Problem[], transactionByteOffset: number): Problem[] {
  const segment = ({ at }: Problem) =>
    at.segmentNumber ?? (at.byteOffset <= transactionByteOffset ? 0 : Number.MAX_SAFE_INTEGER);
  const rank = ({ code }: Problem) => precedence.get(code) ?? 0;
  return problems.toSorted(
    (a, b) =>
      segment(a) - segment(b) ||
      (a.at.elementNumber ?? 0) - (b.at.elementNumber ?? 0) ||
      (a.at.repetition ?? 0) - (b.at.repetition ?? 0) ||
      (a.at.componentNumber ?? 0) - (b.at.componentNumber ?? 0) ||
      rank(a) - rank(b),
  );
}
