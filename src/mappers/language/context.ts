import type {
  ElementDefinition,
  LoopDefinition,
  MessageTable,
  SegmentUse,
} from '../../parsers/standards/definitions.ts';
import type { SyntaxName } from '../../parsers/transaction.ts';
import type { CodeTable } from '../code-table.ts';
import type { Faults, SourcePlace } from '../fault.ts';
import type { MapNode, MappingNode } from './source.ts';
import type { ExpressionSpec, UnsaidSpec } from './spec.ts';

/** What a slot run stands in: `from`…`to` in steps of `size`, over elements or over the components of `within`. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly within: number;
}

/** The group a field's places are relative to. A segment or slot frame has its own segment and sees no other. */
export interface Frame {
  readonly loop: LoopDefinition;
  readonly own: SegmentUse | null;
  readonly slots: SlotRange | null;
}

/** Everything at hand while a map is being understood. */
export interface Context {
  readonly faults: Faults;
  readonly table: MessageTable;
  readonly syntax: SyntaxName;
  readonly shapes: ReadonlyMap<string, MapNode>;
  readonly usedShapes: Set<string>;
  readonly expressions: ExpressionSpec[];
  readonly unsaid: UnsaidSpec[];
  /** Lists whose items are nodes of the hierarchy, with their key: what `^x` and `key: x` may name. */
  readonly lists: Map<string, string>;
  codes(name: string, at: SourcePlace): CodeTable | null;
  /** Counts one field; false when there are too many, and the fault is told. */
  enter(at: SourcePlace): boolean;
}

/** Tells of every key a mapping may not have. */
export function onlyKeys(node: MappingNode, allowed: readonly string[], faults: Faults, what: string): void {
  for (const [key, value] of node.entries)
    if (!allowed.includes(key)) faults.add(value, `'${key}' does not belong to ${what}: ${allowed.join(', ')} do.`);
}

export const elementName = (tag: string, element: number, component: number): string =>
  `${tag}${String(element).padStart(2, '0')}${component > 0 ? `-${component}` : ''}`;

/** Elements whose text is a number with a point or implied decimals. */
export const isNumeric = ({ type }: ElementDefinition): boolean => type === 'R' || type === 'N' || type === 'n';
