import type {
  ElementDefinition,
  LoopDefinition,
  MessageTable,
  SegmentDefinition,
  SegmentUse,
  SyntaxNote,
} from '../../../src/parsers/standards/definitions.ts';

/** A number from 0 to below 1, the same for the same seed: mulberry32. */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Makes a transaction the tables allow, reading nothing but the tables: mandatory things always, others by chance, none where an earlier
 * place would take it. Null when chance led where a mandatory segment cannot be told from what was left out before it.
 */
export function generateTransaction(table: MessageTable, chance: () => number): string | null {
  const edi = table.functionalId === null;
  const [between, terminator, inside] = edi ? ['+', "'", ':'] : ['*', '~', ':'];
  const out: string[] = [];
  // What could be taken for a repeat, or for a place left out, since the last segment written.
  const takers = new Set<string>();
  let bounded: string | null = null;
  let isClear = true;

  const write = (definition: SegmentDefinition, constants: ReadonlyMap<string, string>) => {
    out.push([definition.tag, ...elementsOf(definition, constants, chance, inside)].join(between) + terminator);
    takers.clear();
  };

  function segment(use: SegmentUse, wanted: boolean) {
    const isBound = use.tag === 'LS' || use.tag === 'LE';
    if (isBound ? bounded === null : !wanted) return void takers.add(use.tag);
    if (takers.has(use.tag)) {
      if (use.requirement === 'M') isClear = false;
      return void takers.add(use.tag);
    }
    const times = use.max > 1 && chance() < 0.3 ? 2 : 1;
    for (let time = 0; time < times; time++) write(use.definition, constantsOf(table, use, bounded));
    if (use.max > times) takers.add(use.tag);
  }

  function loop(definition: LoopDefinition, wanted: boolean, depth: number) {
    const opens = definition.bounded ? bounded !== null : wanted && !takers.has(definition.trigger);
    if (wanted && !opens && definition.requirement === 'M') isClear = false;
    if (opens) {
      const times = definition.max > 1 && chance() < 0.4 ? 2 : 1;
      for (let time = 0; time < times; time++) children(definition, depth + 1);
    }
    takers.add(definition.trigger);
  }

  function children(parent: LoopDefinition, depth: number) {
    parent.children.forEach((node, index) => {
      const next = parent.children[index + 1];
      if (node.kind === 'segment' && node.tag === 'LS') {
        bounded = next?.kind === 'loop' && !takers.has('LS') && chance() < 0.3 ? next.id : null;
      }
      const isTrigger = depth > 0 && index === 0;
      const wanted = node.requirement === 'M' || isTrigger || chance() < 0.25 / (depth + 1);
      if (isTrigger) takers.delete(parent.trigger);
      if (node.kind === 'segment') segment(node, wanted);
      else loop(node, wanted, depth);
      if (node.kind === 'segment' && node.tag === 'LE') bounded = null;
    });
  }

  children(table.root, 0);
  return isClear ? out.join('') : null;
}

function constantsOf(table: MessageTable, use: SegmentUse, bounded: string | null): ReadonlyMap<string, string> {
  const constants = new Map([
    ['143', table.message],
    ['0065', table.message],
    ['1250', 'D8'],
    ['1251', '20260115'],
    ['2379', '102'],
    ['2380', '20260115'],
    ['3055', '6'],
    ['1131', ''],
  ]);
  if (use.tag === 'UNS') constants.set('0081', use.area === 'summary' ? 'S' : 'D');
  if (use.tag === 'UNH')
    for (const [id, value] of [
      ['0052', 'D'],
      ['0054', table.version.slice(1)],
      ['0051', 'UN'],
    ] as const)
      constants.set(id, value);
  if (bounded !== null) constants.set('447', bounded);
  return constants;
}

function elementsOf(
  definition: SegmentDefinition,
  constants: ReadonlyMap<string, string>,
  chance: () => number,
  inside: string,
): string[] {
  const { elements, notes } = definition;
  let present = elements.map(({ requirement }) => requirement === 'M');
  // Some wishes contradict the notes (MEA: E0309 against L07030506): wish again.
  for (let round = 0; round < 20; round++) {
    const wished = elements.map(
      ({ requirement }, index) => requirement === 'M' || (round < 19 ? chance() < 0.3 : index === 0),
    );
    present = keepNotes(notes, wished.includes(true) ? wished : wished.map((_, index) => index === 0));
    if (notes.every((note) => isKept(note, present))) break;
  }
  const values = elements.map(({ element, composite }, index) => {
    if (!present[index]) return '';
    if (element !== null) return sampleOf(element, constants, chance);
    if (composite === null) return '';
    const parts = keepNotes(
      composite.notes,
      composite.components.map(({ requirement }, part) => requirement === 'M' || part === 0 || chance() < 0.3),
    );
    return trimmed(
      composite.components.map((use, part) => (parts[part] ? sampleOf(use.element, constants, chance) : '')),
    ).join(inside);
  });
  return trimmed(values);
}

const trimmed = (values: readonly string[]): string[] =>
  values.slice(0, values.findLastIndex((value) => value !== '') + 1);

function isKept({ kind, places }: SyntaxNote, present: readonly boolean[]): boolean {
  const [first, ...others] = places.map((place) => present[place - 1] === true);
  const count = places.filter((place) => present[place - 1] === true).length;
  if (kind === 'P') return count === 0 || count === places.length;
  if (kind === 'R') return count > 0;
  if (kind === 'E') return count < 2;
  return first !== true || (kind === 'C' ? others.every(Boolean) : others.some(Boolean));
}

/** Adds what a note wants and takes away what it excludes until all are kept: what is excluded goes last, so that no two notes play ball. */
function keepNotes(notes: readonly SyntaxNote[], wanted: readonly boolean[]): boolean[] {
  const present = [...wanted];
  const has = (place: number) => present[place - 1] === true;
  for (let round = 0; round < 10; round++) {
    for (const { kind, places } of notes) {
      const [first = 0, second = 0] = places;
      if (kind === 'P' && places.some(has)) for (const place of places) present[place - 1] = true;
      if (kind === 'C' && has(first)) for (const place of places) present[place - 1] = true;
      if (kind === 'R' && !places.some(has)) present[first - 1] = true;
      if (kind === 'L' && has(first) && !places.slice(1).some(has)) present[second - 1] = true;
      if (kind === 'E') for (const place of places.filter(has).slice(1)) present[place - 1] = false;
    }
  }
  return present;
}

function sampleOf(
  { id, type, min, max, codes }: ElementDefinition,
  constants: ReadonlyMap<string, string>,
  chance: () => number,
): string {
  const constant = constants.get(id);
  if (constant !== undefined) return constant;
  if (codes !== null) {
    const fitting = [...codes].filter((code) => code.length >= min && code.length <= max);
    return fitting[Math.floor(chance() * fitting.length)] ?? '';
  }
  const length = Math.min(max, min + Math.floor(chance() * 4));
  switch (type) {
    case 'DT':
      return max === 6 ? '260115' : '20260115';
    case 'TM':
      return '1230';
    case 'R':
    case 'N':
    case 'n':
      return '7'.repeat(length);
    default:
      return 'ABCDEFGHIJ'.repeat(20).slice(0, length);
  }
}
