import { FailureError } from '../../core/failure.ts';
import type {
  Area,
  CompositeDefinition,
  ElementDefinition,
  ElementType,
  ElementUse,
  LoopDefinition,
  MessageTable,
  NoteKind,
  Requirement,
  SegmentDefinition,
  SegmentUse,
  SyntaxNote,
} from './definitions.ts';
import { compilePlaces } from './places.ts';
import { SegmentShape } from './shapes.ts';

/*
 * A version file, standards/<standard>/<version>.json, as parsed. Its rows are short texts, for a person to read and a licensee to type:
 *   element    "ID 2 2 Unit"           type, shortest, longest, name
 *   use        "98 M", "C056 X 10"     element or composite, requirement, repeat (1 when absent)
 *   place      "REF O >1"              segment, requirement, most often; ">1" is without limit
 */
interface RowFile {
  readonly name: string;
  readonly elements: readonly string[];
  readonly notes?: readonly string[];
}
interface LoopFile {
  readonly loop: string;
  readonly use: string;
  readonly bounded?: boolean;
  readonly children: readonly (string | LoopFile)[];
}
interface MessageFile {
  readonly name: string;
  readonly functionalId?: string;
  /** The tag or trigger with which the detail area begins; absent when the message has none. */
  readonly detail?: string;
  readonly summary?: string;
  readonly tree: readonly (string | LoopFile)[];
}
export interface VersionFile {
  readonly standard: string;
  readonly version: string;
  readonly elements: Readonly<Record<string, string>>;
  readonly composites: Readonly<Record<string, RowFile>>;
  readonly segments: Readonly<Record<string, RowFile>>;
  readonly messages: Readonly<Record<string, MessageFile>>;
  /** Element → its codes, separated by blanks. */
  readonly codes: Readonly<Record<string, string>>;
}

/** One version's tables: segments at once, each message when it is first asked for. */
export interface VersionTables {
  readonly version: string;
  readonly segments: ReadonlyMap<string, SegmentDefinition>;
  readonly elements: ReadonlyMap<string, ElementDefinition>;
  readonly messages: readonly string[];
  message(name: string): MessageTable | undefined;
}

/**
 * Takes a parsed version file and, for EDIFACT, the tables whose service segments (UNH, UNS, UNT) its messages use;
 * gives the version's tables. Throws FailureError `config-invalid` for a file that contradicts itself: that file is ours or a licensee's, never a partner's.
 */
export function buildVersion(file: VersionFile, service?: VersionTables): VersionTables {
  for (const part of ['elements', 'composites', 'segments', 'messages', 'codes'] as const) {
    if (typeof file[part] !== 'object' || file[part] === null) throw broken(file, `has no ${part}`);
  }
  const elements = new Map(Object.entries(file.elements).map(([id, row]) => [id, elementOf(file, id, row)]));
  const composites = new Map(
    Object.entries(file.composites).map(([id, row]) => [id, compositeOf(file, id, row, elements)]),
  );
  const segments = new Map<string, SegmentDefinition>(service?.segments);
  for (const [tag, row] of Object.entries(file.segments))
    segments.set(tag, segmentOf(file, tag, row, elements, composites));
  const built = new Map<string, MessageTable>();
  return {
    version: file.version,
    segments,
    elements,
    messages: Object.keys(file.messages),
    message(name) {
      const known = built.get(name);
      if (known !== undefined) return known;
      const row = Object.hasOwn(file.messages, name) ? file.messages[name] : undefined;
      if (row === undefined) return undefined;
      const table = messageOf(file, name, row, segments);
      built.set(name, table);
      return table;
    },
  };
}

const broken = (file: VersionFile, what: string) =>
  new FailureError('config-invalid', `standards ${file.standard} ${file.version}: ${what}`);

const TYPES: Readonly<Record<string, ElementType>> = {
  ID: 'ID',
  AN: 'AN',
  R: 'R',
  DT: 'DT',
  TM: 'TM',
  B: 'B',
  a: 'a',
  n: 'n',
  an: 'an',
};

function elementOf(file: VersionFile, id: string, row: string): ElementDefinition {
  const [typed = '', min = '', max = '', ...name] = row.split(' ');
  const implied = /^N\d$/.test(typed);
  const type = implied ? 'N' : TYPES[typed];
  if (type === undefined || !(Number(min) >= 0) || !(Number(max) >= Number(min)))
    throw broken(file, `element ${id} is "${row}"`);
  const codes = file.codes[id];
  return {
    id,
    name: name.join(' '),
    type,
    places: implied ? Number(typed.slice(1)) : 0,
    min: Number(min),
    max: Number(max),
    codes: codes === undefined ? null : new Set(codes.split(' ')),
  };
}

const REQUIREMENTS: Readonly<Record<string, Requirement>> = { M: 'M', O: 'O', C: 'C', X: 'X' };

function requirementOf(file: VersionFile, text: string | undefined, row: string): Requirement {
  const requirement = REQUIREMENTS[text ?? ''];
  if (requirement === undefined) throw broken(file, `"${row}" has no requirement M, O, C or X`);
  return requirement;
}

function compositeOf(
  file: VersionFile,
  id: string,
  row: RowFile,
  elements: ReadonlyMap<string, ElementDefinition>,
): CompositeDefinition {
  const components = row.elements.map((use) => {
    const [elementId = '', requirement] = use.split(' ');
    const element = elements.get(elementId);
    if (element === undefined) throw broken(file, `composite ${id} uses element ${elementId}, which is not defined`);
    return { requirement: requirementOf(file, requirement, use), element };
  });
  const notes = (row.notes ?? []).map((note) => noteOf(file, id, note));
  return {
    id,
    name: row.name,
    components,
    notes,
    mandatory: mandatoryOf(file, id, components),
    formatted: id === 'C507',
  };
}

