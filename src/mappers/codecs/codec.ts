import type { CodeTable } from '../code-table.ts';
import type { Formula } from '../formula/formula.ts';

/*
 * Codec  how text that holds something else becomes a value and text again: `as:`. Reading goes through the list in its order, writing backwards.
 *        Every codec keeps one promise: what it writes, it reads back as the same value; a value it cannot is refused.
 */
export type CodecSpec =
  | { readonly kind: 'trim' }
  /** Reading drops leading `character`s; writing pads to `width` with them. */
  | { readonly kind: 'strip'; readonly character: string; readonly width: number }
  /** Reading puts `text` in front; writing takes it away. */
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'table'; readonly table: CodeTable }
  | { readonly kind: 'date' | 'date-time' | 'edifact-date' | 'percent-or-fraction' }
  | { readonly kind: 'sscc'; readonly withIdentifier: boolean }
  /** `negate` in the agreement turns the sign, when the condition over the document holds. */
  | { readonly kind: 'sign'; readonly agreement: string; readonly when: Formula | null };

export const isDateCodec = ({ kind }: CodecSpec): boolean =>
  kind === 'date' || kind === 'date-time' || kind === 'edifact-date';
