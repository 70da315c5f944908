import type { VersionFile } from './build.ts';

/*
 * A version file from a licensee's hands, held against the format of standards/README.md before it is built. build.ts refuses what it cannot
 * build with the first row it meets; who types tables in wants every wrong row, each by its path.
 */
export interface TableFault {
  /** "segments.N1.elements.2": the keys that lead to the row, list places from 0. */
  readonly path: string;
  readonly message: string;
}

/** More are not told: one wrong habit shows in the first few. */
const faultsMax = 50;
/** X12 nests four loops, EDIFACT five: a tree deeper than this is a file gone wrong. */
const loopDepthMax = 16;
/** Placement, checks and acknowledgments count on no more; the widest segment of X12 has 96. */
const elementsMax = 200;
/** Presence is kept as bits: build.ts says the same. */
const notedMax = 31;

const PARTS = ['elements', 'composites', 'segments', 'messages', 'codes'] as const;
const KEYS = new Set<string>(['standard', 'version', 'extends', ...PARTS]);
const TYPES = /^(?:ID|AN|R|N\d|DT|TM|B|a|n|an)$/;
const USE = /^([A-Z0-9]{1,6}) ([MOCX])(?: (\d{1,6}|>1))?$/;
const PLACE = /^([A-Z][A-Z0-9]{1,2}) ([MOC]) (\d{1,7}|>1)$/;
const LOOP_USE = /^[MOC] (?:\d{1,7}|>1)$/;

type Unknown = Readonly<Record<string, unknown>>;
type Tell = (path: string, message: string) => void;

const isRecord = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** What `extends` makes of a file: the base's rows, and the file's own in their places or beside them. */
export function extendVersion(base: VersionFile, file: Unknown): unknown {
  const parts = PARTS.map((part) => {
    const own = file[part];
    return [part, own === undefined || isRecord(own) ? { ...base[part], ...own } : own];
  });
  return { ...file, ...Object.fromEntries(parts) };
}

/**
 * Takes a parsed file and what its name says it is; `service`: tags EDIFACT messages may use that stand in another file (UNH, UNS, UNT).
 * Gives all that is wrong with it, at most `faultsMax`; with none, it can be built.
 */
export function tableFaults(
  file: unknown,
  expected: { readonly standard: string; readonly version: string },
  service: Iterable<string> = [],
): readonly TableFault[] {
  const faults: TableFault[] = [];
  const tell: Tell = (path, message) => {
    if (faults.length < faultsMax) faults.push({ path, message });
  };
  if (!isRecord(file)) return [{ path: '', message: 'is no object' }];
  for (const key of ['standard', 'version'] as const)
    if (file[key] !== expected[key]) tell(key, `is ${shown(file[key])}, and the file's place says "${expected[key]}"`);
  for (const key of Object.keys(file)) if (!KEYS.has(key)) tell(key, 'is no part of a version file');
  for (const part of PARTS) if (!isRecord(file[part])) tell(part, 'is missing or no object');
  if (faults.some(({ path }) => PARTS.some((part) => part === path))) return faults;
  const [elements, composites, segments, messages, codes] = PARTS.map((part) => file[part]).map((part) =>
    isRecord(part) ? part : {},
  ) as [Unknown, Unknown, Unknown, Unknown, Unknown];
  for (const [id, row] of Object.entries(elements)) checkElement(`elements.${id}`, row, tell);
  checkCodes(codes, elements, tell);
  for (const [id, row] of Object.entries(composites))
    checkRow(`composites.${id}`, row, (use) => Object.hasOwn(elements, use), tell);
  const isUse = (use: string) => Object.hasOwn(elements, use) || Object.hasOwn(composites, use);
  for (const [tag, row] of Object.entries(segments)) {
    if (!/^[A-Z][A-Z0-9]{1,2}$/.test(tag)) tell(`segments.${tag}`, 'is no tag of two or three capitals and digits');
    checkRow(`segments.${tag}`, row, isUse, tell);
  }
  const tags = new Set([...Object.keys(segments), ...service]);
  for (const [name, row] of Object.entries(messages))
    checkMessage(`messages.${name}`, row, tags, expected.standard, tell);
  return faults;
}

function checkElement(path: string, row: unknown, tell: Tell): void {
  if (typeof row !== 'string') {
    tell(path, 'is no text like "AN 1 60 Name"');
    return;
  }
  const [type = '', min = '', max = ''] = row.split(' ');
  if (!TYPES.test(type)) tell(path, `is ${shown(row)}: "${type}" is none of ID AN R N0…N9 DT TM B a n an`);
  else if (!/^\d{1,9}$/.test(min) || !/^\d{1,9}$/.test(max) || Number(max) < Number(min) || max === '0')
    tell(path, `is ${shown(row)}: behind the type must stand the shortest and the longest length`);
}

