import { isUtf8 } from 'node:buffer';
import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { type CharacterSetName, characterSet } from './character-sets.ts';

/** Which set a transaction's bytes are in, and what is odd about that. */
export interface RecognisedCharacters {
  readonly set: CharacterSetName;
  readonly problem: Problem | null;
}

/**
 * Takes a transaction's bytes, which have some beyond ASCII, and the set its envelope or agreement names; gives the set they are in. Bytes that
 * are whole UTF-8 are UTF-8, whatever was named: two accented letters of Latin-1 in the order that would make them so do not stand in any
 * language's words. Likewise 80 to 9F are letters of nothing in an ISO set, and quotation marks and the euro in Windows'.
 */
export function recognise(bytes: Uint8Array, named: CharacterSetName, byteOffset: number): RecognisedCharacters {
  const { title, multibyte } = characterSet(named);
  let first = 0;
  while (first < bytes.length && (bytes[first] ?? 0) < 0x80) first++;
  const tell = (set: CharacterSetName, message: string): RecognisedCharacters => ({
    set,
    problem: problem('transaction/character-set-differs', positionAt(byteOffset + first), {
      message,
      severity: 'warning',
      found: characterSet(set).title,
      expected: title,
    }),
  });
  if (isUtf8(bytes))
    return named === 'utf-8'
      ? { set: named, problem: null }
      : tell('utf-8', `The bytes are UTF-8, and ${title} was named: they were read as UTF-8.`);
  if (named === 'utf-8' || named === 'euc-kr') {
    if (multibyte && named === 'euc-kr') return { set: named, problem: null };
    return tell('windows-1252', 'The bytes are no UTF-8, which was named: they were read as Windows-1252.');
  }
  const isIso = named === 'latin1' || named === 'unoa' || named === 'unob' || named === 'ascii';
  if (isIso && bytes.some((byte) => byte >= 0x80 && byte < 0xa0))
    return tell(
      'windows-1252',
      `Bytes from 80 to 9F are no characters of ${title}: they were read as Windows-1252, which has them.`,
    );
  return { set: named, problem: null };
}
