import type { Severity } from '../../core/problem.ts';
import type { PlacedLoop, PlacedSegment } from '../../parsers/transaction.ts';
import { type BalanceFunctions, callBalance, sameAmount, visitAlong } from '../balance.ts';
import { evaluate, isTrue, type Value } from '../formula/evaluate.ts';
import type { BalanceSpec } from '../language/spec.ts';
import { packPlace } from '../trace-record.ts';
import { impliedDecimal } from '../wire-type.ts';
import { compileFind, type Find } from './find.ts';
import { positionOf, type ReadRun } from './run.ts';

export interface ReadBalances {
  readonly specs: readonly { readonly spec: BalanceSpec; readonly find: Find | null }[];
  readonly functions: BalanceFunctions;
  /** A comma is a decimal mark too. */
  readonly decimalMarks: boolean;
}

export const compileBalances = (
  specs: readonly BalanceSpec[],
  functions: BalanceFunctions,
  decimalMarks: boolean,
): ReadBalances => ({
  decimalMarks,
  specs: specs.map((spec) => ({ spec, find: spec.place === null ? null : compileFind(spec.place.target, true) })),
  functions,
});

/** Policies as severities; `off` is not asked at all. */
export const severityOf = (policy: BalanceSpec['policy']): Severity => (policy === 'warn' ? 'warning' : 'error');

/** Compares every balance with what was sent, once the document is read. */
export function addBalanceProblems(
  { specs, functions, decimalMarks }: ReadBalances,
  run: ReadRun,
  root: PlacedLoop,
): void {
  for (const { spec, find } of specs) {
    if (find !== null) comparePlace(spec, find, { functions, decimalMarks }, run, root);
    else if (spec.policy !== 'off') comparePath(spec, functions, run);
  }
}

function comparePlace(
  spec: BalanceSpec,
  find: Find,
  { functions, decimalMarks }: Pick<ReadBalances, 'functions' | 'decimalMarks'>,
  run: ReadRun,
  root: PlacedLoop,
): void {
  if (spec.place === null) return;
  const { place } = spec.place;
  const segment = find(run.frame(0), run);
  if (segment === null) return;
  const found = segment.value(place.element, place.component || 1, place.repetition || 1);
  if (found === '') return; // a total that was not sent cannot differ
  run.trace.add(0, 0, segment.number, packPlace(place.element, place.component, place.repetition));
  if (spec.policy === 'off') return;
  const scope = scopeOf(run.document, run, functions, root);
  if (spec.when !== null && !isTrue(evaluate(spec.when, scope))) return;
  const expected = evaluate(spec.formula, scope);
  if (typeof expected !== 'string') return;
  const value =
    place.type.type === 'N' ? (impliedDecimal(found, place.type.places) ?? found) : plain(found, decimalMarks);
  if (sameAmount(value, expected, spec, place)) return;
  run.complain(
    'map/balance-differs',
    severityOf(spec.policy),
    positionOf(segment, place.element, place.component, place.repetition, null),
    `${spec.name} is ${value}; the document gives ${expected}.`,
    value,
    expected,
  );
}

/** The number as a document says it: "612,00" of an EDIFACT is 612.00, as it is when a field is read. */
const plain = (text: string, decimalMarks: boolean): string => (decimalMarks ? text.replace(',', '.') : text);

function comparePath(spec: BalanceSpec, functions: BalanceFunctions, run: ReadRun): void {
  const scope = { ...scopeOf(run.document, run, functions, null), here: null as unknown };
  visitAlong(run.document, spec.path ?? [], ({ here, holder, key, path }) => {
    const value = holder[key];
    if (typeof value !== 'string') return;
    scope.here = here;
    if (spec.when !== null && !isTrue(evaluate(spec.when, scope))) return;
    const expected = evaluate(spec.formula, scope);
    if (typeof expected !== 'string' || sameAmount(value, expected, spec, null)) return;
    run.complain(
      'map/balance-differs',
      severityOf(spec.policy),
      run.positionInSegment(run.segments[0] ?? null, null),
      `${path()} is ${value}; the document gives ${expected}.`,
      value,
      expected,
    );
  });
}

function scopeOf(document: unknown, run: ReadRun, functions: BalanceFunctions, root: PlacedLoop | null) {
  return {
    here: document,
    root: document,
    call: (name: string, argument: unknown): Value =>
      callBalance(name, argument, {
        functions,
        document,
        agreement: run.agreement,
        segmentCount: run.segments.length,
        hierarchyCount: root === null ? 0 : countOfTriggers(root),
      }),
  };
}

/** hl(): loops whose trigger is HL or CPS. They stand side by side, so one level is enough. */
const countOfTriggers = (root: PlacedLoop): number =>
  root.children.filter(
    (child: PlacedLoop | PlacedSegment) =>
      child.kind === 'loop' && (child.definition.trigger === 'HL' || child.definition.trigger === 'CPS'),
  ).length;
