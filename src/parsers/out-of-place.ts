import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { GroupHeader, Segment } from './transaction.ts';

/** Segments one after another that stand where the envelope allows none: one Problem, however many there are. */
export interface StrayRun {
  readonly byteOffset: number;
  /** Of the first. */
  readonly tag: string;
  count: number;
  /** All of them are requests to a carrier, where those belong. */
  forCarrier: boolean;
}

export function strayProblem({ byteOffset, tag, count, forCarrier }: StrayRun): Problem {
  const more = count > 1 ? `, with ${count - 1} more` : '';
  const name = tag === '' ? 'A segment' : `Segment ${tag}`;
  if (forCarrier) {
    return problem('interchange/segment-unexpected', positionAt(byteOffset, { tag }), {
      message: `${name}${more} is a request to whoever carries the interchange: it was passed over.`,
      found: tag,
      severity: 'warning',
    });
  }
  return problem('interchange/segment-unexpected', positionAt(byteOffset, { tag: tag === '' ? null : tag }), {
    message: `${name}${more} stands where the envelope allows none.`,
    found: tag,
  });
}

/** A TA1 that comes too late still says what it says. */
export const lateAcknowledgment = ({ byteOffset, tag }: Segment): Problem =>
  problem('interchange/segment-unexpected', positionAt(byteOffset, { tag }), {
    message: `${tag} stands behind a group: it belongs between ISA and the first GS.`,
    severity: 'warning',
  });

/** The group of transactions that stand in none. */
export const groupOfNone = (byteOffset: number): GroupHeader => ({
  functionalId: null,
  sender: null,
  receiver: null,
  controlNumber: null,
  version: null,
  byteOffset,
});
