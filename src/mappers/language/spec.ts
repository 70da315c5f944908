import type { DocumentKind } from '../../documents/index.ts';
import type { MessageTable, SegmentUse } from '../../parsers/standards/definitions.ts';
import type { SyntaxName } from '../../parsers/transaction.ts';
import type { SourcePlace } from '../fault.ts';
import type { Formula } from '../formula/formula.ts';
import type { ArrayType, DocumentType, LeafType, ObjectType } from './document-type.ts';
import type { ElementPlace, Fit, Given, Target, ValueSource } from './place-spec.ts';

export type * from './place-spec.ts';

/*
 * A map once understood: every place found in the standard's tables, every document path in the schema. Reading, writing, checking and
 * generating documents all start from this.
 */
interface FieldBase {
  readonly key: string;
  /** "lines[].price.amount". */
  readonly path: string;
  readonly at: SourcePlace;
}

export interface ValueField extends FieldBase {
  readonly kind: 'value';
  readonly type: LeafType;
  readonly source: ValueSource;
  /** The code of its `where:` list follows from the group around it (`unsaid: { by: … }`), so that none is an alternative to another. */
  readonly chosen: boolean;
  readonly fallback: Given | null;
}

/** `first:`: the first alternative that is there is read, and the first of all is written. */
export interface FirstField extends FieldBase {
  readonly kind: 'first';
  readonly alternatives: readonly Field[];
  readonly fallback: Given | null;
}

/** A field only expressions read and write. */
export interface ComputedField extends FieldBase {
  readonly kind: 'computed';
}

export interface ObjectField extends FieldBase {
  readonly kind: 'object';
  readonly type: ObjectType;
  readonly fields: readonly Field[];
}

export interface OneField extends FieldBase {
  readonly kind: 'one';
  readonly type: ObjectType;
  readonly target: Target;
  readonly others: boolean;
  readonly fields: readonly Field[];
  readonly fixed: readonly FixedSpec[];
}

export interface EachField extends FieldBase {
  readonly kind: 'each';
  readonly type: ArrayType | LeafType;
  readonly target: Target;
  readonly others: boolean;
  /** Item fields; null when items are single values. */
  readonly fields: readonly Field[] | null;
  /** The value of an item that is no object. */
  readonly value: ValueField | null;
  /** Items are joined into one text; null: a list. */
  readonly join: string | null;
  readonly fit: Fit;
  readonly fixed: readonly FixedSpec[];
}

export interface SlotsField extends FieldBase {
  readonly kind: 'slots';
  readonly type: ArrayType | LeafType;
  readonly target: Target;
  /** True: further segments open when one is full. */
  readonly many: boolean;
  readonly others: boolean;
  readonly from: number;
  readonly to: number;
  readonly size: number;
  /** The composite whose components the slots run over; 0: over elements. */
  readonly within: number;
  readonly fields: readonly Field[] | null;
  readonly value: ValueField | null;
  readonly join: string | null;
  readonly fit: Fit;
}

export interface GatherField extends FieldBase {
  readonly kind: 'gather';
  readonly type: ArrayType;
  /** Each makes items of the one list: a single value or object, or a list. */
  readonly parts: readonly Field[];
}

export interface SameField extends FieldBase {
  readonly kind: 'same';
  readonly type: LeafType;
  readonly source: ValueSource;
}

/** `^packs`: the key, or keys, of the nodes of that list on the path through this node. */
export interface LinkField extends FieldBase {
  readonly kind: 'link';
  readonly list: string;
  readonly many: boolean;
}

/** `key: orders` beside `at:`: the value is the key of an item of that list. */
export interface KeyField extends FieldBase {
  readonly kind: 'key';
  readonly list: string;
  readonly listKey: string;
  readonly value: ValueField;
}

/** `scheme: { code: scac }`: no element says it, for what stands there is never anything else. */
export type ConstantField = FieldBase & {
  readonly kind: 'constant';
  readonly code: string;
  /** What becomes of another code: it is refused, or it stays unwritten with a warning, for the message says the rest without it. */
  readonly otherwise: 'refuse' | 'unwritten';
};