function checkCodes(codes: Unknown, elements: Unknown, tell: Tell): void {
  for (const [id, list] of Object.entries(codes)) {
    const path = `codes.${id}`;
    const row = elements[id];
    if (typeof row !== 'string') tell(path, `lists codes of element ${id}, which is not defined`);
    if (typeof list !== 'string' || list.trim() === '') {
      tell(path, 'is no list of codes separated by blanks');
      continue;
    }
    const max = Number(typeof row === 'string' ? row.split(' ')[2] : Number.NaN);
    const each = list.split(' ');
    const seen = new Set<string>();
    for (const code of each) {
      if (code === '') tell(path, 'has two blanks between codes, or one at an end');
      else if (code.length > max)
        tell(path, `has "${code.slice(0, 40)}", longer than the ${max} characters of its element`);
      else if (seen.has(code)) tell(path, `has "${code}" twice`);
      seen.add(code);
    }
  }
}

/** A composite or segment: its uses, and notes that point into them. */
function checkRow(path: string, row: unknown, isDefined: (id: string) => boolean, tell: Tell): void {
  if (!isRecord(row)) {
    tell(path, 'is no object with "name" and "elements"');
    return;
  }
  if (typeof row.name !== 'string') tell(`${path}.name`, 'is no text');
  if (!Array.isArray(row.elements)) {
    tell(`${path}.elements`, 'is no list');
    return;
  }
  const uses = listOf(row.elements);
  if (uses.length > elementsMax) tell(`${path}.elements`, `has ${uses.length} rows, and ${elementsMax} are the most`);
  for (const [index, use] of uses.entries()) {
    const at = `${path}.elements.${index}`;
    const [, id, requirement] = (typeof use === 'string' && USE.exec(use)) || [];
    if (id === undefined) tell(at, `is ${shown(use)}, not like "98 M" or "C056 X 10"`);
    else if (!isDefined(id)) tell(at, `uses ${id}, which is not defined`);
    if (requirement === 'M' && index >= notedMax) tell(at, `is mandatory beyond place ${notedMax}`);
  }
  for (const [index, note] of listOf(row.notes).entries()) {
    const at = `${path}.notes.${index}`;
    if (typeof note !== 'string' || !/^[PRECL](?:\d\d){2,}$/.test(note)) {
      tell(at, `is ${shown(note)}, not like "P0304"`);
      continue;
    }
    for (const place of note.slice(1).match(/\d\d/g) ?? []) {
      if (Number(place) < 1 || Number(place) > Math.min(uses.length, notedMax))
        tell(at, `is "${note}", and there is no place ${place}`);
    }
  }
}

function checkMessage(path: string, row: unknown, tags: ReadonlySet<string>, standard: string, tell: Tell): void {
  if (!isRecord(row)) {
    tell(path, 'is no object with "name" and "tree"');
    return;
  }
  if (typeof row.name !== 'string') tell(`${path}.name`, 'is no text');
  if (!Array.isArray(row.tree)) {
    tell(`${path}.tree`, 'is no list');
    return;
  }
  const tree = listOf(row.tree);
  const [start, end] = standard === 'x12' ? ['ST', 'SE'] : ['UNH', 'UNT'];
  if (tree[0] !== `${start} M 1`) tell(`${path}.tree.0`, `is ${shown(tree[0])}, not "${start} M 1"`);
  if (tree.at(-1) !== `${end} M 1`)
    tell(`${path}.tree.${tree.length - 1}`, `is ${shown(tree.at(-1))}, not "${end} M 1"`);
  for (const area of ['detail', 'summary'] as const) {
    const tag = row[area];
    if (tag !== undefined && !tree.some((node) => triggerOf(node) === tag))
      tell(`${path}.${area}`, `is ${shown(tag)}, with which nothing at the root of the tree begins`);
  }
  checkTree(`${path}.tree`, tree, tags, 1, tell);
}

function checkTree(
  path: string,
  nodes: readonly unknown[],
  tags: ReadonlySet<string>,
  depth: number,
  tell: Tell,
): void {
  if (depth > loopDepthMax) {
    tell(path, `nests more than ${loopDepthMax} loops`);
    return;
  }
  for (const [index, node] of nodes.entries()) {
    const at = `${path}.${index}`;
    if (typeof node === 'string') {
      const tag = PLACE.exec(node)?.[1];
      if (tag === undefined) tell(at, `is ${shown(node)}, not like "REF O >1"`);
      else if (!tags.has(tag)) tell(at, `uses segment ${tag}, which is not defined`);
      continue;
    }
    if (!isRecord(node) || typeof node.loop !== 'string' || !Array.isArray(node.children)) {
      tell(at, `is ${shown(node)}, neither a row nor a loop`);
      continue;
    }
    if (typeof node.use !== 'string' || !LOOP_USE.test(node.use))
      tell(`${at}.use`, `is ${shown(node.use)}, not like "O 200"`);
    const first = node.children[0];
    if (typeof first !== 'string') tell(`${at}.children.0`, 'is no segment: a loop begins with the one it is known by');
    else if (!/ M 1$/.test(first)) tell(`${at}.children.0`, `is ${shown(first)}: the first of a loop is M 1`);
    checkTree(`${at}.children`, node.children, tags, depth + 1, tell);
  }
}

function triggerOf(node: unknown): string | undefined {
  const first = isRecord(node) ? listOf(node.children)[0] : node;
  return typeof first === 'string' ? first.split(' ')[0] : undefined;
}
