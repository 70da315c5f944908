import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { PROBLEM_CODES } from '../core/problem-codes.ts';

/** Ours: a 32 MB transaction of nothing but mistakes would otherwise make millions of Problems. No acknowledgment carries a tenth of this. */
export const problemCountMax = 10_000;

/** The Problems of one transaction, up to `problemCountMax`; what is over is told in one more. */
export class ProblemList {
  readonly problems: Problem[] = [];
  #full = false;

  add(one: Problem): void {
    if (this.problems.length < problemCountMax) this.problems.push(one);
    else if (!this.#full) {
      this.#full = true;
      this.problems.push(
        problem(
          'transaction/too-many-problems',
          positionAt(one.at.byteOffset, { segmentNumber: one.at.segmentNumber }),
        ),
      );
    }
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
