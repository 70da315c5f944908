import { FailureError } from '../core/failure.ts';
import type { Usage } from '../core/usage.ts';
import type { SyntaxName } from '../parsers/transaction.ts';
import type { Agreement } from './configuration.ts';
import { type Identity, identityKey } from './identity.ts';

/*
 * Control number  what an interchange, group or transaction we send is known by: ISA13, GS06, ST02; UNB 0020, UNG 0048, UNH 0062.
 *                 Each range counts from 1. The store takes numbers; how they go on and how they are written is told here.
 *
 *   level         X12                           EDIFACT                  when the range is used up
 *   interchange   ISA13  N0 9/9   000000001     UNB 0020 an..14  1       refused: a number is never used twice
 *   group         GS06   N0 1/9   1             UNG 0048 an..14  1       refused
 *   transaction   ST02   AN 4/9   0001          UNH 0062 an..14  1       begins again at 1: it is unique within its group only
 */
export type ControlNumberLevel = 'interchange' | 'group' | 'transaction';
/** Always taken in this order, so that two workers never wait for each other. */
export const CONTROL_NUMBER_LEVELS = [
  'interchange',
  'group',
  'transaction',
] as const satisfies readonly ControlNumberLevel[];

/** What a range belongs to. Test and production count apart, and so does every pair of identities. */
export interface ControlNumberRange {
  readonly ours: Identity;
  readonly theirs: Identity;
  readonly usage: Usage;
  readonly level: ControlNumberLevel;
}

export interface ControlNumberRule {
  readonly numberMin: number;
  readonly numberMax: number;
  /** Zeros fill up to this width. */
  readonly width: number;
  readonly onExhausted: 'refuse' | 'begin-again';
}

const nineDigits = 999_999_999;
// an..14: all 14 digits are still a safe integer.
const fourteenDigits = 99_999_999_999_999;

const RULES: Readonly<Record<SyntaxName, Readonly<Record<ControlNumberLevel, ControlNumberRule>>>> = {
  x12: {
    interchange: { numberMin: 1, numberMax: nineDigits, width: 9, onExhausted: 'refuse' },
    group: { numberMin: 1, numberMax: nineDigits, width: 1, onExhausted: 'refuse' },
    transaction: { numberMin: 1, numberMax: nineDigits, width: 4, onExhausted: 'begin-again' },
  },
  edifact: {
    interchange: { numberMin: 1, numberMax: fourteenDigits, width: 1, onExhausted: 'refuse' },
    group: { numberMin: 1, numberMax: fourteenDigits, width: 1, onExhausted: 'refuse' },
    transaction: { numberMin: 1, numberMax: fourteenDigits, width: 1, onExhausted: 'begin-again' },
  },
};

export const controlNumberRule = (syntax: SyntaxName, level: ControlNumberLevel): ControlNumberRule =>
  RULES[syntax][level];

/** The range an agreement's messages count in; acknowledgments of what came under it count there too. */
export const controlNumberRange = (
  { ours, theirs, usage }: Pick<Agreement, 'ours' | 'theirs' | 'usage'>,
  level: ControlNumberLevel,
): ControlNumberRange => ({ ours, theirs, usage, level });

/** "x12:ZZ:HARBORTOOLS|x12:08:6112345678|production|interchange": the text a range is stored and locked by. */
export const controlNumberKey = ({ ours, theirs, usage, level }: ControlNumberRange): string =>
  [identityKey(ours), identityKey(theirs), usage, level].map((part) => part.replaceAll('|', '||')).join('|');

/**
 * The numbers that come after `last` (0: none was taken yet), in order; FailureError `control-numbers-exhausted` when the range may not
 * begin again and has too few left.
 */
export function nextControlNumbers(range: ControlNumberRange, last: number, count = 1): readonly number[] {
  const { numberMin, numberMax, onExhausted } = controlNumberRule(range.ours.syntax, range.level);
  if (!Number.isSafeInteger(last) || last < 0 || last > numberMax || !Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`${count} numbers after ${last} cannot be counted`);
  if (onExhausted === 'refuse' && last > numberMax - count)
    throw new FailureError(
      'control-numbers-exhausted',
      `${controlNumberKey(range)} ends at ${numberMax}; ${last} is taken.`,
      {
        remedy: 'Agree with the partner on a number to begin again at, and set it.',
      },
    );
  const numbers: number[] = [];
  for (let number = last; numbers.length < count; ) {
    number = number >= numberMax ? numberMin : number + 1;
    numbers.push(number);
  }
  return numbers;
}

/** As it stands on the wire: 1 → "000000001" (ISA13), "1" (GS06), "0001" (ST02). */
export function formatControlNumber(syntax: SyntaxName, level: ControlNumberLevel, number: number): string {
  const { numberMin, numberMax, width } = controlNumberRule(syntax, level);
  if (!Number.isSafeInteger(number) || number < numberMin || number > numberMax)
    throw new RangeError(`${number} is no ${syntax} ${level} control number`);
  return String(number).padStart(width, '0');
}
