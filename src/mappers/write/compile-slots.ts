import type { Field, SlotsField, Target, ValueField } from '../language/spec.ts';
import { isUnfit } from '../value-form.ts';
import {
  compileField,
  compileObject,
  type Item,
  isRecord,
  type SourceWriter,
  sourceWriter,
  type Write,
  type WriteCompiler,
} from './compile-fields.ts';
import { fresh, reach } from './compile-groups.ts';
import type { WriteFrame, WriteRun } from './run.ts';
import { splitText } from './split.ts';
import type { WireLoop, WireSegment } from './wire-tree.ts';

/** A value every item of a segment shares: the unit in SDQ01. */
interface Shared {
  readonly keys: readonly string[];
  readonly writer: SourceWriter;
}

/** Fills slots one after the other; a further segment is opened when one is full, or when what its items share differs. */
export function compileSlots(compiler: WriteCompiler, field: SlotsField): Write {
  const fields = field.fields ?? (field.value === null ? [] : [field.value]);
  const item =
    field.fields === null && field.value !== null
      ? compileField(compiler, field.value, fields)
      : compileObject(compiler, fields, `${field.path}[]`, fields);
  const shared = sharedIn(compiler, fields, field.fields === null ? null : []);
  const fill = (list: readonly Item[], frame: WriteFrame, run: WriteRun): void => {
    const filler = new Filler(field, frame, run, shared);
    const outer = run.node;
    for (const [index, value] of list) {
      run.node = field.join === null ? run.trace.node(outer, index) : outer;
      const slot = filler.next(value);
      if (slot === null) {
        run.refuse(
          field.join === null ? `${field.path}[]` : field.path,
          null,
          `has no room: ${field.target.text} is full`,
          null,
        );
        continue;
      }
      const before = run.writtenCount;
      item.write(value, slot, run);
      filler.settle(run.writtenCount > before);
    }
    run.node = outer;
  };
  return {
    items: fill,
    write(values, frame, run) {
      if (field.join !== null)
        return typeof values === 'string'
          ? fill(pieces(field, values, run), frame, run)
          : run.refuse(field.path, null, 'is no text', null);
      if (!Array.isArray(values)) return run.refuse(field.path, null, 'is no list', null);
      fill([...values.entries()], frame, run);
    },
    accepts: (values, run) =>
      field.join !== null
        ? typeof values === 'string'
        : Array.isArray(values) && values.every((value) => item.accepts(value, run)),
  };
}

function pieces(field: SlotsField, text: string, run: WriteRun): Item[] {
  const max = field.value?.source.places[0]?.type.max ?? 0;
  return splitText(text, field.join ?? '', max, field.fit, field.path, run).map((piece, index) => [index, piece]);
}

/** The fields outside the slots, however deep in objects they stand. */
function sharedIn(compiler: WriteCompiler, fields: readonly Field[], above: readonly string[] | null): Shared[] {
  return fields.flatMap((field): Shared[] => {
    const keys = above === null ? [] : [...above, field.key];
    if (field.kind === 'object') return sharedIn(compiler, field.fields, keys);
    if (field.kind !== 'value' || field.source.places.some(({ slot }) => slot > 0)) return [];
    return [{ keys, writer: sourceWriter(compiler, field.source, (field as ValueField).type, field.path) }];
  });
}

class Filler {
  private readonly field: SlotsField;
  private readonly frame: WriteFrame;
  private readonly run: WriteRun;
  private readonly shared: readonly Shared[];
  private segment: WireSegment | null = null;
  private attach: (() => void) | null = null;
  private base: number;
  private sharedTexts: readonly string[] | null = null;
  private opened = false;

  constructor(field: SlotsField, frame: WriteFrame, run: WriteRun, shared: readonly Shared[]) {
    this.field = field;
    this.frame = frame;
    this.run = run;
    this.shared = shared;
    this.base = field.from - field.size;
  }

  /** The frame of the next free slot; null when there is none. */
  next(value: unknown): WriteFrame | null {
    const texts = this.shared.map(({ keys, writer }) => this.textOf(value, keys, writer));
    const differs = this.sharedTexts !== null && texts.some((text, index) => text !== this.sharedTexts?.[index]);
    this.base += this.field.size;
    if (this.segment === null || this.base > this.field.to || differs) {
      if (!this.open()) return null;
      this.base = this.field.from;
    }
    this.sharedTexts = texts;
    if (this.segment === null) return null;
    return { loop: this.frame.loop, own: this.segment, slotBase: this.base, slotElement: this.field.within };
  }

  /** A slot nothing was put into is used again; a segment counts once something stands in it. */
  settle(used: boolean): void {
    if (!used) this.base -= this.field.size;
    else if (this.attach !== null) {
      this.attach();
      this.attach = null;
    }
  }

  private open(): boolean {
    const { field, frame, run } = this;
    if (!field.many) {
      if (this.segment !== null) return false;
      this.segment = run.locate(field.target, frame);
      return this.segment !== null;
    }
    const steps = field.target.steps;
    const trigger = steps.at(-2)?.loop && steps.at(-1)?.position === 0;
    const target = trigger ? { ...field.target, steps: steps.slice(0, -1) } : field.target;
    const step = target.steps.at(-1);
    if (step === undefined) return false;
    // The first segment is the one plain fields of the group write into: LIN01 beside the products of the same LIN.
    const parent = this.opened ? null : parentOf(target, frame, run);
    const known = parent?.sharedAt(step.key);
    const node = known ?? fresh(step, run);
    this.segment = node.kind === 'segment' ? node : run.triggerIn(node);
    const first = !this.opened;
    this.opened = true;
    this.attach =
      known !== undefined
        ? null
        : () => {
            const loop = reach(target, frame, run);
            if (first) loop.share(step, node);
            else loop.append(step.position, node);
            run.constantsOf(node, step.conditions, target.text);
          };
    return this.segment !== null;
  }

  private textOf(value: unknown, keys: readonly string[], { form }: SourceWriter): string {
    let here: unknown = value;
    for (const key of keys) here = isRecord(here) ? here[key] : undefined;
    if (here === undefined) return '';
    const texts = form.encode(here, this.run);
    return isUnfit(texts) ? '' : texts.join('\u0000');
  }
}

/** The loop the last step stands in, when it is there already. */
function parentOf(target: Target, frame: WriteFrame, run: WriteRun): WireLoop | null {
  let loop = target.origin === 'root' ? run.root : frame.loop;
  for (const step of target.steps.slice(0, -1)) {
    const child = loop.sharedAt(step.key);
    if (child?.kind !== 'loop') return null;
    loop = child;
  }
  return loop;
}
