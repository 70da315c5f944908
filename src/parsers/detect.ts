import { headerBeginsAt, SPACE } from './byte-classes.ts';

/** Where the first thing to read stands: behind a byte order mark, blanks and line breaks. */
function firstByte(head: Uint8Array): number {
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (at < head.length && (head[at] ?? 0) <= SPACE) at++;
  return at;
}

/** Whether ISA (X12) or UNA or UNB (EDIFACT) is the first thing in `head`. */
export function detectHeader(head: Uint8Array, initial: 'I' | 'U'): boolean {
  const at = firstByte(head);
  return head[at] === initial.charCodeAt(0) && headerBeginsAt(head, at, head.length);
}
