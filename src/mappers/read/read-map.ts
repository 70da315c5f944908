import type { Problem } from '../../core/problem.ts';
import type { Document } from '../../documents/index.ts';
import type { PlacedTransaction, Transaction } from '../../parsers/transaction.ts';
import type { MapSpec } from '../language/spec.ts';
import type { AgreementValues, MapReading, Unmapped } from '../map.ts';
import { type CompactTrace, type Templates, TraceRecorder } from '../trace-record.ts';
import { addBalanceProblems, type ReadBalances } from './balances.ts';
import { compileField, type ReadCompiler, takesOthers } from './compile-fields.ts';
import { compareFixed } from './fixed.ts';
import { gateOf, isOpen } from './gate.ts';
import { claimsIn } from './group.ts';
import { compileHierarchy } from './hierarchy.ts';
import { Items } from './items.ts';
import { type ReadFrame, ReadRun } from './run.ts';
import { listUnmapped } from './unmapped.ts';

/**
 * Compiles the reading of a map. What it gives is pure and synchronous; recorder and frames are kept between readings, for their arrays are large.
 * An 850 of 3.5 KB, 620 values traced, takes about 70 µs of one core, half as much again as reading and checking it (45 µs); it was 95 before objects
 * were read by functions of their own (object-reader.ts). What is left is spread thin: lines and their lists 40 %, the balances 12, codes by
 * their tables 8, the trace 7, finding segments by their codes 7; no function takes more than a tenth.
 */
export function compileReading(
  spec: MapSpec,
  templates: Templates,
  balances: ReadBalances,
): (placed: PlacedTransaction, agreement: AgreementValues) => MapReading {
  const compiler: ReadCompiler = { templates, decimalMarks: spec.syntax === 'edifact' };
  const ordered = [...spec.fields.filter((field) => !takesOthers(field)), ...spec.fields.filter(takesOthers)];
  const reads = ordered.map((field) => ({
    key: field.key,
    gate: gateOf(field),
    read: compileField(compiler, field, 0, spec.fields),
  }));
  const fixed = compareFixed(compiler, spec.fixed);
  const hierarchy = spec.hierarchy === null ? null : compileHierarchy(compiler, spec.hierarchy);
  const claims = claimsIn(spec.fields);
  const empties = emptiesOf(spec);
  const recorder = new TraceRecorder();
  const frames: ReadFrame[] = [];
  const items = new Items();
  return (placed, agreement) => {
    const { transaction, root } = placed;
    recorder.reset(0, 1);
    items.clear();
    const run = new ReadRun(agreement, recorder, frames, items, transaction.segments);
    const frame = run.frame(0);
    frame.enter(root, claims);
    for (const { key, gate, read } of reads) {
      if (gate !== null && !isOpen(gate, frame)) continue;
      const value = read(frame, run);
      if (value !== undefined) run.document[key] = value;
    }
    fixed(frame, run);
    hierarchy?.(frame, run);
    addBalanceProblems(balances, run, root);
    // A list the document must have may be empty: an 855 that accepts an order whole need not repeat its lines.
    for (const { key, empty } of empties) run.document[key] ??= empty();
    const missing = [...spec.type.required].filter((key) => run.document[key] === undefined);
    for (const key of missing)
      run.complain(
        'map/value-required',
        'error',
        run.positionInSegment(run.segmentOfEntry(Number.MAX_SAFE_INTEGER), null),
        `${key} is missing: the ${spec.document} cannot be understood without.`,
        null,
        key,
      );
    const trace = recorder.finish(templates.list);
    for (const used of frames) used.leave();
    items.clear();
    // What the reading made has the schema's form by construction: `check` holds every path and type against it.
    const document = missing.length > 0 ? null : (run.document as Document);
    return new Reading(document, trace, run.problems, transaction);
  };
}

/**
 * A class for its getter: written as `get unmapped()` in an object literal, every reading would have a hidden class of its own, which holds the
 * getter, which holds the document, until the next full collection. That made half the cost of a reading.
 */
class Reading implements MapReading {
  readonly document: Document | null;
  readonly trace: CompactTrace;
  readonly problems: readonly Problem[];
  private readonly transaction: Transaction;
  private rest: readonly Unmapped[] | undefined;

  constructor(document: Document | null, trace: CompactTrace, problems: readonly Problem[], transaction: Transaction) {
    this.document = document;
    this.trace = trace;
    this.problems = problems;
    this.transaction = transaction;
  }

  get unmapped(): readonly Unmapped[] {
    this.rest ??= listUnmapped(this.transaction, this.trace);
    return this.rest;
  }
}

/** What a document must have and may be empty: a list without items, an object of nothing but optional parts. */
const emptiesOf = ({ type }: MapSpec): { key: string; empty: () => unknown }[] =>
  [...type.required].flatMap((key) => {
    const property = type.properties.get(key);
    if (property?.kind === 'array') return [{ key, empty: () => [] }];
    return property?.kind === 'object' && property.required.size === 0 ? [{ key, empty: () => ({}) }] : [];
  });
