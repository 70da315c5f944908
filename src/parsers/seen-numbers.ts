import { copyOf } from './byte-classes.ts';

/*
 * The control numbers met so far, kept compactly: senders count upwards, so a group of 100,000 sets is one run here and not
 * 100,000 strings. A number that continues no run opens one; past `runCountMax` the odd ones are kept as text.
 */
interface Run {
  /** What stands before the digits, and how many digits: "M0000001" is ("M", 7, 1). */
  readonly prefix: string;
  readonly width: number;
  readonly from: number;
  to: number;
}

/** Looking through 64 runs costs less than one look into a set of strings saves. */
const runCountMax = 64;

/** A number longer than any standard allows is not remembered: nothing a sender makes up may grow without bound. */
const rememberedLengthMax = 64;

export interface SeenNumbersState {
  readonly runs: readonly (readonly [string, number, number, number])[];
  readonly odd: readonly string[];
}

export class SeenNumbers {
  readonly #runs: Run[];
  readonly #odd: Set<string>;

  constructor(state?: SeenNumbersState) {
    this.#runs = (state?.runs ?? []).map(([prefix, width, from, to]) => ({ prefix, width, from, to }));
    this.#odd = new Set(state?.odd);
  }

  /** Notes the number; false when it was there already. */
  add(text: string): boolean {
    if (text.length > rememberedLengthMax) return true;
    const digitsAt = trailingDigitsAt(text);
    const width = text.length - digitsAt;
    if (width === 0) return this.#addOdd(text);
    // Copies: a slice would pin the text it was cut from for as long as the number is remembered.
    const prefix = copyOf(text.slice(0, digitsAt));
    const value = Number(text.slice(digitsAt));
    let continued: Run | null = null;
    for (const run of this.#runs) {
      if (run.width !== width || run.prefix !== prefix) continue;
      if (value >= run.from && value <= run.to) return false;
      if (value === run.to + 1) continued = run;
    }
    if (this.#odd.has(text)) return false;
    if (continued !== null) continued.to = value;
    else if (this.#runs.length < runCountMax) this.#runs.push({ prefix, width, from: value, to: value });
    else this.#odd.add(copyOf(text));
    return true;
  }

  state(): SeenNumbersState {
    return {
      runs: this.#runs.map(({ prefix, width, from, to }) => [prefix, width, from, to]),
      odd: [...this.#odd],
    };
  }

  #addOdd(text: string): boolean {
    if (this.#odd.has(text)) return false;
    this.#odd.add(copyOf(text));
    return true;
  }
}

/** Where the last run of digits begins; no more than 15 of them, which a double holds exactly. */
function trailingDigitsAt(text: string): number {
  let at = text.length;
  while (at > 0 && text.length - at < 15) {
    const code = text.charCodeAt(at - 1);
    if (code < 0x30 || code > 0x39) break;
    at--;
  }
  return at;
}
