import { FailureError } from '../../core/failure.ts';
import type { TransactionVerdict } from '../../parsers/acknowledgment.ts';
import { writtenChunkBytes } from '../../parsers/limits.ts';

/*
 * A 997 over a group of 999,999 sets is written in bounded memory: its writer asks for one verdict at a time and cannot wait, the database
 * answers by the page and must be waited for. So before each chunk is asked for, as many verdicts are fetched as can go into one.
 */

/** The fewest bytes that "AK2*850*0001~AK5*A~", "AK3*N1*4*~" and "AK4*1~" take. */
const setBytesMin = 15;
const noteBytesMin = 6;
/** A chunk is given out once it is full, with the segment that filled it. */
const fetchedBytesMin = writtenChunkBytes + 8 * 1024;

const bytesMinOf = ({ segments }: TransactionVerdict): number =>
  segments.reduce((sum, { elements }) => sum + noteBytesMin * (1 + elements.length), setBytesMin);

/**
 * The bytes `write` makes of verdicts that come by the page. `nextPage` gives the verdicts after those it gave before, and none at the end.
 * Throws FailureError `bug` when the writer asks for a verdict that was not fetched.
 */
export async function* writtenFromPages(
  nextPage: () => Promise<readonly TransactionVerdict[]>,
  write: (verdicts: Iterable<TransactionVerdict>) => Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let fetched: TransactionVerdict[] = [];
  let taken = 0;
  let bytesMin = 0;
  let ended = false;

  const fill = async (): Promise<void> => {
    fetched = fetched.slice(taken);
    taken = 0;
    while (!ended && bytesMin < fetchedBytesMin) {
      const page = await nextPage();
      ended = page.length === 0;
      for (const verdict of page) {
        fetched.push(verdict);
        bytesMin += bytesMinOf(verdict);
      }
    }
  };
  function* verdicts(): Generator<TransactionVerdict> {
    for (;;) {
      const next = fetched[taken];
      if (next === undefined && ended) return;
      if (next === undefined) throw new FailureError('bug', 'A 997 was written faster than its verdicts were fetched.');
      taken += 1;
      bytesMin -= bytesMinOf(next);
      yield next;
    }
  }

  const chunks = write(verdicts())[Symbol.iterator]();
  for (;;) {
    await fill();
    const chunk = chunks.next();
    if (chunk.done === true) return;
    yield chunk.value;
  }
}
