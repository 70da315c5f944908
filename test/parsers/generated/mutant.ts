import type { ProblemCode, Severity } from '../../../src/core/problem.ts';
import type { Dice } from './dice.ts';
import { balancedPlaces, type Elements } from './elements.ts';
import type { Message, Use } from './tables.ts';
import { type Made, TRAILERS } from './transaction.ts';
import { type Frame, isAbsent } from './wire.ts';

/** The one Problem a mutation must lead to, and nothing beside it. */
export interface Expected {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly tag: string | null;
  readonly segment: number | null;
  readonly element: number | null;
  readonly component: number | null;
  readonly loop: string | null;
  /** Of a value: which repetition it stands in. */
  readonly repetition?: number;
  /** The note that is broken. */
  readonly note?: string;
}

export interface Mutant {
  readonly made: readonly Made[];
  readonly expected: Expected;
  /** The segment whose empty end is to stand. */
  readonly keepEnd?: number;
  readonly changes?: Partial<Frame>;
}

/** Makes one thing wrong; null where the transaction has nothing of the kind. What it is given it leaves as it is. */
export type Mutation = (message: Message, made: readonly Made[], dice: Dice) => Mutant | null;

export const copyElements = (elements: Elements): Elements =>
  elements.map((repetitions) => repetitions.map((parts) => [...parts]));

export const copyOf = (made: readonly Made[]): Made[] =>
  made.map((one) => ({ ...one, elements: copyElements(one.elements) }));

/** Segments whose content the envelope judges, or which bound or part the tree. */
const SERVICE: ReadonlySet<string> = new Set(['ST', 'SE', 'UNH', 'UNT', 'UNS', 'LS', 'LE']);

export const isService = ({ tag }: Pick<Made, 'tag'>): boolean => SERVICE.has(tag);

export const loopOf = (one: Made): string | null => one.round.loop.id || null;

export function expectedAt(
  made: readonly Made[],
  index: number,
  code: ProblemCode,
  more: Partial<Expected> = {},
): Expected {
  const one = made[index];
  const at = { tag: one?.tag ?? null, segment: index + 1, loop: one === undefined ? null : loopOf(one) };
  return { code, severity: 'error', element: null, component: null, ...at, ...more };
}

/** SE01 or UNT 0074 once more, after segments came or went. */
export function recount(made: Made[]): void {
  const last = made.at(-1);
  if (last === undefined || !TRAILERS.has(last.tag)) return;
  last.elements = [[[String(made.length)]], last.elements[1] ?? []];
}

/** A value that is there, with its place. `component` is null for a single element. */
export interface Spot {
  readonly index: number;
  readonly element: number;
  readonly component: number | null;
  readonly use: Use;
  /** The composite around it. */
  readonly within: Use | null;
}

/** Every value of a transaction that may be changed alone: no balance reads it, and it names no other value's form. */
export function spotsOf(message: Message, made: readonly Made[]): Spot[] {
  const balanced = balancedPlaces(message);
  return made.flatMap((one, index) =>
    isService(one)
      ? []
      : one.row.uses.flatMap((use, at): Spot[] => {
          if (isAbsent(one.elements[at]) || use.id === '1250' || use.id === '1251') return [];
          const place = `${one.tag}${at + 1}`;
          if (use.parts === null)
            return balanced.has(place) ? [] : [{ index, element: at + 1, component: null, use, within: null }];
          return use.parts.flatMap((part, c): Spot[] => {
            const isFormed = use.id === 'C507' && c > 0;
            if (isFormed || balanced.has(`${place}-${c + 1}`) || (one.elements[at]?.[0]?.[c] ?? '') === '') return [];
            return [{ index, element: at + 1, component: c + 1, use: part, within: use }];
          });
        }),
  );
}

export function setValue(made: readonly Made[], { index, element, component }: Spot, value: string): void {
  const parts = made[index]?.elements[element - 1]?.[0];
  if (parts === undefined) throw new Error('nothing stands there');
  parts[(component ?? 1) - 1] = value;
}

/** The places filled, from 1. */
export const filled = (elements: Elements): Set<number> =>
  new Set(elements.flatMap((repetitions, index) => (isAbsent(repetitions) ? [] : [index + 1])));

export const filledParts = (parts: readonly string[]): Set<number> =>
  new Set(parts.flatMap((part, index) => (part === '' ? [] : [index + 1])));