function segmentOf(
  file: VersionFile,
  tag: string,
  row: RowFile,
  elements: ReadonlyMap<string, ElementDefinition>,
  composites: ReadonlyMap<string, CompositeDefinition>,
): SegmentDefinition {
  const uses = row.elements.map((use): ElementUse => {
    const [id = '', requirement, repeat = '1'] = use.split(' ');
    const element = elements.get(id) ?? null;
    const composite = composites.get(id) ?? null;
    if (element === null && composite === null) throw broken(file, `segment ${tag} uses ${id}, which is not defined`);
    return {
      requirement: requirementOf(file, requirement, use),
      repeat: timesOf(file, repeat, use),
      element,
      composite,
    };
  });
  const notes = (row.notes ?? []).map((note) => noteOf(file, tag, note));
  const formatted =
    1 + uses.findIndex(({ element }, index) => element?.id === '1251' && uses[index - 1]?.element?.id === '1250');
  const mandatory = mandatoryOf(file, tag, uses);
  return { tag, name: row.name, elements: uses, notes, mandatory, formatted, shape: new SegmentShape(uses) };
}

const NOTE_KINDS: Readonly<Record<string, NoteKind>> = { P: 'P', R: 'R', E: 'E', C: 'C', L: 'L' };
/** Presence is kept as bits of one number while a segment is checked. Wider segments exist, but none has a note or an M so far out. */
const bitMax = 31;

function mandatoryOf(file: VersionFile, owner: string, uses: readonly { readonly requirement: Requirement }[]): number {
  if (uses.slice(bitMax).some(({ requirement }) => requirement === 'M')) {
    throw broken(file, `${owner} has a mandatory place beyond ${bitMax}`);
  }
  return uses.reduce((mask, { requirement }, index) => (requirement === 'M' ? mask | (1 << index) : mask), 0);
}

function noteOf(file: VersionFile, owner: string, text: string): SyntaxNote {
  const kind = NOTE_KINDS[text.charAt(0)];
  const places = (text.slice(1).match(/\d\d/g) ?? []).map(Number);
  if (kind === undefined || places.length < 2 || places.some((place) => place < 1 || place > bitMax)) {
    throw broken(file, `${owner} has a note "${text}"`);
  }
  return { kind, places, text, mask: places.reduce((mask, place) => mask | (1 << (place - 1)), 0) };
}

function timesOf(file: VersionFile, text: string | undefined, row: string): number {
  const times = text === '>1' ? Number.POSITIVE_INFINITY : Number(text);
  if (!(times >= 1)) throw broken(file, `"${row}" does not say how often`);
  return times;
}

function messageOf(
  file: VersionFile,
  name: string,
  row: MessageFile,
  segments: ReadonlyMap<string, SegmentDefinition>,
): MessageTable {
  let area: Area = 'header';
  const children = row.tree.map((node, position) => {
    const tag = tagOf(node);
    if (area === 'header' && tag === row.detail) area = 'detail';
    // D96A DELFOR opens both areas with a UNS, so one node opens at most one.
    else if (area !== 'summary' && tag === row.summary && (area === 'detail' || row.detail === undefined))
      area = 'summary';
    return nodeOf(file, name, node, position, area, segments);
  });
  if (row.detail !== undefined && !children.some((child) => child.area === 'detail'))
    throw broken(file, `${name} has no ${row.detail}`);
  const trigger = children[0]?.kind === 'segment' ? children[0].tag : '';
  const root: LoopDefinition = {
    kind: 'loop',
    id: '',
    trigger,
    requirement: 'M',
    max: 1,
    position: 0,
    area: 'header',
    bounded: false,
    children,
  };
  const { version } = file;
  return {
    message: name,
    version,
    name: row.name,
    functionalId: row.functionalId ?? null,
    root,
    segments,
    places: compilePlaces(root),
  };
}

const tagOf = (node: string | LoopFile): string => {
  const first = typeof node === 'string' ? node : node.children[0];
  return typeof first === 'string' ? first.slice(0, first.indexOf(' ')) : '';
};

function nodeOf(
  file: VersionFile,
  message: string,
  node: string | LoopFile,
  position: number,
  area: Area,
  segments: ReadonlyMap<string, SegmentDefinition>,
): SegmentUse | LoopDefinition {
  if (typeof node === 'string') {
    const [tag = '', requirement, max] = node.split(' ');
    const definition = segments.get(tag);
    if (definition === undefined) throw broken(file, `${message} uses segment ${tag}, which is not defined`);
    return {
      kind: 'segment',
      definition,
      tag,
      requirement: requirementOf(file, requirement, node),
      max: timesOf(file, max, node),
      position,
      area,
    };
  }
  const trigger = tagOf(node);
  if (trigger === '') throw broken(file, `loop ${node.loop} of ${message} does not begin with a segment`);
  const [requirement, max] = node.use.split(' ');
  return {
    kind: 'loop',
    id: node.loop,
    trigger,
    requirement: requirementOf(file, requirement, node.use),
    max: timesOf(file, max, node.use),
    position,
    area,
    bounded: node.bounded === true,
    children: node.children.map((child, index) => nodeOf(file, message, child, index, area, segments)),
  };
}
