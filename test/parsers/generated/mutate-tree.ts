import { balance } from './balances.ts';
import type { Dice } from './dice.ts';
import { makeElements } from './elements.ts';
import { copyElements, copyOf, expectedAt, isService, loopOf, type Mutation, recount } from './mutant.ts';
import { type LoopNode, type Message, type SegmentNode, tagOf, timesInTree } from './tables.ts';
import type { Made, Round } from './transaction.ts';

/* Segments and loops taken away, repeated or exchanged, only where one reading is possible: what moves, and what stands behind it, has one place in the tree. */

const isTrigger = ({ node, round }: Made): boolean => round.parent !== null && round.loop.children[0] === node;

const isUnique = ({ root }: Message, tag: string): boolean => timesInTree(root, tag) === 1;

/** Balances and counts made right again, so that the tree is all that is wrong. */
function settle(message: Message, made: Made[], dice: Dice): Made[] {
  balance(message, made, dice);
  recount(made);
  return made;
}

/** The segments of one use in one round, as [from, to). */
interface Run {
  readonly from: number;
  readonly to: number;
}

function runs(made: readonly Made[]): Run[] {
  const found: { from: number; to: number }[] = [];
  made.forEach((one, at) => {
    const last = found.at(-1);
    const before = made[at - 1];
    if (last !== undefined && before?.node === one.node && before.round === one.round) last.to = at + 1;
    else found.push({ from: at, to: at + 1 });
  });
  return found;
}

const isWithin = (round: Round | null, outer: Round): boolean =>
  round !== null && (round === outer || isWithin(round.parent, outer));

/** Rounds of loops, as [from, to) with all inside them. */
function roundsOf(made: readonly Made[]): { round: Round; from: number; to: number }[] {
  return made.flatMap((one, from) => {
    if (!isTrigger(one)) return [];
    let to = from + 1;
    while (to < made.length && isWithin(made[to]?.round ?? null, one.round)) to++;
    return [{ round: one.round, from, to }];
  });
}

export const dropSegment: Mutation = (message, made, dice) => {
  for (const { from, to } of dice.shuffled(runs(made))) {
    const [one, next] = [made[from], made[to]];
    if (one === undefined || next === undefined || !one.node.mandatory || isService(one) || isTrigger(one)) continue;
    const isOnly = made.every((other, at) => other.tag !== one.tag || (at >= from && at < to));
    if (!isOnly || !isUnique(message, one.tag) || !isUnique(message, next.tag)) continue;
    const mutant = copyOf(made);
    mutant.splice(from, to - from);
    settle(message, mutant, dice);
    const expected = expectedAt(mutant, from, 'segment/missing', { tag: one.tag, loop: loopOf(one) });
    return { made: mutant, expected };
  }
  return null;
};

export const dropLoop: Mutation = (message, made, dice) => {
  for (const { round, from, to } of dice.shuffled(roundsOf(made))) {
    const { loop, parent } = round;
    const next = made[to];
    const isOnly = roundsOf(made).filter((other) => other.round.loop === loop).length === 1;
    if (!loop.mandatory || !isOnly || next === undefined || !isUnique(message, next.tag)) continue;
    if (!isUnique(message, tagOf(loop))) continue;
    const mutant = copyOf(made);
    mutant.splice(from, to - from);
    settle(message, mutant, dice);
    const at = { tag: tagOf(loop), loop: parent?.loop.id || null };
    return { made: mutant, expected: expectedAt(mutant, from, 'loop/missing', at) };
  }
  return null;
};

const repeatedMax = 12;

export const repeatSegment: Mutation = (message, made, dice) => {
  for (const { from, to } of dice.shuffled(runs(made))) {
    const one = made[from];
    if (one === undefined || isService(one) || isTrigger(one) || one.node.max > repeatedMax) continue;
    if (!isUnique(message, one.tag)) continue;
    const mutant = copyOf(made);
    const wanted = one.node.max + 1 - (to - from);
    const more = Array.from({ length: wanted }, () => ({ ...one, elements: copyElements(one.elements) }));
    mutant.splice(to, 0, ...more);
    settle(message, mutant, dice);
    return { made: mutant, expected: expectedAt(mutant, from + one.node.max, 'segment/too-many') };
  }
  return null;
};

