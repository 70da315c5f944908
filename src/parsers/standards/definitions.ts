import type { Places } from './places.ts';
import type { SegmentShape } from './shapes.ts';

/*
 * The standards' tables as values: what `standards/*.json` becomes when it is loaded. Shared by placement, checks, maps and `show`.
 * Places count from 1 within their parent, as the standards count them.
 */
export type Requirement = 'M' | 'O' | 'C' | 'X';

/** N0…N9 carry implied decimals (`places`); a, n, an are EDIFACT's. */
export type ElementType = 'ID' | 'AN' | 'R' | 'N' | 'DT' | 'TM' | 'B' | 'a' | 'n' | 'an';

export interface ElementDefinition {
  /** "355", "I06", "6060". */
  readonly id: string;
  readonly name: string;
  readonly type: ElementType;
  /** Implied decimals of type N; 0 elsewhere. */
  readonly places: number;
  readonly min: number;
  readonly max: number;
  /** The codes this version lists, or null when the element is not coded or its list is external. */
  readonly codes: ReadonlySet<string> | null;
}

export interface ComponentUse {
  readonly requirement: Requirement;
  readonly element: ElementDefinition;
}

export interface CompositeDefinition {
  readonly id: string;
  readonly name: string;
  readonly components: readonly ComponentUse[];
  readonly notes: readonly SyntaxNote[];
  /** Its mandatory components as bits, component 1 the lowest. */
  readonly mandatory: number;
  /** EDIFACT C507: 2380, whose form 2379 names. */
  readonly formatted: boolean;
}

export interface ElementUse {
  readonly requirement: Requirement;
  /** How often the element may repeat; 1 for nearly all. */
  readonly repeat: number;
  /** Exactly one of the two. */
  readonly element: ElementDefinition | null;
  readonly composite: CompositeDefinition | null;
}

/** P all or none, R at least one, E at most one, C first requires all others, L first requires one of the others. */
export type NoteKind = 'P' | 'R' | 'E' | 'C' | 'L';

export interface SyntaxNote {
  readonly kind: NoteKind;
  readonly places: readonly number[];
  /** "P0304". */
  readonly text: string;
  /** The places as bits, place 1 the lowest: a note is checked with two machine operations. */
  readonly mask: number;
}

export interface SegmentDefinition {
  readonly tag: string;
  readonly name: string;
  readonly elements: readonly ElementUse[];
  readonly notes: readonly SyntaxNote[];
  /** Its mandatory elements as bits, element 1 the lowest. */
  readonly mandatory: number;
  /** The place of an X12 1251 whose form the 1250 before it names; 0 when it has none. */
  readonly formatted: number;
  /** The same for the check of right segments. */
  readonly shape: SegmentShape;
}

export type Area = 'header' | 'detail' | 'summary';

export interface SegmentUse {
  readonly kind: 'segment';
  readonly definition: SegmentDefinition;
  readonly tag: string;
  readonly requirement: Requirement;
  /** Infinity when unbounded. */
  readonly max: number;
  /** Index (from 0) among the parent loop's children: the standard's order. */
  readonly position: number;
  readonly area: Area;
}

export interface LoopDefinition {
  readonly kind: 'loop';
  /** "N1", "SG25"; '' for the root. */
  readonly id: string;
  /** The tag of its first segment: maps name loops by it, in EDIFACT too. */
  readonly trigger: string;
  readonly requirement: Requirement;
  readonly max: number;
  readonly position: number;
  readonly area: Area;
  /** Bounded by LS/LE. */
  readonly bounded: boolean;
  readonly children: readonly (SegmentUse | LoopDefinition)[];
}

/** One message of one version: "850" of "004010", "ORDERS" of "D96A". */
export interface MessageTable {
  readonly message: string;
  readonly version: string;
  readonly name: string;
  /** GS01 for X12, null for EDIFACT. */
  readonly functionalId: string | null;
  readonly root: LoopDefinition;
  /** Every segment of the version by tag. */
  readonly segments: ReadonlyMap<string, SegmentDefinition>;
  /** The tree as placement reads it. */
  readonly places: Places;
}
