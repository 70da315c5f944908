/*
 * Writes DER: tag, length, content.
 *
 *   length   00..7F             the length itself
 *            81 xx, 82 xx xx …  that many octets of length follow
 */

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const OBJECT_IDENTIFIER = 0x06;
/** A context tag of a constructed value, and of a primitive one. */
export const contextTag = (number: number): number => 0xa0 | number;
export const primitiveContextTag = (number: number): number => 0x80 | number;

/** A length's octets; safe up to 2^48. */
export function derLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.of(0x80 | octets.length, ...octets);
}

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0);
  return Buffer.concat([Buffer.of(tag), derLength(byteLength), ...parts]);
}

/** How many octets a value of this content takes. */
export const tlvLength = (contentLength: number): number => 1 + derLength(contentLength).length + contentLength;

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(SEQUENCE, ...parts);
/** DER sorts a SET OF by its elements' octets (X.690 11.6). */
export const setOf = (...parts: readonly Uint8Array[]): Buffer => tlv(SET, ...parts.toSorted(Buffer.compare));
export const octetString = (bytes: Uint8Array): Buffer => tlv(OCTET_STRING, bytes);
/** Without unused bits. */
export const bitString = (bytes: Uint8Array): Buffer => tlv(BIT_STRING, Buffer.of(0), bytes);
export const context = (number: number, ...parts: readonly Uint8Array[]): Buffer => tlv(contextTag(number), ...parts);
export const NULL: Buffer = Buffer.of(0x05, 0x00);

/** A non-negative integer. */
export function integer(value: number): Buffer {
  const octets: number[] = [];
  let rest = value;
  do {
    octets.unshift(rest % 256);
    rest = Math.floor(rest / 256);
  } while (rest > 0);
  if ((octets[0] ?? 0) >= 0x80) octets.unshift(0);
  return tlv(INTEGER, Buffer.from(octets));
}

/** "1.2.840.113549": the first two arcs share an octet, each other is base 128 with the high bit meaning "more". */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return tlv(OBJECT_IDENTIFIER, Buffer.from([first * 40 + second, ...arcs].flatMap(base128)));
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 | (rest % 128));
  return octets;
}

/** UTCTime up to 2049, GeneralizedTime after (RFC 5652 11.3). */
export function time(at: Date): Buffer {
  const text = `${at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  return at.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}
