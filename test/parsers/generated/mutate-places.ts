import type { Dice } from './dice.ts';
import { copyOf, expectedAt, isService, loopOf, type Mutation, recount } from './mutant.ts';
import { insert } from './mutate-tree.ts';
import { type LoopNode, type Message, tagOf, timesInTree } from './tables.ts';
import { type Made, makeTransaction } from './transaction.ts';

/* Segments where no place is open for them, and the LS and LE around a bounded loop. */

/** In how many loops of the root a tag stands behind the trigger, there or as the trigger of a loop inside; null when it may stand at the root itself. */
function loopsWith({ root }: Message, tag: string): number | null {
  if (root.children.some((node) => tagOf(node) === tag)) return null;
  const loops = root.children.filter((node): node is LoopNode => node.kind === 'loop');
  return loops.filter(({ children }) => children.some((node) => tagOf(node) === tag)).length;
}

function everyTag(loop: LoopNode, into = new Set<string>()): Set<string> {
  for (const node of loop.children) node.kind === 'loop' ? everyTag(node, into) : into.add(node.tag);
  return into;
}

/** Behind the second segment, where no loop is open yet, one that stands in several loops, or deeper: nothing says in which it belongs. */
export const insertUnexpected: Mutation = (message, made, dice) => {
  const at = 2;
  const isAtRoot = made.slice(0, at).every(({ round }) => round.parent === null);
  const balances = JSON.stringify(message.balances);
  const tags = [...everyTag(message.root)].filter(
    (tag) => !isService({ tag }) && loopsWith(message, tag) !== 1 && loopsWith(message, tag) !== null,
  );
  // What counts and totals read would be missed there, or counted.
  // 820 opens the loops that its senders leave out.
  if (message.name === '820') return null;
  const free = tags.filter((tag) => !balances.includes(`${tag}0`) && !balances.includes(`"${tag}"`));
  if (!isAtRoot || free.length === 0 || made.length <= at) return null;
  const inserted = insert(message, made, dice, dice.pick(free), at);
  if (inserted === null) return null;
  return { made: inserted.mutant, expected: expectedAt(inserted.mutant, at, 'segment/unexpected', { loop: null }) };
};

/** A transaction with a bounded loop, where its LS and LE stand; chance opens one seldom. */
function withBounds(message: Message, dice: Dice): { made: Made[]; from: number; to: number } | null {
  if (!everyTag(message.root).has('LS')) return null;
  for (let round = 0; round < 60; round++) {
    const made = makeTransaction(message, dice, '0001');
    const from = made.findIndex(({ tag }) => tag === 'LS');
    const to = made.findIndex(({ tag }, index) => tag === 'LE' && index > from);
    if (from >= 0 && to >= 0) return { made, from, to };
  }
  return null;
}

const named = (made: Made[], index: number, id: string): void => {
  const one = made[index];
  if (one !== undefined) one.elements = [[[id]]];
};

const anotherId = 'QQQQ';

/** LE01 repeats LS01. */
export const misnameEnd: Mutation = (message, _made, dice) => {
  const bounds = withBounds(message, dice);
  if (bounds === null) return null;
  const mutant = copyOf(bounds.made);
  named(mutant, bounds.to, anotherId);
  const at = { element: 1, loop: null };
  return { made: mutant, expected: expectedAt(mutant, bounds.to, 'loop/identifier-mismatch', at) };
};

/** LS01 names its loop: senders number it as their guides do, so it is a warning. */
export const misnameLoop: Mutation = (message, _made, dice) => {
  const bounds = withBounds(message, dice);
  if (bounds === null) return null;
  const mutant = copyOf(bounds.made);
  named(mutant, bounds.from, anotherId);
  named(mutant, bounds.to, anotherId);
  const at = { severity: 'warning', element: 1, loop: null } as const;
  return { made: mutant, expected: expectedAt(mutant, bounds.from, 'loop/identifier-mismatch', at) };
};

/** LE left out: it is missed where what follows stands outside. */
export const dropEnd: Mutation = (message, _made, dice) => {
  const bounds = withBounds(message, dice);
  const [one, next] = [bounds?.made[bounds.to], bounds?.made[bounds.to + 1]];
  if (bounds === null || one === undefined || next === undefined) return null;
  // What follows has one place, or begins the loop around once more.
  if (timesInTree(message.root, next.tag) > 1 && next.tag !== tagOf(one.round.loop)) return null;
  const mutant = copyOf(bounds.made);
  mutant.splice(bounds.to, 1);
  recount(mutant);
  const at = { tag: 'LE', loop: loopOf(one) };
  return { made: mutant, expected: expectedAt(mutant, bounds.to, 'segment/missing', at) };
};

/** LS left out: it is missed before the loop it should begin. */
export const dropBegin: Mutation = (message, _made, dice) => {
  const bounds = withBounds(message, dice);
  const [before, one] = [bounds?.made[bounds.from - 1], bounds?.made[bounds.from]];
  // LX and REF stand elsewhere too, and a loop still open may have an LDT of its own: right behind segments of its own loop there is one reading.
  const isOnly = message.name === '850' || message.name === '860';
  if (bounds === null || one === undefined || !isOnly || before?.round !== one.round) return null;
  const mutant = copyOf(bounds.made);
  mutant.splice(bounds.from, 1);
  recount(mutant);
  const at = { tag: 'LS', loop: loopOf(one) };
  return { made: mutant, expected: expectedAt(mutant, bounds.from, 'segment/missing', at) };
};
