import { type Position, positionAt } from '../../core/position.ts';
import { type Problem, type ProblemCode, problem, type Severity } from '../../core/problem.ts';
import type { LoopDefinition, SegmentUse } from '../../parsers/standards/definitions.ts';
import type { CodecWorld } from '../codecs/compile.ts';
import { evaluate, isTrue } from '../formula/evaluate.ts';
import type { Formula } from '../formula/formula.ts';
import { triggerOf } from '../language/place.ts';
import type { Condition, ElementPlace, Step, Target } from '../language/spec.ts';
import type { AgreementValues } from '../map.ts';
import { problemCountMax } from '../read/run.ts';
import { type CompactTrace, packPlace, pathAt, type Template, type Templates, TraceRecorder } from '../trace-record.ts';
import { WireLoop, type WireNode, WireSegment } from './wire-tree.ts';

/** The group a field writes into: a loop, or one segment of it, with the slot being filled. */
export interface WriteFrame {
  readonly loop: WireLoop;
  readonly own: WireSegment | null;
  /** What a slot's number is added to, less one: the element, or the component of `slotElement`. */
  readonly slotBase: number;
  readonly slotElement: number;
}

export const loopFrame = (loop: WireLoop): WriteFrame => ({ loop, own: null, slotBase: 0, slotElement: 0 });
export const segmentFrame = (frame: WriteFrame, own: WireSegment): WriteFrame => ({
  loop: frame.loop,
  own,
  slotBase: 0,
  slotElement: 0,
});

/** A constant to set, and whose it is: the document path that is not said when a field has put something else there. */
interface Constant {
  readonly node: WireNode;
  readonly condition: Condition;
  readonly text: string;
  readonly template: string | null;
  readonly at: number;
}

/** All that one writing holds. */
export class WriteRun implements CodecWorld {
  readonly document: unknown;
  readonly agreement: AgreementValues;
  readonly root: WireLoop;
  readonly trace = new TraceRecorder();
  readonly problems: Problem[] = [];
  readonly unwritten: string[] = [];
  /** Values put on the wire so far: a group that adds none is not kept. */
  writtenCount = 0;
  node = 0;
  /** Constants are set when every field had its say: a field on the same place wins. */
  private readonly constants: Constant[] = [];
  private segmentCount = 0;
  private templateOfNode: Map<number, number> | undefined;
  private readonly templates: Templates;

  constructor(document: unknown, agreement: AgreementValues, root: LoopDefinition, templates: Templates) {
    this.document = document;
    this.agreement = agreement;
    this.templates = templates;
    this.root = new WireLoop(root, 0);
  }

  holds(formula: Formula): boolean {
    return isTrue(evaluate(formula, { here: this.document, root: this.document, call: () => null }));
  }

  segment(use: SegmentUse): WireSegment {
    this.segmentCount++;
    return new WireSegment(use, this.segmentCount, this.node);
  }

  path(template: string): string {
    return pathAt(template, this.trace.nodes, this.node);
  }

  complain(
    code: ProblemCode,
    severity: Severity,
    message: string,
    at: Position = positionAt(0),
    found: string | null = null,
  ): void {
    if (this.problems.length < problemCountMax) this.problems.push(problem(code, at, { severity, message, found }));
  }

  /** A value that should be on the wire and is not: told, and listed. */
  refuse(
    template: string,
    place: { use: SegmentUse; element: ElementPlace } | null,
    why: string,
    found: string | null,
  ): void {
    const path = this.path(template);
    this.unwritten.push(path);
    this.complain(
      'map/unwritable',
      'error',
      `${path} ${why}.`,
      place === null ? positionAt(0) : placePosition(place.use, place.element),
      found,
    );
  }

  /** The segment a target means, made with all that leads to it where it is not there yet. */
  locate(target: Target, frame: WriteFrame, template: string | null = null): WireSegment | null {
    if (target.origin === 'own') {
      this.constantsOf(frame.own, target.ownConditions, target.text, template);
      return frame.own;
    }
    let loop = target.origin === 'root' ? this.root : frame.loop;
    for (const step of target.steps) {
      const child = this.shared(loop, step);
      this.constantsOf(child, step.conditions, target.text, template);
      if (child.kind === 'segment') return child;
      loop = child;
    }
    return null;
  }

  /** The segment a target means, when something stands there. */
  find(target: Target): WireSegment | null {
    return this.findIn(target, this.root);
  }

  findIn(target: Target, from: WireLoop): WireSegment | null {
    let here: WireNode = from;
    for (const step of target.steps) {
      if (here.kind === 'segment') return null;
      const child: WireNode | undefined = here.sharedAt(step.key) ?? here.places[step.position]?.[0];
      if (child === undefined) return null;
      here = child;
    }
    return here.kind === 'segment' ? here : null;
  }

