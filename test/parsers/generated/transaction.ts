import { balance } from './balances.ts';
import type { Dice } from './dice.ts';
import { type Elements, makeElements } from './elements.ts';
import { type LoopNode, type Message, type SegmentNode, type SegmentRow, tagOf } from './tables.ts';
import { isSyntax4 } from './wire.ts';

/** One round of a loop; the root is one too. */
export interface Round {
  readonly loop: LoopNode;
  readonly parent: Round | null;
}

export interface Made {
  readonly tag: string;
  readonly row: SegmentRow;
  elements: Elements;
  readonly round: Round;
  readonly node: SegmentNode;
}

/** Chance led where the next segment could be taken for another, or a mandatory one could not be told: try another seed. */
export class Undecided extends Error {}

/** What stands in the places that say what the message is: its own name, version, numbers. */
export const TRAILERS: ReadonlySet<string> = new Set(['SE', 'UNT']);

/**
 * A valid transaction of the message, header and trailer included, from the tables alone. Each optional thing comes by chance, the deeper the
 * rarer; a segment that an earlier place would take (trap 22) is left out.
 */
export function makeTransaction(message: Message, dice: Dice, controlNumber: string): Made[] {
  for (let round = 0; round < 50; round++) {
    try {
      const made = new Walk(message, dice, controlNumber).run();
      balance(message, made, dice);
      return made;
    } catch (cause) {
      if (!(cause instanceof Undecided)) throw cause;
    }
  }
  throw new Undecided(`${message.version} ${message.name}`);
}

class Walk {
  readonly #message: Message;
  readonly #dice: Dice;
  readonly #controlNumber: string;
  readonly #out: Made[] = [];
  /** Tags a place between the last segment and here would take. */
  readonly #takers = new Set<string>();
  #bound: string | null = null;

  constructor(message: Message, dice: Dice, controlNumber: string) {
    this.#message = message;
    this.#dice = dice;
    this.#controlNumber = controlNumber;
  }

  run(): Made[] {
    const { root } = this.#message;
    this.#children({ loop: root, parent: null }, 0);
    const last = this.#out.at(-1);
    if (last !== undefined && TRAILERS.has(last.tag))
      last.elements = [[[String(this.#out.length)]], [[this.#controlNumber]]];
    return this.#out;
  }

  #children(round: Round, depth: number): void {
    round.loop.children.forEach((node, at) => {
      if (node.kind === 'loop') this.#loop(node, round, depth);
      else this.#segment(node, round, depth > 0 && at === 0, depth, round.loop.children[at + 1]);
    });
  }

  #segment(
    node: SegmentNode,
    round: Round,
    isTrigger: boolean,
    depth: number,
    next: LoopNode | SegmentNode | undefined,
  ) {
    const { tag, max } = node;
    if (tag === 'LS') return this.#boundary(node, round, next);
    if (tag === 'LE') {
      if (this.#bound !== null) this.#write(node, round);
      this.#bound = null;
      return;
    }
    const wanted = isTrigger || node.mandatory || this.#dice.chance(0.3 / (depth + 1));
    if (wanted && !this.#takers.has(tag)) {
      const times = max === 1 || isTrigger || TRAILERS.has(tag) ? 1 : this.#timesUpTo(max);
      for (let time = 0; time < times; time++) this.#write(node, round);
      if (times < max) this.#takers.add(tag);
    } else {
      if (isTrigger || node.mandatory) throw new Undecided(tag);
      this.#takers.add(tag);
    }
  }

  /** Mostly one, now and then as many as may be, so that the next of its kind belongs to the next place. */
  #timesUpTo(max: number): number {
    if (this.#dice.chance(0.7)) return 1;
    return max <= 5 && this.#dice.chance(0.5) ? max : 2;
  }

  #boundary(node: SegmentNode, round: Round, next: LoopNode | SegmentNode | undefined): void {
    const opens = next?.kind === 'loop' && !this.#takers.has('LS') && this.#dice.chance(0.3);
    if (!opens) return void this.#takers.add('LS');
    this.#bound = next.id;
    this.#write(node, round);
  }

  #loop(loop: LoopNode, parent: Round, depth: number): void {
    const trigger = tagOf(loop);
    const wanted = loop.bounded ? this.#bound !== null : loop.mandatory || this.#dice.chance(0.35 / (depth + 1));
    if (!wanted || this.#takers.has(trigger)) {
      if (wanted && (loop.mandatory || loop.bounded)) throw new Undecided(trigger);
      return void this.#takers.add(trigger);
    }
    const times = loop.max === 1 ? 1 : this.#timesUpTo(loop.max);
    let done = 0;
    for (; done < times && !this.#takers.has(trigger); done++) this.#children({ loop, parent }, depth + 1);
    if (done < loop.max) this.#takers.add(trigger);
  }

  #write(node: SegmentNode, round: Round): void {
    const row = this.#message.segments.get(node.tag);
    if (row === undefined) throw new Error(`${this.#message.name} has ${node.tag}, which has no row`);
    this.#out.push({ tag: node.tag, row, elements: this.#elementsOf(row, node), round, node });
    this.#takers.clear();
  }

  #elementsOf(row: SegmentRow, { tag }: SegmentNode): Elements {
    const elements = makeElements(this.#message, row, this.#dice);
    const { name, version, syntax, root } = this.#message;
    if (tag === 'ST') elements.splice(0, 2, [[name]], [[this.#controlNumber]]);
    if (tag === 'LS' || tag === 'LE') elements[0] = [[this.#bound ?? '']];
    if (syntax === 'x12') return elements;
    // CONTRL of syntax 3 calls itself D:3, that of syntax 4 4:1; a directory's release follows its D.
    const release = [version.slice(0, 1), version.slice(1)];
    // No S010: a part of a document split over several messages is told as such.
    if (tag === 'UNH')
      elements.splice(
        0,
        isSyntax4(this.#message) ? 4 : elements.length,
        [[this.#controlNumber]],
        [[name, ...release, 'UN']],
        elements[2] ?? [],
        [],
      );
    const separators = root.children.filter((node) => tagOf(node) === 'UNS').length;
    const earlier = this.#out.filter((one) => one.tag === 'UNS').length;
    if (tag === 'UNS') elements[0] = [[earlier + 1 === separators ? 'S' : 'D']];
    return elements;
  }
}
