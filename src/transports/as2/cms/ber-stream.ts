import type { ByteReader } from '../byte-reader.ts';
import { berDepthMax, elementBytesMax } from '../limits.ts';
import { type BerHeader, type BerNode, isConstructed, readHeader, readNode } from './ber.ts';
import { CmsFault, malformed } from './cms-fault.ts';
import { OCTET_STRING } from './der.ts';

/** Reads BER as it comes in: headers one by one, small values whole, a large octet string piece by piece. */
export class BerStream {
  readonly #reader: ByteReader;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  /** Steps into a value: its header. */
  async enter(tag?: number): Promise<BerHeader> {
    const header = await this.#peek();
    if (tag !== undefined && header.tag !== tag) throw malformed('A value of another kind is expected.');
    this.#reader.take(header.headerLength);
    return header;
  }

  /** The tag of what comes next. */
  async nextTag(): Promise<number> {
    return (await this.#peek()).tag;
  }

  /** A value held whole, copied out of the stream's buffer. */
  async element(): Promise<BerNode> {
    const { headerLength, contentLength } = await this.#peek();
    if (contentLength !== null) {
      if (contentLength > elementBytesMax) throw tooLarge();
      if (!(await this.#reader.have(headerLength + contentLength))) throw malformed('The data ends early.');
      return readNode(Buffer.from(this.#reader.take(headerLength + contentLength)));
    }
    for (;;) {
      const node = wholeNode(this.#reader.here);
      if (node !== undefined) return readNode(Buffer.from(this.#reader.take(node.raw.length)));
      if (this.#reader.here.length > elementBytesMax) throw tooLarge();
      // Doubling what is here before looking again: a value that trickles in would else be scanned once a byte.
      const wanted = Math.max(64, this.#reader.here.length * 2);
      const before = this.#reader.here.length;
      if (!(await this.#reader.have(wanted)) && this.#reader.here.length === before)
        throw malformed('The data ends early.');
    }
  }

  /** The octets of the string whose header was entered, however BER cut it. */
  async *octets(header: BerHeader, depth = 0): AsyncGenerator<Buffer> {
    if (depth > berDepthMax) throw new CmsFault('limit', `Nested deeper than ${berDepthMax}.`);
    if (!isConstructed(header.tag)) {
      yield* this.#primitive(header.contentLength ?? 0);
      return;
    }
    let left = header.contentLength;
    while (left === null || left > 0) {
      const piece = await this.enter();
      if (piece.tag === 0 && piece.contentLength === 0) {
        if (left !== null) throw malformed('End-of-contents octets where none belong.');
        return;
      }
      if ((piece.tag & ~0x20) !== OCTET_STRING) throw malformed('A piece of an octet string is none.');
      if (left !== null) {
        if (piece.contentLength === null) throw malformed('An indefinite piece in a definite string.');
        left -= piece.headerLength + piece.contentLength;
        if (left < 0) throw malformed('A length beyond the data.');
      }
      if (isConstructed(piece.tag)) yield* this.octets(piece, depth + 1);
      else yield* this.#primitive(piece.contentLength ?? 0);
    }
  }

  /** Passes the zero octets that close indefinite values; true when there were any. */
  async skipEnds(): Promise<void> {
    while (await this.#reader.have(2)) {
      const [first, second] = this.#reader.here;
      if (first !== 0 || second !== 0) return;
      this.#reader.take(2);
    }
  }

  async atEnd(): Promise<boolean> {
    return !(await this.#reader.have(1));
  }

  async #peek(): Promise<BerHeader> {
    for (;;) {
      const header = readHeader(this.#reader.here, 0);
      if (header !== undefined) return header;
      if (!(await this.#reader.more())) throw malformed('The data ends early.');
    }
  }

  async *#primitive(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (!(await this.#reader.have(1))) throw malformed('The data ends early.');
      const piece = this.#reader.take(left);
      left -= piece.length;
      yield piece;
    }
  }
}

const tooLarge = (): CmsFault => new CmsFault('limit', `A value of more than ${elementBytesMax} bytes.`);

function wholeNode(bytes: Buffer): BerNode | undefined {
  try {
    return readNode(bytes);
  } catch (error) {
    if (error instanceof CmsFault && error.kind === 'malformed') return undefined; // not whole yet, or never: the end of the data tells
    throw error;
  }
}
