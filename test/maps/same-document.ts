import type { Document, DocumentKind } from '../../src/documents/index.ts';
import { validateDocument } from '../../src/documents/validate.ts';

/** What one of two documents says and the other does not: "lines[].price.kind", and the value. */
export interface Difference {
  readonly path: string;
  readonly value: string;
  readonly how: 'lost' | 'gained';
}

type Path = readonly (string | number)[];
interface Leaf {
  readonly path: Path;
  readonly value: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** A code counts as our word; a code without one as it was sent. The original beside a word is each syntax's own. */
const isCode = (value: Record<string, unknown>) =>
  Object.keys(value).length > 0 && Object.keys(value).every((key) => key === 'code' || key === 'original');

function* leavesOf(value: unknown, path: Path = []): Iterable<Leaf> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* leavesOf(item, [...path, index]);
  else if (isRecord(value) && isCode(value)) yield { path, value: String(value.code ?? `original ${value.original}`) };
  else if (isRecord(value)) for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, key]);
  else if (value !== undefined) yield { path, value: plain(String(value)) };
}

/** X12 writes so many decimals, EDIFACT as many as there are: 12.5 and 12.50 are one number. */
const plain = (text: string): string => (/^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text);

const textOf = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
const general = (path: string): string => path.replaceAll(/\[\d+\]/g, '[]');

/** Own ids of packs are numbers within one document: they count as the SSCC they stand for, else as the pack they are. */
function withNamedPacks(document: Document): unknown {
  if (!('contents' in document)) return document;
  const names = new Map((document.packs ?? []).map(({ id, sscc, kind }) => [id, sscc ?? kind]));
  const named = (id: string) => names.get(id) ?? id;
  return {
    ...document,
    ...(document.packs !== undefined && {
      packs: document.packs.map((pack) => ({
        ...pack,
        id: undefined,
        ...(pack.parent !== undefined && { parent: named(pack.parent) }),
      })),
    }),
    contents: document.contents.map((row) => ({
      ...row,
      ...(row.packs !== undefined && { packs: row.packs.map(named) }),
    })),
  };
}

/**
 * Every value that stands in one document and not in the other. Lines are compared line by line, in their order; lists within them, and those of
 * the document, as bags of values: the order of references or dates is each standard's own.
 */
export function differences(sent: Document, read: Document): readonly Difference[] {
  const bag = new Map<string, number>();
  for (const { path, value } of leavesOf(withNamedPacks(sent))) add(bag, `${place(path)}\u0000${value}`, 1);
  for (const { path, value } of leavesOf(withNamedPacks(read))) add(bag, `${place(path)}\u0000${value}`, -1);
  return [...bag].flatMap(([key, count]): Difference[] => {
    const [path = '', value = ''] = key.split('\u0000');
    return Array.from({ length: Math.abs(count) }, () => ({ path, value, how: count > 0 ? 'lost' : 'gained' }));
  });
}

const add = (bag: Map<string, number>, key: string, count: number) => bag.set(key, (bag.get(key) ?? 0) + count);

function place(path: Path): string {
  const [first, second, ...rest] = path;
  if (first !== 'lines' || typeof second !== 'number') return general(textOf(path));
  return `lines[${second}].${general(textOf(rest))}`;
}

/** "lines[2].price.kind" as rules name it: "lines[].price.kind". */
export const placeOf = ({ path }: Difference): string => general(path);

/** What makes an item of a list what it is: one whose kind cannot be said is not said at all. */
const NAMING: ReadonlySet<string | number> = new Set(['kind', 'role']);

/** The document without what a writing listed as unwritten. A purpose cannot be absent: what says nothing of it says that it is an original. */
export function without<T extends Document>(kind: DocumentKind, document: T, unwritten: readonly string[]): T | null {
  const copy = structuredClone(document);
  const items = new Set<string>();
  for (const text of unwritten) {
    const path = stepsOf(text);
    const last = path.at(-1);
    const inItem = typeof path.at(-2) === 'number';
    if (typeof last === 'number') items.add(text);
    else if (last !== undefined && NAMING.has(last) && inItem) items.add(textOf(path.slice(0, -1)));
    else remove(copy, path);
  }
  // Last items first: the numbers of those before them stay true.
  const backwards = [...items].map(stepsOf).toSorted((a, b) => compare(b, a));
  for (const path of backwards) remove(copy, path);
  return mended(kind, copy);
}

/** What lacks something it must have is left out whole: an identifier without its value. Null when that is the document itself. */
function mended<T extends Document>(kind: DocumentKind, document: T): T | null {
  for (;;) {
    const check = validateDocument(kind, document);
    if (check.valid) return document;
    if (check.faults.some(({ path }) => path === 'purpose')) {
      Object.assign(document, { purpose: { code: 'original' } });
      continue;
    }
    const [fault] = check.faults.map(({ path }) => stepsOf(path).slice(0, -1)).toSorted((a, b) => b.length - a.length);
    if (fault === undefined || fault.length === 0) return null;
    remove(document, fault);
  }
}

const stepsOf = (text: string): (string | number)[] =>
  text
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

function compare(a: Path, b: Path): number {
  for (const [index, step] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (step === other) continue;
    return typeof step === 'number' && typeof other === 'number' ? step - other : String(step) < String(other) ? -1 : 1;
  }
  return -1;
}

function remove(document: object, path: Path): void {
  const last = path.at(-1);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
      document,
    );
  if (last === undefined || typeof parent !== 'object' || parent === null) return;
  if (Array.isArray(parent) && typeof last === 'number') parent.splice(last, 1);
  else Reflect.deleteProperty(parent, last);
}
