import { valuesIn } from '../language/covers.ts';
import type { EachField, Field, GatherField, OneField, Step, Target } from '../language/spec.ts';
import { claimedBy, compileClaims } from './claims.ts';
import { compileField, compileObject, type Item, isRecord, type Write, type WriteCompiler } from './compile-fields.ts';
import { writeFixed } from './fixed.ts';
import { loopFrame, segmentFrame, type WriteFrame, type WriteRun } from './run.ts';
import { splitText } from './split.ts';
import { WireLoop, type WireNode } from './wire-tree.ts';

const itemWriter = (compiler: WriteCompiler, field: EachField | OneField): Write => {
  const fields = field.fields ?? [];
  if (field.kind === 'each' && field.value !== null) return compileField(compiler, field.value, [field.value]);
  const [only] = fields;
  if (field.kind === 'one' && only !== undefined && only.path === field.path)
    return compileField(compiler, only, fields);
  return compileObject(compiler, fields, field.kind === 'each' ? `${field.path}[]` : field.path, fields);
};

/** `one:` shares its group with every flat field that has the same way and conditions. */
export function compileOne(compiler: WriteCompiler, field: OneField, siblings: readonly Field[]): Write {
  const item = itemWriter(compiler, field);
  const fixed = writeFixed(field.fixed);
  if (field.others) return singleOthers(field, siblings, item);
  return {
    write(value, frame, run) {
      if (field.target.origin === 'own') {
        if (frame.own !== null) run.constantsOf(frame.own, field.target.ownConditions, field.target.text);
        return item.write(value, frame, run);
      }
      const parent = reach(field.target, frame, run);
      const step = field.target.steps.at(-1);
      if (step === undefined) return;
      const known = parent.sharedAt(step.key);
      const node = known ?? fresh(step, run);
      const before = run.writtenCount;
      const inner = innerFrame(node, frame);
      item.write(value, inner, run);
      if (run.writtenCount === before) return;
      if (known === undefined) parent.share(step, node);
      run.constantsOf(node, step.conditions, field.target.text);
      fixed(inner, run);
    },
    accepts: item.accepts,
  };
}

function singleOthers(field: OneField, siblings: readonly Field[], item: Write): Write {
  const claims = compileClaims(field.target, siblings);
  const fixed = writeFixed(field.fixed);
  return {
    write: (value, frame, run) => {
      appendItem(
        field.target,
        value,
        item,
        frame,
        run,
        (node, parent) => claimedBy(claims, node, parent),
        field.path,
        fixed,
      );
    },
    accepts: item.accepts,
  };
}

/** The loop the last step stands in, with all that leads to it. */
export function reach(target: Target, frame: WriteFrame, run: WriteRun): WireLoop {
  let loop = target.origin === 'root' ? run.root : frame.loop;
  for (const step of target.steps.slice(0, -1)) {
    const child = run.shared(loop, step);
    run.constantsOf(child, step.conditions, target.text);
    if (child.kind === 'loop') loop = child;
  }
  return loop;
}

export const fresh = (step: Step, run: WriteRun): WireNode =>
  step.loop === null ? run.segment(step.use) : new WireLoop(step.loop, run.node);
export const innerFrame = (node: WireNode, frame: WriteFrame): WriteFrame =>
  node.kind === 'loop' ? loopFrame(node) : segmentFrame(frame, node);

/** Writes an item into a group of its own, which is kept when something was put into it and no neighbour claims it. */
export function appendItem(
  target: Target,
  value: unknown,
  item: Write,
  frame: WriteFrame,
  run: WriteRun,
  refused: (node: WireNode, parent: WireLoop) => string | null,
  path: string,
  fixed: (frame: WriteFrame, run: WriteRun) => void,
): void {
  const step = target.steps.at(-1);
  if (step === undefined) {
    run.refuse(path, null, 'has no group to stand in', null);
    return;
  }
  const before = run.writtenCount;
  const detached = fresh(step, run);
  const inner = innerFrame(detached, frame);
  item.write(value, inner, run);
  if (run.writtenCount === before) {
    if (isRecord(value) && Object.keys(value).length === 0)
      run.refuse(path, null, 'says nothing, so no group stands for it', null);
    return;
  }
  const parent = reach(target, frame, run);
  const why = refused(detached, parent);
  if (why !== null) {
    run.refuse(path, null, why, null);
    return;
  }
  parent.append(step.position, detached);
  run.constantsOf(detached, step.conditions, target.text, path);
  fixed(inner, run);
}

