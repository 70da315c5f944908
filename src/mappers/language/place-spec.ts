import type { ElementDefinition, LoopDefinition, SegmentUse } from '../../parsers/standards/definitions.ts';
import type { CodeTable } from '../code-table.ts';
import type { CodecSpec } from '../codecs/codec.ts';

/*
 * Frame   the group (loop, segment or slot) a field's places are relative to.
 * Target  a way from a frame to a segment or group, with the conditions it must meet.
 * Source  a Target with the element or elements a value stands in, and how its text becomes a value.
 */
export interface Condition {
  /** Which segment of the step it looks at: the segment itself (-1), or the child of the loop at that position. */
  readonly child: number;
  /** That child's use: what a constant is written into. */
  readonly use: SegmentUse;
  readonly place: ElementPlace;
  /** Any of these, the first preferred and written; null: must be absent. */
  readonly values: readonly string[] | null;
}

export interface Step {
  readonly position: number;
  /** The loop the step leads into; null: the segment itself, always last. */
  readonly loop: LoopDefinition | null;
  /** What stands there: the segment, or the loop's trigger. */
  readonly use: SegmentUse;
  readonly conditions: readonly Condition[];
  /** Fields whose steps have one key share one segment or group when written. */
  readonly key: string;
}

export interface Target {
  /** `own`: the segment of the frame itself, `steps` then empty. */
  readonly origin: 'frame' | 'root' | 'own';
  readonly steps: readonly Step[];
  /** Further ways to the same tag, tried on reading only: the standard repeats it at one level. */
  readonly otherWays: readonly (readonly Step[])[];
  /** The segment reached, or the trigger of the loop reached. */
  readonly segment: SegmentUse;
  /** The group reached, when the last step leads into a loop. */
  readonly loop: LoopDefinition | null;
  /** Fields of one frame with the same key write into the same segment or group. */
  readonly key: string;
  readonly text: string;
  /** Conditions on the frame's own segment (origin `own`). */
  readonly ownConditions: readonly Condition[];
}

export interface ElementPlace {
  /** 0 for a slot's places until the slot is known. */
  readonly element: number;
  /** 0: a simple element. */
  readonly component: number;
  readonly repetition: number;
  /** From 1 in a slot; 0 elsewhere. */
  readonly slot: number;
  readonly type: ElementDefinition;
  readonly composite: boolean;
  readonly mandatory: boolean;
  /** As people write it: "N104", "DTM01-2", "slot2". */
  readonly text: string;
}

export type Fit = 'reject' | 'truncate' | 'split';

export interface ValueSource {
  readonly target: Target;
  readonly places: readonly ElementPlace[];
  readonly codes: CodeTable | null;
  readonly codecs: readonly CodecSpec[];
  readonly fit: Fit;
}

/** A value from $agreement, or a constant. */
export type Given = { readonly agreement: string } | { readonly text: string };