/** A round of a loop once more, with rounds of its own. */
function copyRound(made: readonly Made[], round: Round): Made[] {
  const copies = new Map<Round, Round>();
  const copied = (one: Round): Round => {
    if (one === round) return copies.get(one) ?? keep(one, { loop: one.loop, parent: one.parent });
    return copies.get(one) ?? keep(one, { loop: one.loop, parent: one.parent === null ? null : copied(one.parent) });
  };
  const keep = (one: Round, copy: Round): Round => {
    copies.set(one, copy);
    return copy;
  };
  return copyOf(made).map((one) => ({ ...one, round: copied(one.round) }));
}

export const repeatLoop: Mutation = (message, made, dice) => {
  for (const { round, from, to } of dice.shuffled(roundsOf(made))) {
    const { loop, parent } = round;
    if (loop.max > repeatedMax || loop.bounded || !isUnique(message, tagOf(loop))) continue;
    const siblings = roundsOf(made).filter((other) => other.round.loop === loop && other.round.parent === parent);
    if (siblings.at(-1)?.round !== round) continue;
    const wanted = loop.max + 1 - siblings.length;
    const mutant = copyOf(made);
    const more = Array.from({ length: wanted }, () => copyRound(made.slice(from, to), round)).flat();
    mutant.splice(to, 0, ...more);
    settle(message, mutant, dice);
    return { made: mutant, expected: expectedAt(mutant, to + (wanted - 1) * (to - from), 'loop/too-many') };
  }
  return null;
};

/** Two neighbours of one round exchanged: the mandatory one rules, else it is the first that comes too late. */
export const swapSegments: Mutation = (message, made, dice) => {
  const all = runs(made);
  for (const { from, to } of dice.shuffled(all)) {
    const [one, next] = [made[from], made[to]];
    const isAlone = to - from === 1 && all.some((run) => run.from === to && run.to === to + 1);
    if (one === undefined || next === undefined || !isAlone || one.round !== next.round) continue;
    if ([one, next].some((each) => isService(each) || isTrigger(each) || !isUnique(message, each.tag))) continue;
    const mutant = copyOf(made);
    mutant.splice(from, 2, ...mutant.slice(from, to + 1).reverse());
    settle(message, mutant, dice);
    const at = one.node.mandatory ? from : to;
    return { made: mutant, expected: expectedAt(mutant, at, 'segment/out-of-sequence') };
  }
  return null;
};

export function insert(
  message: Message,
  made: readonly Made[],
  dice: Dice,
  tag: string,
  at: number = dice.between(1, made.length - 1),
): { mutant: Made[]; at: number } | null {
  const behind = made[at - 1];
  const row = message.segments.get(tag) ?? { tag, uses: [], notes: [] };
  if (behind === undefined) return null;
  const node: SegmentNode = { kind: 'segment', tag, mandatory: false, max: 1 };
  const elements = row.uses.length === 0 ? [[['1']]] : makeElements(message, row, dice);
  const mutant = copyOf(made);
  mutant.splice(at, 0, { tag, row, node, elements, round: behind.round });
  recount(mutant);
  return { mutant, at };
}

export const insertUnknown: Mutation = (message, made, dice) => {
  const inserted = insert(message, made, dice, 'ZZQ');
  if (inserted === null) return null;
  const { mutant, at } = inserted;
  return { made: mutant, expected: expectedAt(mutant, at, 'segment/unknown', { loop: null }) };
};

export const insertForeign: Mutation = (message, made, dice) => {
  const tags = [...message.segments.keys()].filter(
    (tag) => timesInTree(message.root, tag) === 0 && !/^(?:UN|IS|IE|GS|GE|ST|SE|TA1|US|UG|UI|LS|LE)/.test(tag),
  );
  const inserted = tags.length === 0 ? null : insert(message, made, dice, dice.pick(tags));
  if (inserted === null) return null;
  const { mutant, at } = inserted;
  return { made: mutant, expected: expectedAt(mutant, at, 'segment/not-in-message', { loop: null }) };
};

export type { LoopNode };
