import type { CharacterSet } from './character-sets.ts';

/** What stands in for characters that no accent taken off makes simpler: by their look, or as their languages spell them without them. */
const SPELLED: Readonly<Record<string, string>> = {
  '\u00a0': ' ',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '´': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '…': '...',
  '•': '*',
  '·': '.',
  '×': 'x',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  '½': '1/2',
  '¼': '1/4',
  '¾': '3/4',
  '°': ' ',
  '®': '(R)',
  '©': '(C)',
  '™': '(TM)',
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  å: 'a',
  Å: 'A',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
};

const isWithin = (text: string, set: CharacterSet): boolean =>
  [...text].every((character) => set.has(character.codePointAt(0) ?? 0));

/**
 * What comes nearest to a character in a set that has not got it: its base letter without accents, the plain form of a typographic sign, its capital
 * where there are only capitals (UNOA). Null when nothing does: another script is not guessed at.
 */
export function nearestIn(set: CharacterSet, character: string): string | null {
  const plain = SPELLED[character] ?? character.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
  for (const candidate of [plain, plain.toUpperCase()])
    if (candidate !== '' && candidate !== character && isWithin(candidate, set)) return candidate;
  return null;
}
