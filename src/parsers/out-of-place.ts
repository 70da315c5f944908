import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { quoted } from './trailer.ts';
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

/** GS and GE with nothing between them: right, and told as an empty interchange is. */
export const emptyGroup = ({ byteOffset }: GroupHeader): Problem =>
  problem('group/empty', positionAt(byteOffset), { severity: 'warning' });

export const duplicateGroup = (number: string, { byteOffset, tag }: Segment): Problem =>
  problem('group/control-number-duplicate', positionAt(byteOffset, { tag }), {
    message: `Group control number ${quoted(number)} was used earlier in this interchange.`,
    found: number,
  });

export const duplicateTransaction = (number: string, { byteOffset, tag }: Segment, within: string): Problem =>
  problem('transaction/control-number-duplicate', positionAt(byteOffset, { segmentNumber: 1, tag }), {
    message: `Control number ${quoted(number)} was used earlier in this ${within}.`,
    found: number,
  });

export const tooManyTransactions = ({ byteOffset, tag }: Segment): Problem =>
  problem('group/too-many-transactions', positionAt(byteOffset, { segmentNumber: 1, tag }));

export const emptyInterchange = ({ byteOffset }: { readonly byteOffset: number }): Problem =>
  problem('interchange/empty', positionAt(byteOffset), { severity: 'warning' });

/** The last trailer has no terminator, and the file ends. */
export const unterminated = ({ tag }: Segment, byteEnd: number): Problem =>
  problem('file/truncated', positionAt(byteEnd), {
    message: `The file ends behind ${tag} without a segment terminator.`,
    severity: 'warning',
  });

/** What is remembered of a segment until the interchange it makes wrong has ended. */
export const placeOf = ({ byteOffset, tag }: Segment): Pick<Segment, 'byteOffset' | 'tag'> => ({ byteOffset, tag });

/** Messages beside UNG…UNE: an interchange holds the ones or the others (ISO 9735-1, 0085 = 30 in UCI), and falls whole. */
export const mixedGroups = ({ byteOffset, tag }: Pick<Segment, 'byteOffset' | 'tag'>): Problem =>
  problem('interchange/mixed-groups', positionAt(byteOffset, { tag }));

/** The group of transactions that stand in none. */
export const groupOfNone = (byteOffset: number): GroupHeader => ({
  functionalId: null,
  sender: null,
  receiver: null,
  controlNumber: null,
  version: null,
  byteOffset,
});