export type Field =
  | ConstantField
  | ValueField
  | FirstField
  | ComputedField
  | ObjectField
  | OneField
  | EachField
  | SlotsField
  | GatherField
  | SameField
  | LinkField
  | KeyField;

/** `unsaid:`: the code a mandatory element gets when the document says nothing and something else stands in its segment. */
export interface UnsaidSpec {
  readonly use: SegmentUse;
  readonly place: ElementPlace;
  readonly text: string;
  /** Chosen by an element of the group around it, told by the nearest segment before: a charge's rate is another code than an allowance's. */
  readonly by: { readonly tag: string; readonly element: number; readonly texts: ReadonlyMap<string, string> } | null;
}

export interface FixedSpec {
  readonly target: Target;
  readonly place: ElementPlace;
  readonly text: string;
  readonly at: SourcePlace;
}

export interface BalanceSpec {
  /** Where the value stands on the wire; null for a balance of a document path. */
  readonly place: { readonly target: Target; readonly place: ElementPlace } | null;
  /** "lines[].quantity.value"; null for a wire place. */
  readonly path: readonly string[] | null;
  readonly formula: Formula;
  readonly when: Formula | null;
  readonly policy: 'reject' | 'accept-with-errors' | 'warn' | 'off';
  readonly name: string;
  readonly at: SourcePlace;
}

export interface ShapeLevel {
  readonly node: string;
  readonly optional: boolean;
}
export interface ShapeSpec {
  /** What stands in `shape.at` for it; '' when there is but one. */
  readonly code: string;
  readonly levels: readonly ShapeLevel[];
}

export type LevelRule =
  | { readonly node: string; readonly kind: 'absent-parent' }
  | { readonly node: string; readonly kind: 'present'; readonly target: Target }
  | {
      readonly node: string;
      readonly kind: 'value';
      readonly target: Target;
      readonly place: ElementPlace;
      readonly values: readonly string[];
    };

export interface NodeSpec {
  readonly name: string;
  /** The document's list its items stand in; null: the document itself. */
  readonly list: string | null;
  readonly listKey: string | null;
  /** Constants of the items this node takes: {kind: "pallet"}. */
  readonly of: ReadonlyMap<string, string>;
  /** The trigger that repeats inside one node; null: the node is the item. */
  readonly on: Target | null;
  readonly type: ObjectType;
  readonly fields: readonly Field[];
  /** What every level of the node holds: so many packages, one. */
  readonly fixed: readonly FixedSpec[];
  readonly at: SourcePlace;
}

export interface HierarchySpec {
  readonly target: Target;
  readonly id: ElementPlace;
  readonly parent: ElementPlace;
  /** HL03; null when `levels` tell the kind. */
  readonly level: ElementPlace | null;
  /** HL04; null where there is none. */
  readonly hasChildren: ElementPlace | null;
  readonly levels: readonly LevelRule[];
  readonly shapes: readonly ShapeSpec[];
  readonly shapeAt: { readonly target: Target; readonly place: ElementPlace } | null;
  readonly shapeWritten: Given | null;
  readonly nodes: readonly NodeSpec[];
  readonly at: SourcePlace;
}

/** A field with `read:` or `write:`: outside the round-trip promise. */
export interface ExpressionSpec {
  readonly path: string;
  readonly read: string | null;
  readonly write: string | null;
  readonly at: SourcePlace;
}

export interface MapSpec {
  readonly document: DocumentKind;
  readonly type: ObjectType;
  readonly syntax: SyntaxName;
  readonly version: string;
  readonly message: string;
  /** UNH 0057 of what is written; null: none. */
  readonly association: string | null;
  readonly table: MessageTable;
  readonly fields: readonly Field[];
  readonly fixed: readonly FixedSpec[];
  readonly unsaid: readonly UnsaidSpec[];
  readonly hierarchy: HierarchySpec | null;
  readonly balances: readonly BalanceSpec[];
  readonly expressions: readonly ExpressionSpec[];
  readonly derived: readonly string[]; // paths the rest of the message says already: quantity × price
}

export const isLeaf = (type: DocumentType): type is LeafType => type.kind !== 'object' && type.kind !== 'array';
