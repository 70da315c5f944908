import { berChildCountMax, berDepthMax, lengthMax } from '../limits.ts';
import { CmsFault, malformed } from './cms-fault.ts';
import { OBJECT_IDENTIFIER, OCTET_STRING, tlv } from './der.ts';

/*
 * Reads BER that is held whole. Zero-copy: a node is a view. Nothing is read deeper than it is asked for, and nothing recurses on input
 * but what `berDepthMax` bounds.
 */

export interface BerNode {
  /** The identifier octet; we have no use for tag numbers above 30. */
  readonly tag: number;
  /** Header, content, and end-of-contents octets if any. */
  readonly raw: Buffer;
  readonly content: Buffer;
  readonly depth: number;
}

export interface BerHeader {
  readonly tag: number;
  readonly headerLength: number;
  /** Null: indefinite, ended by two zero octets. */
  readonly contentLength: number | null;
}

export const isConstructed = (tag: number): boolean => (tag & 0x20) !== 0;

/** The number of a context tag; undefined for any other. */
export const contextNumber = ({ tag }: Pick<BerNode, 'tag'>): number | undefined =>
  (tag & 0xc0) === 0x80 ? tag & 0x1f : undefined;

/** The header at `at`; undefined when more bytes are needed to tell. */
export function readHeader(bytes: Uint8Array, at: number): BerHeader | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined) return undefined;
  if ((tag & 0x1f) === 0x1f) throw malformed('A tag number above 30.');
  if (first === undefined) return undefined;
  if (first < 0x80) return { tag, headerLength: 2, contentLength: first };
  if (first === 0x80) {
    if (!isConstructed(tag)) throw malformed('A primitive value of indefinite length.');
    return { tag, headerLength: 2, contentLength: null };
  }
  const octetCount = first & 0x7f;
  if (octetCount > 8) throw malformed('A length of more than 8 octets.');
  if (at + 2 + octetCount > bytes.length) return undefined;
  let contentLength = 0;
  for (let index = 0; index < octetCount; index++) contentLength = contentLength * 256 + (bytes[at + 2 + index] ?? 0);
  if (contentLength > lengthMax) throw new CmsFault('limit', `A length above ${lengthMax}.`);
  return { tag, headerLength: 2 + octetCount, contentLength };
}

/** The node at `at`. Throws CmsFault when it is not whole before `end`. */
export function readNode(bytes: Buffer, at = 0, end: number = bytes.length, depth = 0): BerNode {
  if (depth > berDepthMax) throw new CmsFault('limit', `Nested deeper than ${berDepthMax}.`);
  const { tag, headerLength, contentLength } = headerBefore(bytes, at, end);
  const contentAt = at + headerLength;
  if (contentLength !== null) {
    const next = contentAt + contentLength;
    if (next > end) throw malformed('A length beyond the data.');
    return { tag, raw: bytes.subarray(at, next), content: bytes.subarray(contentAt, next), depth };
  }
  const contentEnd = endOfContents(bytes, contentAt, end, depth);
  return { tag, raw: bytes.subarray(at, contentEnd + 2), content: bytes.subarray(contentAt, contentEnd), depth };
}

/** Where the content of an indefinite value ends: the zero octets that close it, not those of a value inside. */
function endOfContents(bytes: Buffer, contentAt: number, end: number, depth: number): number {
  let open = 1;
  let at = contentAt;
  for (;;) {
    const { tag, headerLength, contentLength } = headerBefore(bytes, at, end);
    if (tag === 0 && contentLength === 0) {
      open--;
      if (open === 0) return at;
      at += headerLength;
    } else if (contentLength === null) {
      open++;
      if (depth + open > berDepthMax) throw new CmsFault('limit', `Nested deeper than ${berDepthMax}.`);
      at += headerLength;
    } else {
      at += headerLength + contentLength;
      if (at > end) throw malformed('A length beyond the data.');
    }
  }
}

function headerBefore(bytes: Buffer, at: number, end: number): BerHeader {
  const header = at < end ? readHeader(bytes, at) : undefined;
  if (header === undefined || at + header.headerLength > end)
    throw malformed('The data ends in the middle of a value.');
  return header;
}

/** What a constructed value holds. */
export function childrenOf(node: BerNode): readonly BerNode[] {
  if (!isConstructed(node.tag)) throw malformed('A constructed value is expected.');
  const children: BerNode[] = [];
  for (let at = 0; at < node.content.length; ) {
    if (children.length === berChildCountMax)
      throw new CmsFault('limit', `More than ${berChildCountMax} values in one.`);
    const child = readNode(node.content, at, node.content.length, node.depth + 1);
    children.push(child);
    at += child.raw.length;
  }
  return children;
}

/** The child at an index; a fault when it is absent or of another tag than asked. */
export function childAt(node: BerNode, index: number, tag?: number): BerNode {
  return expectNode(childrenOf(node)[index], tag);
}

export function expectNode(node: BerNode | undefined, tag?: number): BerNode {
  if (node === undefined || (tag !== undefined && node.tag !== tag))
    throw malformed('A value is absent or of another kind.');
  return node;
}

/** "1.2.840.113549.1.7.2". */
export function oidOf(node: BerNode | undefined): string {
  const { content } = expectNode(node, OBJECT_IDENTIFIER);
  if (content.length === 0 || content.length > 64 || ((content.at(-1) ?? 0) & 0x80) !== 0)
    throw malformed('No object identifier.');
  const arcs: number[] = [];
  let value = 0;
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER / 256) throw malformed('An arc of an object identifier is too large.');
    if ((octet & 0x80) !== 0) continue;
    arcs.push(value);
    value = 0;
  }
  const [head = 0, ...rest] = arcs;
  const first = Math.min(Math.floor(head / 40), 2);
  return [first, head - 40 * first, ...rest].join('.');
}

/** An octet string's value, its pieces joined when BER wrote it constructed. Also for a context tag that stands for one. */
export function octetsOf(node: BerNode): Buffer {
  if (!isConstructed(node.tag)) return node.content;
  return Buffer.concat(
    childrenOf(node).map((child) => {
      if ((child.tag & ~0x20) !== OCTET_STRING) throw malformed('A piece of an octet string is none.');
      return octetsOf(child);
    }),
  );
}

/** A small non-negative integer. */
export function smallIntegerOf(node: BerNode): number {
  if (node.content.length === 0 || node.content.length > 4 || ((node.content[0] ?? 0) & 0x80) !== 0)
    throw malformed('No small integer.');
  return node.content.reduce((value, octet) => value * 256 + octet, 0);
}

/** The value in DER, but for the order in sets: definite, shortest lengths, strings in one piece. */
export function derOf(node: BerNode): Buffer {
  if (!isConstructed(node.tag)) return tlv(node.tag, node.content);
  if ((node.tag & ~0x20) === OCTET_STRING) return tlv(OCTET_STRING, octetsOf(node));
  return tlv(node.tag, ...childrenOf(node).map(derOf));
}
