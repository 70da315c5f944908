/**
 * Where on the wire something stands, in the sender's terms.
 * `byteOffset` counts from 0 in the RawFile; all the numbers count from 1, as people and 997s do.
 * `segmentNumber` counts ST/UNH as 1 and is null outside a transaction; what does not apply is null.
 */
export interface Position {
  readonly byteOffset: number;
  readonly segmentNumber: number | null;
  readonly tag: string | null;
  readonly elementNumber: number | null;
  readonly componentNumber: number | null;
  readonly repetition: number | null;
  readonly loop: string | null;
}

/** A position of which only the byte is known; `more` fills in the rest. */
export const positionAt = (byteOffset: number, more: Partial<Omit<Position, 'byteOffset'>> = {}): Position => ({
  byteOffset,
  segmentNumber: null,
  tag: null,
  elementNumber: null,
  componentNumber: null,
  repetition: null,
  loop: null,
  ...more,
});
