import { type Position, positionAt } from '../core/position.ts';
import { type ProblemCode, problem, type Severity } from '../core/problem.ts';
import { keepsNote, noteFaults, noteMessage } from './check-notes.ts';
import { isSurelyRight } from './check-rows.ts';
import { foreignMarkOf, isBlank, valueFault } from './check-values.ts';
import { FAULT_CODES, faultSentence, formSentence, isForeignCode, titled } from './check-words.ts';
import type { ProblemList } from './problem-list.ts';
import type {
  CompositeDefinition,
  ElementDefinition,
  ElementUse,
  SegmentDefinition,
  SyntaxNote,
} from './standards/definitions.ts';
import type { Segment, SyntaxName, Transaction } from './transaction.ts';
import { SegmentView } from './view.ts';

/** Which layers are looked at; one that is off costs nothing. */
export interface CheckedLayers {
  readonly elements: boolean;
  readonly codes: boolean;
  readonly notes: boolean;
}

/** Places beyond this have no bit of their own; no note names one (build.ts refuses it). */
const bitMax = 31;

/** Checks the segments of one transaction: elements, codes and syntax notes. Problems go into the list; a segment without any allocates nothing. */
export class SegmentChecks {
  readonly #syntax: SyntaxName;
  readonly #version: string;
  /** Whether the interchange has a repetition separator at all: before 00402 and in EDIFACT syntax 3 nothing repeats. */
  readonly #repeats: boolean;
  readonly #layers: CheckedLayers;
  readonly #list: ProblemList;
  /** The decimal mark that UNA did not name, where that counts; else 0. */
  readonly #foreignMark: number;
  #segment: Segment | null = null;
  #loop: string | null = null;

  constructor({ syntax, delimiters }: Transaction, version: string, layers: CheckedLayers, list: ProblemList) {
    this.#syntax = syntax;
    this.#repeats = delimiters.repetition !== null;
    this.#version = version;
    this.#layers = layers;
    this.#list = list;
    this.#foreignMark = foreignMarkOf(delimiters);
  }