/** `each:`: every item a group, or every piece of one text. */
export function compileGroupList(compiler: WriteCompiler, field: EachField, siblings: readonly Field[]): Write {
  const item = itemWriter(compiler, field);
  const claims = field.others ? compileClaims(field.target, siblings) : [];
  const refused = (node: WireNode, parent: WireLoop) => claimedBy(claims, node, parent);
  const fixed = writeFixed(field.fixed);
  const itemPath = field.join === null ? `${field.path}[]` : field.path;
  const writeOne = (value: unknown, frame: WriteFrame, run: WriteRun) =>
    field.target.origin === 'own'
      ? item.write(value, frame, run)
      : appendItem(field.target, value, item, frame, run, refused, itemPath, fixed);
  if (field.join !== null) {
    const { join, value } = field;
    const max = value?.source.places[0]?.type.max ?? 0;
    return {
      write(text, frame, run) {
        if (typeof text !== 'string') return run.refuse(field.path, null, 'is no text', null);
        for (const piece of splitText(text, join, max, field.fit, field.path, run)) writeOne(piece, frame, run);
      },
      accepts: (text) => typeof text === 'string',
    };
  }
  const owes = mandatoryKeys(field);
  return listWriter(field.path, writeOne, {
    accepts: (value, run) =>
      item.accepts(value, run) && owes.every((keys) => isRecord(value) && keys.some((key) => value[key] !== undefined)),
  });
}

/**
 * For each mandatory element of the group's segment that no constant fills, the item's keys that do: an item with none of them cannot stand there,
 * and `gather:` takes the next place. A text without a kind is no N9.
 */
function mandatoryKeys({ target, fields }: EachField): string[][] {
  if (fields === null) return [];
  const conditions = target.steps.flatMap((step) => step.conditions);
  return target.segment.definition.elements.flatMap((use, index) => {
    const constant = conditions.some(
      ({ place, use: at }) => at.tag === target.segment.tag && place.element === index + 1,
    );
    if (use.requirement !== 'M' || constant) return [];
    return [fields.flatMap((field) => (fills(field, target.segment.tag, index + 1) ? [field.key] : []))];
  });
}

const fills = (field: Field, tag: string, element: number): boolean =>
  [...valuesIn([field])].some(
    ({ target, places }) =>
      target.segment.tag === tag && places.some((place) => place.element === element || place.slot > 0),
  );

/** Writes every item of a list as its own node of the trace. */
export function listWriter(
  path: string,
  writeOne: (value: unknown, frame: WriteFrame, run: WriteRun) => void,
  item: Pick<Write, 'accepts'>,
): Write {
  const items = (list: readonly Item[], frame: WriteFrame, run: WriteRun): void => {
    const outer = run.node;
    for (const [index, value] of list) {
      run.node = run.trace.node(outer, index);
      writeOne(value, frame, run);
    }
    run.node = outer;
  };
  return {
    items,
    write(values, frame, run) {
      if (!Array.isArray(values)) return run.refuse(path, null, 'is no list', null);
      items([...values.entries()], frame, run);
    },
    accepts: (values, run) => Array.isArray(values) && values.every((value) => item.accepts(value, run)),
  };
}

/** One list into several places: an item goes to the first part that takes it and still has room. */
export function compileGather(compiler: WriteCompiler, field: GatherField, siblings: readonly Field[]): Write {
  const parts = field.parts.map((part) => {
    const many = (part.kind === 'each' || part.kind === 'slots') && part.path === field.path;
    return { many, at: compileField(compiler, part, [...siblings, ...field.parts]) };
  });
  return {
    write(values, frame, run) {
      if (!Array.isArray(values)) return run.refuse(field.path, null, 'is no list', null);
      const shares = parts.map((): Item[] => []);
      for (const [index, value] of values.entries()) {
        const found = parts.findIndex(
          ({ many, at }, part) => (many || shares[part]?.length === 0) && at.accepts(many ? [value] : value, run),
        );
        if (found < 0) refuseItem(field, index, value, run);
        else shares[found]?.push([index, value]);
      }
      for (const [index, part] of parts.entries()) writeShare(shares[index] ?? [], part, frame, run);
    },
    accepts: (values, run) =>
      Array.isArray(values) &&
      values.every((value) => parts.some(({ many, at }) => at.accepts(many ? [value] : value, run))),
  };
}

function refuseItem(field: GatherField, index: number, value: unknown, run: WriteRun): void {
  const outer = run.node;
  run.node = run.trace.node(outer, index);
  run.refuse(
    `${field.path}[]`,
    null,
    'fits none of its places',
    isRecord(value) ? JSON.stringify(value) : String(value),
  );
  run.node = outer;
}

function writeShare(
  share: readonly Item[],
  { many, at }: { many: boolean; at: Write },
  frame: WriteFrame,
  run: WriteRun,
): void {
  if (many && at.items !== undefined) {
    at.items(share, frame, run);
    return;
  }
  const outer = run.node;
  for (const [index, value] of share) {
    run.node = run.trace.node(outer, index);
    at.write(value, frame, run);
  }
  run.node = outer;
}
