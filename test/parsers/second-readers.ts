import EdifactParser from 'edifact/parser.js';
import { X12Parser } from 'node-x12';
import { X12parser } from 'x12-parser';
import type { ReadEvent, Segment } from '../../src/parsers/transaction.ts';
import { readChunks } from './reading.ts';

/*
 * What other readers make of the same bytes: segments as a tag and its elements, each element's components (and, where they know them,
 * repetitions) joined again, for the packages split at different depths.
 */
export interface Plain {
  readonly tag: string;
  readonly elements: readonly string[];
}

export interface SecondReader {
  readonly name: string;
  read(bytes: Uint8Array): Promise<readonly Plain[]>;
  /** What it makes of every value, by habit: done to ours too, so that only what is more than habit shows. */
  habit(value: string, tag: string, element: number): string;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const withoutEnd = (elements: readonly string[]): string[] => {
  let end = elements.length;
  while (end > 0 && elements[end - 1] === '') end--;
  return elements.slice(0, end);
};

/** node-x12, its stream: the whole file in one write, for it loses segments at chunk edges. Interchange control numbers are numbers to it. */
export const nodeX12: SecondReader = {
  name: 'node-x12',
  habit: (value, tag, element) =>
    (tag === 'ISA' && element === 13) || (tag === 'IEA' && element === 2) ? String(Number(value)) : value,
  read: readNodeX12,
};

async function readNodeX12(bytes: Uint8Array): Promise<readonly Plain[]> {
  const parser = new X12Parser(false, 'utf8');
  parser.end(text(bytes));
  const segments: Plain[] = [];
  for await (const { tag, elements } of parser)
    segments.push({ tag, elements: withoutEnd(elements.map(({ value }: { value: string }) => value)) });
  return segments;
}

/** x12-parser: an object with a key for each element ("2", its first component) and further component ("2-1"). It trims every value, and gives a
 * last empty segment for the line break behind the last terminator. */
export const x12Parser: SecondReader = { name: 'x12-parser', habit: (value) => value.trim(), read: readX12Parser };

async function readX12Parser(bytes: Uint8Array): Promise<readonly Plain[]> {
  const parser = new X12parser('latin1');
  const raw = Buffer.from(bytes);
  const separator = String.fromCharCode(raw[104] ?? 0);
  parser.end(raw);
  const segments: Plain[] = [];
  for await (const segment of parser) {
    const { name, ...rest } = segment as Record<string, string>;
    const elements: string[][] = [];
    for (const [key, value] of Object.entries(rest)) {
      const [element = 0, further = 0] = key.split('-').map(Number);
      const parts = elements[element - 1] ?? [];
      parts[further] = value;
      elements[element - 1] = parts;
    }
    const joined = Array.from(elements, (parts) => Array.from(parts ?? [], (part) => part ?? '').join(separator));
    segments.push({ tag: name ?? '', elements: withoutEnd(joined) });
  }
  if (segments.at(-1)?.tag === '') segments.pop();
  return segments;
}

/** edifact, its event parser: components of elements, released. Its reader would judge by the tables of one directory besides. */
export const edifactPackage: SecondReader = { name: 'edifact', habit: (value) => value, read: readEdifactPackage };

async function readEdifactPackage(bytes: Uint8Array): Promise<readonly Plain[]> {
  const parser = new EdifactParser();
  const segments: { tag: string; elements: string[][] }[] = [];
  parser.onopensegment = (tag) => segments.push({ tag, elements: [] });
  parser.onelement = () => segments.at(-1)?.elements.push([]);
  parser.oncomponent = (value) => {
    const segment = segments.at(-1);
    // The first component of UNB names the character set, which it has to be told.
    if (segment?.tag === 'UNB' && segment.elements.length === 1 && segment.elements[0]?.length === 0)
      parser.encoding(value);
    segment?.elements.at(-1)?.push(value);
  };
  parser.write(text(bytes));
  parser.end();
  return segments.map(({ tag, elements }) => ({
    tag,
    elements: withoutEnd(elements.map((components) => withoutEnd(components).join('\u0001'))),
  }));
}

/** Ours in the same form. `isX12`: separators as sent between the parts; else one that stands in no data. */
export function ours(bytes: Uint8Array): readonly Plain[] {
  const events = readChunks([bytes]);
  let marks = { component: '\u0001', repetition: '\u0001' };
  return events.flatMap((event) => {
    if (event.kind === 'interchange' && event.header.syntax === 'x12') {
      const { component, repetition } = event.header.delimiters;
      marks = { component: String.fromCharCode(component), repetition: String.fromCharCode(repetition ?? 0) };
    }
    return segmentsOf(event).map((segment) => plain(segment, marks));
  });
}

const segmentsOf = (event: ReadEvent): readonly Segment[] => {
  if (event.kind === 'transaction') return event.transaction.segments;
  return event.kind === 'stray' || event.segment === null ? [] : [event.segment];
};

function plain(segment: Segment, { component, repetition }: { component: string; repetition: string }): Plain {
  const elements = Array.from({ length: segment.elementCount }, (_none, e) =>
    Array.from({ length: segment.repetitionCount(e + 1) }, (_one, r) =>
      withoutEnd(
        Array.from({ length: segment.componentCount(e + 1, r + 1) }, (_part, c) => segment.value(e + 1, c + 1, r + 1)),
      ).join(component),
    ).join(repetition),
  );
  return { tag: segment.tag, elements: withoutEnd(elements) };
}

export interface Difference {
  /** Index of the first segment that differs, and what both have there; null where one has none. */
  readonly at: number;
  readonly ours: string | null;
  readonly theirs: string | null;
}

const line = (one: Plain | undefined, { habit }: SecondReader): string | null => {
  if (one === undefined) return null;
  const { tag, elements } = one;
  return [tag, ...withoutEnd(elements.map((value, index) => habit(value, tag, index + 1)))].join('|');
};

/** Theirs are given bytes as Latin-1; ours reads a file that is plainly UTF-8 as that, and warns: the same bytes are the same value. */
const isSame = (mine: string | null, theirs: string | null): boolean =>
  mine === theirs || (mine !== null && Buffer.from(mine, 'utf8').toString('latin1') === theirs);

/** The first segment in which another reader differs from ours; null when all are the same. An error of theirs stands for what they read. */
export async function firstDifference(bytes: Uint8Array, reader: SecondReader): Promise<Difference | null> {
  const own = ours(bytes);
  let other: readonly Plain[];
  try {
    other = await reader.read(bytes);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { at: 0, ours: line(own[0], reader), theirs: `throws: ${message}` };
  }
  for (let at = 0; at < Math.max(own.length, other.length); at++) {
    const [mine, theirs] = [line(own[at], reader), line(other[at], reader)];
    if (!isSame(mine, theirs)) return { at, ours: mine, theirs };
  }
  return null;
}
