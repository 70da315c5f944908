const LF = 10;
const CR = 13;

/** The index of the first LF without a CR before it, or -1. `before` is the octet that came before these. */
export function bareLineFeed(bytes: Buffer, before: number): number {
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1))
    if ((at === 0 ? before : bytes[at - 1]) !== CR) return at;
  return -1;
}

/** Every bare LF made CRLF; the same buffer when there is none. */
export function withLineEnds(bytes: Buffer, before: number): Buffer {
  if (bareLineFeed(bytes, before) < 0) return bytes;
  const mended = Buffer.allocUnsafe(bytes.length * 2);
  let length = 0;
  let from = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if ((at === 0 ? before : bytes[at - 1]) === CR) continue;
    length += bytes.copy(mended, length, from, at);
    mended[length++] = CR;
    from = at;
  }
  length += bytes.copy(mended, length, from);
  return mended.subarray(0, length);
}
