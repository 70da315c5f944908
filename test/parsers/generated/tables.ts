import { readFileSync } from 'node:fs';
import type { SyntaxName } from '../../../src/parsers/transaction.ts';

/*
 * The published tables (standards/**.json), read once more and by other code than the gateway's: what is generated from them does not lean on
 * build.ts, so that a mistake there shows.
 */
export interface ElementRow {
  readonly id: string;
  /** "ID", "AN", "R", "N2", "DT", "TM", "a", "n", "an". */
  readonly type: string;
  readonly min: number;
  readonly max: number;
  readonly codes: readonly string[] | null;
}

export interface Note {
  readonly kind: string;
  readonly places: readonly number[];
  readonly text: string;
}

/** An element or composite in its place; `parts` are a composite's components, null for a single element. */
export interface Use {
  readonly id: string;
  readonly mandatory: boolean;
  readonly repeat: number;
  readonly element: ElementRow | null;
  readonly parts: readonly Use[] | null;
  readonly notes: readonly Note[];
}

export interface SegmentRow {
  readonly tag: string;
  readonly uses: readonly Use[];
  readonly notes: readonly Note[];
}

export interface SegmentNode {
  readonly kind: 'segment';
  readonly tag: string;
  readonly mandatory: boolean;
  readonly max: number;
}

export interface LoopNode {
  readonly kind: 'loop';
  readonly id: string;
  readonly mandatory: boolean;
  readonly max: number;
  readonly bounded: boolean;
  readonly children: readonly (SegmentNode | LoopNode)[];
}

export interface Message {
  readonly syntax: SyntaxName;
  /** As the file is named: "004010", "D96A", "41". */
  readonly version: string;
  readonly name: string;
  /** GS01. */
  readonly functionalId: string;
  /** The tag with which the summary begins. */
  readonly summary: string | null;
  readonly root: LoopNode;
  readonly segments: ReadonlyMap<string, SegmentRow>;
  readonly balances: readonly BalanceRow[];
}

export type Term =
  | string
  | {
      readonly of: string;
      readonly only?: string;
      readonly times?: string;
      readonly per?: { readonly at: string; readonly values: Readonly<Record<string, string>> };
      readonly minus?: string | true;
    };

export interface CountRow {
  /** The declared number is how often something occurs, or its digits summed. */
  readonly check: 'count' | 'hash';
  readonly declared: string;
  readonly of: string;
}
export interface SumRow {
  readonly check: 'sum';
  readonly declared: string;
  readonly equals: readonly (readonly Term[])[];
}
export interface ParentsRow {
  readonly check: 'parents';
  readonly id: string;
  readonly parent: string;
}
export interface SharesRow {
  /** The declared number of a loop's trigger is what the elements of another segment in it add up to. */
  readonly check: 'shares';
  readonly declared: string;
  readonly of: string;
  readonly elements: readonly number[];
}
export type BalanceRow = CountRow | SumRow | ParentsRow | SharesRow;

interface Row {
  readonly elements: readonly string[];
  readonly notes?: readonly string[];
}
type Tree = readonly (string | { loop: string; use: string; bounded?: boolean; children: Tree })[];
interface File {
  readonly version: string;
  readonly elements: Readonly<Record<string, string>>;
  readonly composites: Readonly<Record<string, Row>>;
  readonly segments: Readonly<Record<string, Row>>;
  readonly messages: Readonly<Record<string, { functionalId?: string; summary?: string; tree: Tree }>>;
  readonly codes: Readonly<Record<string, string>>;
}

const read = <Content>(name: string): Content | null => {
  try {
    return JSON.parse(readFileSync(new URL(`../../../standards/${name}.json`, import.meta.url), 'utf8')) as Content;
  } catch {
    return null;
  }
};

const noteOf = (text: string): Note => ({
  text,
  kind: text.slice(0, 1),
  places: Array.from({ length: (text.length - 1) / 2 }, (_none, at) => Number(text.slice(1 + 2 * at, 3 + 2 * at))),
});

function rowsOf(file: File): Map<string, SegmentRow> {
  const elements = new Map(
    Object.entries(file.elements).map(([id, row]): [string, ElementRow] => {
      const [type = '', min = '', max = ''] = row.split(' ');
      return [id, { id, type, min: Number(min), max: Number(max), codes: file.codes[id]?.split(' ') ?? null }];
    }),
  );
  const useOf = (text: string): Use => {
    const [id = '', requirement = '', repeat = '1'] = text.split(' ');
    const composite = file.composites[id];
    return {
      id,
      mandatory: requirement === 'M',
      repeat: repeat === '>1' ? 99 : Number(repeat),
      element: elements.get(id) ?? null,
      parts: composite?.elements.map(useOf) ?? null,
      notes: (composite?.notes ?? []).map(noteOf),
    };
  };
  return new Map(
    Object.entries(file.segments).map(([tag, row]) => [
      tag,
      { tag, uses: row.elements.map(useOf), notes: (row.notes ?? []).map(noteOf) },
    ]),
  );
}

const timesOf = (text = '') => (text === '>1' ? Number.POSITIVE_INFINITY : Number(text));

const nodesOf = (tree: Tree): (SegmentNode | LoopNode)[] =>
  tree.map((node) => {
    if (typeof node === 'string') {
      const [tag = '', requirement, max] = node.split(' ');
      return { kind: 'segment', tag, mandatory: requirement === 'M', max: timesOf(max) };
    }
    const [requirement, max] = node.use.split(' ');
    const { loop: id, bounded = false, children } = node;
    const more = { mandatory: requirement === 'M', max: timesOf(max), bounded };
    return { kind: 'loop', id, ...more, children: nodesOf(children) };
  });

function messagesOf(syntax: SyntaxName, version: string): Message[] {
  const file = read<File>(`${syntax}/${version}`);
  const service = syntax === 'edifact' ? read<File>('edifact/41') : null;
  if (file === null) throw new Error(`there is no standards/${syntax}/${version}.json`);
  const segments = new Map([...(service === null ? [] : rowsOf(service)), ...rowsOf(file)]);
  return Object.entries(file.messages).map(([name, { functionalId = '', summary = null, tree }]) => ({
    syntax,
    version,
    name,
    functionalId,
    summary,
    segments,
    root: { kind: 'loop', id: '', mandatory: true, max: 1, bounded: false, children: nodesOf(tree) },
    balances: read<{ rules: readonly BalanceRow[] }>(`balances/${name}`)?.rules ?? [],
  }));
}

/** Every message of every version held. */
export const messages: readonly Message[] = [
  ...['004010', '004030', '005010'].flatMap((version) => messagesOf('x12', version)),
  ...['D96A', 'D01B', 'D3', '41'].flatMap((version) => messagesOf('edifact', version)),
];

export const tagOf = (node: SegmentNode | LoopNode): string => {
  if (node.kind === 'segment') return node.tag;
  const first = node.children[0];
  return first?.kind === 'segment' ? first.tag : '';
};

const counts = new WeakMap<LoopNode, ReadonlyMap<string, number>>();

function countTags(node: LoopNode, into: Map<string, number>): ReadonlyMap<string, number> {
  for (const child of node.children) {
    if (child.kind === 'loop') countTags(child, into);
    else into.set(child.tag, (into.get(child.tag) ?? 0) + 1);
  }
  return into;
}

/** How often a tag stands in a tree: what stands once can be taken for nothing else. */
export function timesInTree(root: LoopNode, tag: string): number {
  const known = counts.get(root) ?? countTags(root, new Map());
  counts.set(root, known);
  return known.get(tag) ?? 0;
}