  /** Takes a segment, what its version says of it, and the loop that holds it. */
  check(segment: Segment, definition: SegmentDefinition, loop: string | null): void {
    const isRight = segment instanceof SegmentView && isSurelyRight(segment, definition, this.#syntax);
    if (isRight && !(this.#foreignMark > 0 && definition.shape.hasNumbers && segment.holds(this.#foreignMark))) return;
    this.#segment = segment;
    this.#loop = loop;
    const { elements: uses } = definition;
    const count = segment.elementCount;
    const used = Math.min(count, uses.length);
    let present = 0;
    let some = false;
    for (let index = 0; index < used; index++) {
      const components = segment.componentCount(index + 1);
      const use = uses[index];
      if (components === 0 || use === undefined) continue;
      const { element } = use;
      if (components === 1 && element !== null && (!this.#repeats || segment.repetitionCount(index + 1) === 1)) {
        // Nearly every element: one value, and right.
        const value = segment.value(index + 1);
        if (value.charCodeAt(0) === 0x20 && isBlank(value)) continue;
        if (valueFault(element, value, this.#foreignMark) !== null) this.#checkValue(element, value, index + 1, 0, 1);
      } else if (!this.#checkElement(use, index + 1)) continue;
      some = true;
      if (index < bitMax) present |= 1 << index;
    }
    if (!some && uses.length > 0 && !this.#hasExcess(uses.length)) {
      this.#tell('segment/empty', 0, 0, 0, `${segment.tag} has no elements.`, null, null);
      return;
    }
    this.#checkEnd(uses.length);
    if (definition.formatted > 0) this.#checkFormat(definition.formatted - 1, 0, definition.formatted, 0, 1);
    if ((present & definition.mandatory) !== definition.mandatory) this.#tellMissing(definition, present);
    if (this.#layers.notes) this.#checkNotes(definition.notes, present, 0, 0);
  }

  #tellMissing({ elements, mandatory }: SegmentDefinition, present: number): void {
    elements.forEach((use, index) => {
      if ((mandatory & ~present & (1 << index)) === 0) return;
      const message = `${this.#nameOf(index + 1)}${titled(use)} is missing: it is mandatory.`;
      this.#tell('element/missing', index + 1, 0, 0, message, null, null);
    });
  }

  #checkNotes(notes: readonly SyntaxNote[], present: number, composite: number, repetition: number): void {
    for (let index = 0; index < notes.length; index++) {
      const note = notes[index];
      if (note !== undefined && !keepsNote(note, present)) this.#tellNote(note, present, composite, repetition);
    }
  }

  /** One element in all its repetitions; whether any of it is more than blanks. */
  #checkElement(use: ElementUse, element: number): boolean {
    const segment = this.#segment;
    if (segment === null) return false;
    const repetitions = this.#repeats ? segment.repetitionCount(element) : 1;
    let present = false;
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      const components = segment.componentCount(element, repetition);
      if (use.element === null) {
        if (use.composite !== null && this.#checkComposite(use.composite, element, repetition, components))
          present = true;
        continue;
      }
      const value = segment.value(element, 1, repetition);
      if (!isBlank(value)) {
        present = true;
        this.#checkValue(use.element, value, element, 0, repetition);
      }
      if (components <= 1) continue;
      present = true;
      const message = `${this.#nameOf(element)}${titled(use)} has ${components} components, and it is a single value.`;
      this.#tell(
        'element/too-many-components',
        element,
        2,
        repetition,
        message,
        segment.value(element, 2, repetition),
        '1',
      );
    }
    if (repetitions > use.repeat) {
      const message = `${this.#nameOf(element)} repeats ${repetitions} times, and ${use.repeat} is the most.`;
      this.#tell(
        'element/too-many-repetitions',
        element,
        0,
        use.repeat + 1,
        message,
        // What is one too many, not their number: an AK404 repeats bad data.
        segment.value(element, 1, use.repeat + 1),
        String(use.repeat),
      );
    }
    return present;
  }

  #checkComposite(composite: CompositeDefinition, element: number, repetition: number, count: number): boolean {
    const segment = this.#segment;
    if (segment === null) return false;
    const uses = composite.components;
    let present = 0;
    let last = '';
    for (let component = 1; component <= count; component++) {
      const value = segment.value(element, component, repetition);
      last = value;
      if (value === '' || (value.charCodeAt(0) === 0x20 && isBlank(value))) continue;
      const use = uses[component - 1];
      if (use === undefined) {
        const message = `${this.#nameOf(element)} has ${count} components, and ${composite.id} has ${uses.length}.`;
        this.#tell('element/too-many-components', element, component, repetition, message, value, String(uses.length));
        break;
      }
      present |= 1 << (component - 1);
      this.#checkValue(use.element, value, element, component, repetition, composite);
    }
    if (last === '' && count > 1) this.#tellTrailing(element, count, repetition);
    if (present === 0) return false;
    if ((present & composite.mandatory) !== composite.mandatory)
      this.#tellMissingParts(composite, present, element, repetition);
    if (composite.formatted) this.#checkFormat(element, 3, element, 2, repetition);
    if (this.#layers.notes) this.#checkNotes(composite.notes, present, element, repetition);
    return true;
  }

  #tellMissingParts(
    { id, components, mandatory }: CompositeDefinition,
    present: number,
    element: number,
    repetition: number,
  ): void {
    components.forEach((use, index) => {
      if ((mandatory & ~present & (1 << index)) === 0) return;
      const message = `${this.#nameOf(element, index + 1)} (${use.element.name}) is missing: it is mandatory in ${id}.`;
      this.#tell('element/missing', element, index + 1, repetition, message, null, null);
    });
  }

  #checkValue(
    definition: ElementDefinition,
    value: string,
    element: number,
    component: number,
    repetition: number,
    within?: CompositeDefinition,
  ): void {
    const segment = this.#segment;
    const fault = valueFault(definition, value, this.#foreignMark);
    if (fault === null || segment === null) return;
    if (fault === 'code' && (!this.#layers.codes || isForeignCode(segment, element, component, repetition, within)))
      return;
    const name = `${this.#nameOf(element, component)} (${definition.name})`;
    const [message, expected] = faultSentence(fault, name, value, definition, this.#version);
    this.#tell(FAULT_CODES[fault], element, component, repetition, message, value, expected);
  }

  /** A date or time whose form another value of the segment names. */
  #checkFormat(
    formatElement: number,
    formatComponent: number,
    element: number,
    component: number,
    repetition: number,
  ): void {
    const segment = this.#segment;
    const value = segment?.value(element, component || 1, repetition) ?? '';
    if (segment === null || value === '') return;
    const format = segment.value(formatElement, formatComponent || 1, repetition);
    const told = formSentence(this.#syntax, format, value, this.#nameOf(element, component));
    if (told === null) return;
    const { code, message, expected, severity } = told;
    const [at, part] = format === '' ? [formatElement, formatComponent] : [element, component];
    this.#tell(code, at, part, repetition, message, format === '' ? null : value, expected, severity);
  }

  #hasExcess(usesCount: number): boolean {
    const segment = this.#segment;
    if (segment === null) return false;
    for (let element = usesCount + 1; element <= segment.elementCount; element++)
      if (segment.repetitionCount(element) > 0) return true;
    return false;
  }

  /** What stands behind the last element the version knows, and an empty end. */
  #checkEnd(usesCount: number): void {
    const segment = this.#segment;
    if (segment === null) return;
    const count = segment.elementCount;
    if (count > usesCount && this.#hasExcess(usesCount)) {
      const message = `${segment.tag} has ${count} elements, and ${usesCount} is the most in ${this.#version}.`;
      this.#tell('element/too-many', usesCount + 1, 0, 0, message, segment.value(usesCount + 1), String(usesCount));
    }
    if (segment.repetitionCount(count) === 0) this.#tellTrailing(count, 0, 0);
  }

  #tellTrailing(element: number, component: number, repetition: number): void {
    const message = `${this.#nameOf(element, component)} is empty and the last: it and its separator should be left out.`;
    this.#tell('element/trailing-empty', element, component, repetition, message, null, null, 'warning');
  }

  #tellNote(note: SyntaxNote, present: number, composite: number, repetition: number): void {
    const nameOf = (place: number) => (composite === 0 ? this.#nameOf(place) : this.#nameOf(composite, place));
    for (const fault of noteFaults(note, present)) {
      const message = noteMessage(note, fault, nameOf);
      const [element, component] = composite === 0 ? [fault.place, 0] : [composite, fault.place];
      const found = fault.excluded ? (this.#segment?.value(element, component || 1) ?? null) : null;
      this.#tell(
        fault.excluded ? 'note/excluded' : 'note/missing',
        element,
        component,
        repetition,
        message,
        found,
        note.text,
      );
    }
  }

  /** "N104", "MEA04-2". */
  #nameOf(element: number, component = 0): string {
    return `${this.#segment?.tag ?? ''}${element < 10 ? '0' : ''}${element}${component === 0 ? '' : `-${component}`}`;
  }

  #tell(
    code: ProblemCode,
    element: number,
    component: number,
    repetition: number,
    message: string,
    found: string | null,
    expected: string | null,
    severity: Severity = 'error',
  ): void {
    const segment = this.#segment;
    if (segment === null || !(this.#layers.elements || code.startsWith('note/') || code === 'element/invalid-code'))
      return;
    const repeats = element > 0 && segment.repetitionCount(element) > 1;
    const at: Position = positionAt(
      element === 0 ? segment.byteOffset : segment.byteOffsetOf(element, component || 1, repetition || 1),
      {
        segmentNumber: segment.number,
        tag: segment.tag,
        elementNumber: element === 0 ? null : element,
        componentNumber: component === 0 ? null : component,
        repetition: repeats && repetition > 0 ? repetition : null,
        loop: this.#loop,
      },
    );
    this.#list.add(problem(code, at, { message, found, expected, severity }));
  }
}
