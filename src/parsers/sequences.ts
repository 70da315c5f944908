import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { sequencesMax } from './limits.ts';
import { quoted } from './trailer.ts';
import type { Segment } from './transaction.ts';

/** UNH S010 (ISO 9735): one document in several messages, told apart by 0068 and numbered from 1; C begins it, F ends it. */
export interface SequencePart {
  readonly message: string;
  /** 0068, the common access reference; '' when absent. */
  readonly reference: string;
  /** 0070, as sent. */
  readonly number: string;
  /** 0073: C, F or ''. */
  readonly transfer: string;
}

/** By message and reference: the number of the last part, negative when it was the final one. */
export type SequencesState = readonly (readonly [key: string, last: number])[];

/**
 * The sequences of one interchange. A sequence may have begun in an earlier interchange and end in a later one, so only what one shows by itself is an
 * error: a number that does not follow the one before, a part behind the final one. That a message is a part at all is worth a warning: read by itself it is not
 * the whole document.
 */
export class Sequences {
  readonly #last: Map<string, number>;

  constructor(state: SequencesState = []) {
    this.#last = new Map(state);
  }

  state(): SequencesState {
    return [...this.#last];
  }

  note(part: SequencePart | null, unh: Segment): Problem[] {
    if (part === null) return [];
    const { message, reference, number, transfer } = part;
    const value = /^\d{1,2}$/.test(number) ? Number(number) : null;
    const tell = (code: 'transaction/part-of-sequence' | 'transaction/sequence-broken', message_: string) =>
      problem(
        code,
        positionAt(unh.byteOffsetOf(4, 1), { segmentNumber: 1, tag: unh.tag, elementNumber: 4, componentNumber: 1 }),
        {
          message: message_,
          found: number,
          severity: code === 'transaction/sequence-broken' ? 'error' : 'warning',
        },
      );
    const which = reference === '' ? '' : ` of ${quoted(reference)}`;
    const whole = value === 1 && transfer === 'F';
    const problems = whole
      ? []
      : [
          tell(
            'transaction/part-of-sequence',
            `This message is part ${quoted(number)}${which} (S010): it is judged by itself.`,
          ),
        ];
    if (value === null) return problems;
    const key = `${message} ${reference.slice(0, 35)}`;
    const last = this.#last.get(key);
    if (last !== undefined && last < 0)
      problems.push(
        tell('transaction/sequence-broken', `Part ${value}${which} comes behind its final part, ${-last}.`),
      );
    else if (last !== undefined && value !== last + 1)
      problems.push(tell('transaction/sequence-broken', `Part ${value}${which} comes behind part ${last}.`));
    else if (last === undefined && value > 1 && transfer === 'C')
      problems.push(tell('transaction/sequence-broken', `Part ${value}${which} is told as the first (0073 is C).`));
    if (last !== undefined || this.#last.size < sequencesMax) this.#last.set(key, transfer === 'F' ? -value : value);
    return problems;
  }
}
