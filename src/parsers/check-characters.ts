import { type Position, positionAt } from '../core/position.ts';
import { problem } from '../core/problem.ts';
import { type CharacterSet, characterSet } from './character-sets.ts';
import type { ProblemList } from './problem-list.ts';
import type { Segment, Transaction } from './transaction.ts';
import { TransactionView } from './transaction-view.ts';

/** What level A and B have not, looked for in all of a transaction at once; the text has delimiters in it, which they all have. */
const BEYOND_A = /[^A-Z0-9 .,\-()/='+:?!"%&*;<>\r\n]/;
const BEYOND_B = /[^A-Za-z0-9 .,\-()/='+:?!"%&*;<>\r\n]/;

/**
 * Characters its set does not have, one Problem for each value that has some: capitals only under UNOA, no accents under UNOB, C1 controls nowhere.
 * Control characters below a blank are the elements' to tell. A transaction of ASCII under a set that has all of it costs a look at one flag.
 */
export function checkCharacters(transaction: Transaction, list: ProblemList): void {
  const set = characterSet(transaction.characterSet);
  if (transaction instanceof TransactionView && !mayHaveOthers(transaction)) return;
  eachValue(transaction.segments, (segment, value, at) => {
    const found = firstBeyond(value, set);
    if (found === null) return;
    const name = `${segment.tag}${String(at.elementNumber).padStart(2, '0')}${at.componentNumber === null ? '' : `-${at.componentNumber}`}`;
    const code = found.codePointAt(0) ?? 0;
    const which = code === 0xfffd || (code >= 0x80 && code < 0xa0) ? 'bytes' : `"${found}"`;
    const message = `${name} has ${which} (${codePointName(code)}), and ${set.title} has no such character.`;
    list.add(problem('element/character-set', at, { message, found: value, expected: set.title }));
  });
}

const codePointName = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;

function mayHaveOthers({ characterSet: name, isAscii, text, delimiters }: TransactionView): boolean {
  if (name === 'unoa' || name === 'unob') {
    const usual = delimiters.element === 0x2b && delimiters.terminator === 0x27;
    return !usual || (name === 'unoa' ? BEYOND_A : BEYOND_B).test(text);
  }
  return !isAscii;
}

function firstBeyond(value: string, set: CharacterSet): string | null {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x20 && code !== 0x7f && !set.has(code)) return character;
  }
  return null;
}

function eachValue(segments: readonly Segment[], take: (segment: Segment, value: string, at: Position) => void): void {
  for (const segment of segments) {
    for (let element = 1; element <= segment.elementCount; element++) {
      const repetitions = segment.repetitionCount(element);
      for (let repetition = 1; repetition <= repetitions; repetition++) {
        const components = segment.componentCount(element, repetition);
        for (let component = 1; component <= components; component++) {
          const value = segment.value(element, component, repetition);
          if (value === '') continue;
          take(
            segment,
            value,
            positionAt(segment.byteOffsetOf(element, component, repetition), {
              segmentNumber: segment.number,
              tag: segment.tag,
              elementNumber: element,
              componentNumber: components > 1 ? component : null,
              repetition: repetitions > 1 ? repetition : null,
            }),
          );
        }
      }
    }
  }
}

/** Apostrophes that are none: typographic ones, the acute accent, and what Windows-1252 has at 91 and 92, read as Latin-1; then a tag. */
const FUSED = /([\u2018\u2019\u00b4\u0091\u0092])([A-Z]{3})$/;

/**
 * EDIFACT segments that stand in one because their terminator became a typographic apostrophe on its way (a word processor, a mail program). Told once
 * for each, at the character; gives their numbers, for nothing else that is wrong with such a segment is worth telling (trap 44).
 */
export function checkFused(transaction: Transaction, list: ProblemList): ReadonlySet<number> {
  const fused = new Set<number>();
  if (transaction.syntax !== 'edifact' || !(transaction instanceof TransactionView) || transaction.isAscii)
    return fused;
  eachValue(transaction.segments, (segment, value, at) => {
    const [, quote, tag] = FUSED.exec(value) ?? [];
    if (quote === undefined || tag === undefined || (at.elementNumber ?? 0) >= segment.elementCount) return;
    if (fused.has(segment.number)) return;
    fused.add(segment.number);
    const message = `${quote} (${codePointName(quote.charCodeAt(0))}) stands where the terminator ' should: it joins ${tag} to this ${segment.tag}.`;
    list.add(problem('segment/fused', at, { message, found: value, expected: "'" }));
  });
  return fused;
}
