import type { Problem } from '../core/problem.ts';
import { type Cursor, fits, idOf, take } from './place-cursor.ts';
import { Misfits } from './place-misfits.ts';
import type { MessageTable } from './standards/definitions.ts';
import type { ImpliedLoops } from './standards/implied.ts';
import type { PlacedLoop, PlacedSegment, Transaction } from './transaction.ts';

/*
 * Placement puts each segment where the standard's order lets it stand: at the same spot while its count allows, else further on in the same
 * loop, else in a loop around it (traps 22, 51). What fits nowhere so is a misfit: place-misfits.ts finds what the sender most likely meant.
 */
export interface Placement {
  readonly root: PlacedLoop;
  /** In wire order: each stands at the segment where it shows. */
  readonly problems: readonly Problem[];
  /** For each segment the id of the loop that took it, null in the root or where it found no place. */
  readonly loopIds: readonly (string | null)[];
}

/**
 * Takes a transaction, the table of its message, and the loops whose absence is expected; gives the tree and the problems of order, repetition and
 * presence. Every segment is in the tree but those the message has no place for. Never throws for what a partner sent; its depth is the table's.
 */
export function place(
  transaction: Transaction,
  table: MessageTable,
  options: { readonly implied?: ImpliedLoops } = {},
): Placement {
  const { places } = table;
  const rootChildren: (PlacedSegment | PlacedLoop)[] = [];
  const root: PlacedLoop = { kind: 'loop', definition: table.root, children: rootChildren, implied: false };
  const cursor: Cursor = { place: places.start, open: [{ definition: table.root, children: rootChildren, count: 0 }] };
  const misfits = new Misfits(transaction, table, options.implied ?? new Set(), cursor);
  const loopIds: (string | null)[] = [];
  const { segments } = transaction;
  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (segment === undefined) break;
    // The road nearly every segment goes: a look-up, a count, no problem.
    const step = places.steps(cursor.place, segment.tag)[0];
    if (
      step !== undefined &&
      step.skipped.length === 0 &&
      segment.tag !== 'LS' &&
      fits(step, cursor) &&
      !misfits.onDetour
    ) {
      take(step, segment, cursor);
      loopIds.push(idOf(cursor.place));
    } else {
      loopIds.push(misfits.settle(segment, index));
    }
  }
  misfits.close();
  return { root, problems: misfits.problems, loopIds };
}
