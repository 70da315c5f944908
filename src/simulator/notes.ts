import { isRecord, textOrNull } from './api.ts';

/** Everything that is written on an order for people. */
export function notesOf(document: unknown): string {
  const texts = isRecord(document) && Array.isArray(document.texts) ? document.texts : [];
  return texts.map((one) => textOrNull(one, 'text') ?? '').join('\n');
}
