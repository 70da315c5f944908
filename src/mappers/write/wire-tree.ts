import type { DraftElement } from '../../parsers/draft.ts';
import type { LoopDefinition, SegmentUse } from '../../parsers/standards/definitions.ts';
import type { Step } from '../language/spec.ts';

/*
 * The transaction while it is written: a tree in the standard's form, filled in any order. What stands where comes out at the end, by position;
 * within a position in the order things were put there.
 */
export class WireSegment {
  readonly kind = 'segment';
  readonly use: SegmentUse;
  /** Names it in the trace until its number is known. */
  readonly id: number;
  /** The list item it was opened for: where a Problem about it points. */
  readonly node: number;
  /** Per element its repetitions, each a list of components; a simple element is one component. */
  private readonly cells: string[][][] = [];

  constructor(use: SegmentUse, id: number, node: number) {
    this.use = use;
    this.id = id;
    this.node = node;
  }

  /** '' when nothing was put there. Component and repetition 0 mean the first. */
  get(element: number, component: number, repetition: number): string {
    return this.cells[element - 1]?.[Math.max(repetition, 1) - 1]?.[Math.max(component, 1) - 1] ?? '';
  }

  set(element: number, component: number, repetition: number, text: string): void {
    while (this.cells.length < element) this.cells.push([]);
    const repetitions = this.cells[element - 1] ?? [];
    while (repetitions.length < Math.max(repetition, 1)) repetitions.push([]);
    const components = repetitions[Math.max(repetition, 1) - 1] ?? [];
    while (components.length < Math.max(component, 1)) components.push('');
    components[Math.max(component, 1) - 1] = text;
  }

  get isEmpty(): boolean {
    return this.cells.every((repetitions) =>
      repetitions.every((components) => components.every((text) => text === '')),
    );
  }

  hasElement(element: number): boolean {
    return this.cells[element - 1]?.some((components) => components.some((text) => text !== '')) ?? false;
  }

  /** Element 1 first; composites as lists of components. */
  draft(): DraftElement[] {
    return this.cells.map((repetitions, index): DraftElement => {
      const composite = this.use.definition.elements[index]?.composite !== null;
      const texts = repetitions.map((components) => (composite ? components : (components[0] ?? '')));
      return texts.length > 1 ? { repetitions: texts } : (texts[0] ?? '');
    });
  }
}

export type WireNode = WireSegment | WireLoop;

export class WireLoop {
  readonly kind = 'loop';
  readonly definition: LoopDefinition;
  readonly node: number;
  /** What stands at each position. */
  readonly places: (WireNode[] | undefined)[] = [];
  /** Segments and groups several fields share, by the key of their step. */
  private readonly shared = new Map<string, WireNode>();

  constructor(definition: LoopDefinition, node: number) {
    this.definition = definition;
    this.node = node;
  }

  append(position: number, child: WireNode): void {
    const there = this.places[position];
    if (there === undefined) this.places[position] = [child];
    else there.push(child);
  }

  sharedAt(key: string): WireNode | undefined {
    return this.shared.get(key);
  }

  share(step: Step, child: WireNode): void {
    this.shared.set(step.key, child);
    this.append(step.position, child);
  }

  firstSegment(position: number): WireSegment | null {
    const first = this.places[position]?.[0];
    return first?.kind === 'segment' ? first : null;
  }

  get isEmpty(): boolean {
    return this.places.every((there) => there === undefined || there.every((child) => child.isEmpty));
  }
}
