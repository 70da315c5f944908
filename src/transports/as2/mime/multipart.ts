import type { ByteReader } from '../byte-reader.ts';
import { As2Fault } from '../fault.ts';
import { boundaryLengthMax } from '../limits.ts';

const LF = 10;
const CR = 13;
const DASH = 45;
/** Blanks that a mail gateway may have put after a boundary (RFC 2046 5.1.1). */
const paddingMax = 100;

/**
 * Splits a multipart body as it comes in. A part's bytes are exactly those between two delimiter lines; the line break before a delimiter
 * belongs to the delimiter. One boundary's length is held back, never a part.
 */
export class MultipartReader {
  readonly #reader: ByteReader;
  readonly #delimiter: Buffer;
  #state: 'before' | 'inside' | 'between' | 'closed' = 'before';
  #current: AsyncGenerator<Buffer> | null = null;
  #ended = false;

  /** Throws As2Fault for a boundary that is none. */
  constructor(reader: ByteReader, boundary: string | undefined) {
    if (boundary === undefined || boundary === '' || boundary.length > boundaryLengthMax || /[\r\n]/.test(boundary))
      throw new As2Fault(
        'unsupported format',
        `A multipart without a boundary of 1 to ${boundaryLengthMax} characters.`,
      );
    this.#reader = reader;
    this.#delimiter = Buffer.from(`--${boundary}`, 'latin1');
  }

  /** The next part's bytes; null after the last. What is left of the part before is passed over. */
  async next(): Promise<AsyncIterable<Buffer> | null> {
    if (this.#state === 'before') await drain(this.#untilDelimiter());
    if (this.#state === 'inside' && this.#current !== null) await drain(this.#current);
    if (this.#state === 'closed') return null;
    this.#state = 'inside';
    this.#current = this.#untilDelimiter();
    return this.#current;
  }

  /** Bytes up to the next delimiter line, which is taken too. */
  async *#untilDelimiter(): AsyncGenerator<Buffer> {
    let atLineStart = true;
    const keep = this.#delimiter.length + 1;
    for (;;) {
      const found = this.#find(atLineStart);
      if (found !== undefined && found.tail !== null) {
        if (found.contentLength > 0) yield this.#reader.take(found.contentLength);
        this.#reader.take(found.at - found.contentLength + this.#delimiter.length + found.tail.length);
        this.#state = found.tail.closes ? 'closed' : 'between';
        return;
      }
      // A delimiter whose line is not whole yet is waited for, with the line break before it.
      const safe = found === undefined ? this.#reader.here.length - keep : found.contentLength;
      if (safe > 0) {
        yield this.#reader.take(safe);
        atLineStart = false;
      }
      if (await this.#reader.more()) continue;
      if (found === undefined || this.#ended)
        throw new As2Fault('unsupported format', 'A multipart without its closing boundary.');
      this.#ended = true; // "--boundary--" closes without a line break too, now that none can come
    }
  }

  /** The next delimiter of what is here: where it stands, where the content before it ends, and what follows on its line (null: not here yet). */
  #find(atLineStart: boolean) {
    const { here } = this.#reader;
    for (let at = here.indexOf(this.#delimiter); at >= 0; at = here.indexOf(this.#delimiter, at + 1)) {
      if (at === 0 ? !atLineStart : here[at - 1] !== LF) continue;
      const tail = lineTail(here, at + this.#delimiter.length, this.#ended);
      if (tail === 'none') continue;
      const breakLength = at === 0 ? 0 : here[at - 2] === CR ? 2 : 1;
      return { at, contentLength: at - breakLength, tail };
    }
    return undefined;
  }
}

/** What follows a delimiter on its line: 'none' when that makes it no delimiter, null when more bytes must tell. */
function lineTail(
  bytes: Buffer,
  from: number,
  ended: boolean,
): { readonly length: number; readonly closes: boolean } | null | 'none' {
  const closes = bytes[from] === DASH && bytes[from + 1] === DASH;
  let at = closes ? from + 2 : from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  if (at - from > paddingMax) return 'none';
  if (bytes[at] === LF) return { length: at + 1 - from, closes };
  if (bytes[at] === CR && bytes[at + 1] === LF) return { length: at + 2 - from, closes };
  const isOpen =
    at >= bytes.length ||
    (bytes[at] === CR && at + 1 >= bytes.length) ||
    (bytes[from] === DASH && from + 1 >= bytes.length);
  if (!isOpen) return 'none';
  return ended && closes ? { length: bytes.length - from, closes } : null;
}

export async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}