  /** The document path whose value stands at a place of a segment; the item's own when none is traced there. */
  tracedAt(segment: WireSegment | null, { element, component, repetition }: ElementPlace, item: string): string {
    const { entries, entryLength, nodes } = this.trace;
    const packed = packPlace(element, component, repetition);
    for (let row = 0; segment !== null && row < entryLength; row += 4)
      if (entries[row + 2] === segment.id && entries[row + 3] === packed)
        return pathAt(this.templates.list[entries[row] ?? 0]?.path ?? '', nodes, entries[row + 1] ?? 0);
    return item;
  }

  /** Levels of HL or CPS. */
  get hierarchyCount(): number {
    return this.root.places.reduce((count, there) => count + (there ?? []).filter(isLevel).length, 0);
  }

  /** The trace with segment numbers in the place of ids; what was put into segments that were not kept falls away. */
  finishTrace(numberOf: Int32Array): CompactTrace {
    const { trace } = this;
    let kept = 0;
    for (let row = 0; row < trace.entryLength; row += 4) {
      const number = numberOf[trace.entries[row + 2] ?? 0] ?? 0;
      if (number === 0) continue;
      trace.entries.copyWithin(kept, row, row + 4);
      trace.entries[kept + 2] = number;
      kept += 4;
    }
    trace.reset(kept, trace.nodeCount);
    return trace.finish(this.templates.list);
  }

  /** Some path of a list item, for a Problem about the segment opened for it; undefined for the document itself. */
  pathOfNode(node: number): string | undefined {
    if (node === 0) return undefined;
    if (this.templateOfNode === undefined) {
      this.templateOfNode = new Map();
      const { entries, entryLength } = this.trace;
      for (let row = 0; row < entryLength; row += 4) {
        const at = entries[row + 1] ?? 0;
        if (!this.templateOfNode.has(at)) this.templateOfNode.set(at, entries[row] ?? 0);
      }
    }
    const template = this.templateOfNode.get(node);
    return template === undefined
      ? undefined
      : pathAt(this.templates.list[template]?.path ?? '', this.trace.nodes, node);
  }

  get idMax(): number {
    return this.segmentCount;
  }

  shared(loop: WireLoop, step: Step): WireNode {
    const known = loop.sharedAt(step.key);
    if (known !== undefined) return known;
    const made = step.loop === null ? this.segment(step.use) : new WireLoop(step.loop, this.node);
    loop.share(step, made);
    return made;
  }

  constantsOf(
    node: WireNode | null,
    conditions: readonly Condition[],
    text: string,
    template: string | null = null,
  ): void {
    if (node === null) return;
    for (const condition of conditions) this.constants.push({ node, condition, text, template, at: this.node });
  }

  /** Puts the constants of `where:` in place; what a field contradicts them for is told, and unwritten: it would be read as something else. */
  settleConstants(): void {
    for (const { node, condition, text, template, at } of this.constants.splice(0)) {
      const { place, values, child, use } = condition;
      const segment = node.kind === 'segment' ? node : this.childSegment(node, child, use);
      const found = segment.get(place.element, place.component, place.repetition);
      const [first] = values ?? [];
      if (found === '' && first !== undefined) segment.set(place.element, place.component, place.repetition, first);
      else if (found !== '' && values?.includes(found) !== true) {
        if (template !== null) this.unwritten.push(pathAt(template, this.trace.nodes, at));
        this.complain(
          'map/unwritable',
          'error',
          `${place.text} is '${found}', and what ${text} stands for wants ${values === null ? 'it empty' : values.join(' or ')} there.`,
          placePosition(use, place),
          found,
        );
      }
    }
  }

  childSegment(loop: WireLoop, position: number, use: SegmentUse): WireSegment {
    const known = loop.firstSegment(position);
    if (known !== null) return known;
    const made = this.segment(use);
    loop.append(position, made);
    return made;
  }

  /** The trigger of a group, made when nothing stands there yet. */
  triggerIn(loop: WireLoop): WireSegment | null {
    const use = triggerOf(loop.definition);
    return use === null ? null : this.childSegment(loop, 0, use);
  }

  put(
    segment: WireSegment,
    element: number,
    component: number,
    repetition: number,
    text: string,
    template: number,
  ): void {
    segment.set(element, component, repetition, text);
    this.writtenCount++;
    this.trace.add(template, this.node, segment.id, packPlace(element, component, repetition));
  }

  get templateList(): readonly Template[] {
    return this.templates.list;
  }
}

const isLevel = (node: WireNode): boolean =>
  node.kind === 'loop' && (node.definition.trigger === 'HL' || node.definition.trigger === 'CPS');

export const placePosition = (use: SegmentUse, place: ElementPlace): Position =>
  positionAt(0, {
    tag: use.tag,
    elementNumber: place.element || null,
    componentNumber: place.component || null,
    repetition: place.repetition || null,
  });
