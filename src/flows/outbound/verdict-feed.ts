import { FailureError } from '../../core/failure.ts';
import type { TransactionVerdict } from '../../parsers/acknowledgment.ts';
import type { ContrlPart } from '../../parsers/edifact/acknowledge.ts';
import { elementNotesMax, writtenChunkBytes } from '../../parsers/limits.ts';

/*
 * A 997 over a group of 999,999 sets is written in bounded memory, and so is a CONTRL: their writers ask for one verdict at a time and cannot
 * wait, the database answers by the page and must be waited for. So before each chunk is asked for, as many verdicts are fetched as can go
 * into one.
 */

/** The fewest bytes that "AK2*850*0001~AK5*A~", "AK3*N1*4*~" and "AK4*1~" take; "UCM+1+A:B:C:D+4'" and "UCS+2+1'" take no fewer. */
const setBytesMin = 15;
const noteBytesMin = 6;
/** A chunk is given out once it is full, with the segment that filled it. */
const fetchedBytesMin = writtenChunkBytes + 8 * 1024;

export const verdictBytesMin = ({ segments }: TransactionVerdict): number =>
  segments.reduce(
    (sum, { elements }) => sum + noteBytesMin * (1 + Math.min(elements.length, elementNotesMax)),
    setBytesMin,
  );

/** A group's segment may be left out, and is: nothing is counted on. A message here is one that is told. */
export const partBytesMin = (part: ContrlPart): number => (part.kind === 'group' ? 0 : verdictBytesMin(part.message));

/**
 * Segments and elements told one by one, in one acknowledgment: it is one transaction, which a reader holds whole (ours: 1,000,000 segments).
 * Beyond, its transactions are named with their verdicts alone.
 */
const notesMax = 400_000;

/** Cuts verdicts short once as much has been told as a reader can hold. */
export function detailBudget(): (verdict: TransactionVerdict) => TransactionVerdict {
  let left = notesMax;
  return (verdict) => {
    for (const { codes, elements } of verdict.segments) left -= codes.length + elements.length;
    return left >= 0 ? verdict : { ...verdict, segments: [] };
  };
}

/**
 * The bytes `write` makes of items that come by the page. `nextPage` gives the items after those it gave before, and none at the end;
 * `bytesMinOf` says the fewest bytes that are written of one. Throws FailureError `bug` when the writer asks for one that was not fetched.
 */
export async function* writtenFromPages<Item>(
  nextPage: () => Promise<readonly Item[]>,
  bytesMinOf: (item: Item) => number,
  write: (items: Iterable<Item>) => Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let fetched: Item[] = [];
  let taken = 0;
  let bytesMin = 0;
  let ended = false;

  const fill = async (): Promise<void> => {
    fetched = fetched.slice(taken);
    taken = 0;
    while (!ended && bytesMin < fetchedBytesMin) {
      const page = await nextPage();
      ended = page.length === 0;
      for (const item of page) {
        fetched.push(item);
        bytesMin += bytesMinOf(item);
      }
    }
  };
  function* items(): Generator<Item> {
    for (;;) {
      const next = fetched[taken];
      if (next === undefined && ended) return;
      if (next === undefined)
        throw new FailureError('bug', 'An acknowledgment was written faster than its verdicts were fetched.');
      taken += 1;
      bytesMin -= bytesMinOf(next);
      yield next;
    }
  }

  const chunks = write(items())[Symbol.iterator]();
  for (;;) {
    await fill();
    const chunk = chunks.next();
    if (chunk.done === true) return;
    yield chunk.value;
  }
}
