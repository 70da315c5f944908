import { fileNameLengthMax } from './limits.ts';

/**
 * What the other side called a file, as we show it: without control characters, folders or bytes that are no UTF-8, cut at 255.
 * Null when nothing is left. It is a label and never becomes a path on our disk.
 */
export function labelOf(name: string): string | null {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const shown = [...last]
    .map((character) => (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character) ? '�' : character))
    .slice(0, fileNameLengthMax)
    .join('')
    .trim();
  return shown === '' ? null : shown;
}
