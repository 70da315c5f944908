import { positionAt } from '../core/position.ts';
import { problem } from '../core/problem.ts';
import type { ProblemList } from './problem-list.ts';
import type { Segment, Transaction } from './transaction.ts';

/**
 * LE01 repeats the LS01 it closes (an error when not), and LS01 names the loop between them: only a warning when not, for senders number
 * that loop as their guides do.
 */
export function checkBounds({ segments }: Transaction, loopIds: readonly (string | null)[], list: ProblemList): void {
  const open: Segment[] = [];
  segments.forEach((segment, index) => {
    if (segment.tag === 'LS') {
      open.push(segment);
      const inside = loopIds[index + 1] ?? null;
      if (inside !== null && inside !== loopIds[index] && inside !== segment.value(1))
        tell(list, segment, inside, 'warning');
    } else if (segment.tag === 'LE') {
      const begun = open.pop()?.value(1);
      if (begun !== undefined && begun !== segment.value(1)) tell(list, segment, begun, 'error');
    }
  });
}

function tell(list: ProblemList, segment: Segment, expected: string, severity: 'error' | 'warning'): void {
  const at = positionAt(segment.byteOffsetOf(1), { segmentNumber: segment.number, tag: segment.tag, elementNumber: 1 });
  const found = segment.value(1);
  const message = `${segment.tag}01 is "${found}", and ${segment.tag === 'LE' ? 'LS01 was' : 'its loop is'} "${expected}".`;
  list.add(problem('loop/identifier-mismatch', at, { message, found, expected, severity }));
}
