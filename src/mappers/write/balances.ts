import { positionAt } from '../../core/position.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Document } from '../../documents/index.ts';
import { type BalanceFunctions, callBalance, sameAmount, visitAlong } from '../balance.ts';
import { evaluate, isTrue, type Value } from '../formula/evaluate.ts';
import type { BalanceSpec } from '../language/spec.ts';
import type { AgreementValues } from '../map.ts';
import { severityOf } from '../read/balances.ts';
import { plainDecimal, withoutPoint } from '../wire-type.ts';
import { loopFrame, placePosition, type WriteRun } from './run.ts';
import type { WireSegment } from './wire-tree.ts';

export interface WriteBalances {
  /** The document with what its balances compute, where it says nothing; and where it says something else, the Problems. */
  fill(document: Document, agreement: AgreementValues): { document: Document; problems: Problem[] };
  /** Writes the totals; what needs the number of segments is written by the function it gives. */
  write(run: WriteRun): (segmentCount: number) => void;
}

export function compileBalances(specs: readonly BalanceSpec[], functions: BalanceFunctions): WriteBalances {
  const paths = specs.filter(({ path, policy }) => path !== null && policy !== 'off');
  const places = specs.filter(({ place }) => place !== null);
  return {
    fill(given, agreement) {
      if (paths.length === 0) return { document: given, problems: [] };
      const document = structuredClone(given);
      return { document, problems: paths.flatMap((spec) => fillPath(spec, document, agreement, functions)) };
    },
    write(run) {
      const late: ((segmentCount: number) => void)[] = [];
      for (const spec of places) {
        if (usesSegments(spec)) late.push(reserve(spec, run, functions));
        else writePlace(spec, run, functions, 0);
      }
      return (segmentCount) => {
        for (const write of late) write(segmentCount);
      };
    },
  };
}

const usesSegments = ({ formula }: BalanceSpec) => formula.kind === 'call' && formula.name === 'segments';

function scopeOf(
  document: unknown,
  here: unknown,
  agreement: AgreementValues,
  functions: BalanceFunctions,
  counts: { segmentCount: number; hierarchyCount: number },
) {
  return {
    here,
    root: document,
    call: (name: string, argument: unknown): Value =>
      callBalance(name, argument, { functions, document, agreement, ...counts }),
  };
}

function fillPath(
  spec: BalanceSpec,
  document: Document,
  agreement: AgreementValues,
  functions: BalanceFunctions,
): Problem[] {
  const problems: Problem[] = [];
  visitAlong(document, spec.path ?? [], ({ here, holder, key, path }) => {
    const scope = scopeOf(document, here, agreement, functions, { segmentCount: 0, hierarchyCount: 0 });
    if (spec.when !== null && !isTrue(evaluate(spec.when, scope))) return;
    const expected = evaluate(spec.formula, scope);
    if (typeof expected !== 'string') return;
    const value = holder[key];
    if (value === undefined) holder[key] = expected;
    else if (typeof value === 'string' && !sameAmount(value, expected, spec, null))
      problems.push(
        problem('map/balance-differs', positionAt(0), {
          severity: severityOf(spec.policy),
          message: `${path()} is ${value}; the document gives ${expected}.`,
          found: value,
          expected,
        }),
      );
  });
  return problems;
}

/** The segment is put in its place now, so that it is counted; the number comes when all are. */
function reserve(spec: BalanceSpec, run: WriteRun, functions: BalanceFunctions): (segmentCount: number) => void {
  const segment = spec.place === null ? null : run.locate(spec.place.target, loopFrame(run.root));
  const place = spec.place?.place;
  if (segment === null || place === undefined) return () => undefined;
  segment.set(place.element, place.component, place.repetition, '0');
  return (segmentCount) => {
    segment.set(place.element, place.component, place.repetition, '');
    writePlace(spec, run, functions, segmentCount);
  };
}

function writePlace(spec: BalanceSpec, run: WriteRun, functions: BalanceFunctions, segmentCount: number): void {
  if (spec.place === null) return;
  const { target, place } = spec.place;
  const scope = scopeOf(run.document, run.document, run.agreement, functions, {
    segmentCount,
    hierarchyCount: run.hierarchyCount,
  });
  if (spec.when !== null && !isTrue(evaluate(spec.when, scope))) return;
  const expected = evaluate(spec.formula, scope);
  if (typeof expected !== 'string') return;
  const text = wireText(expected, spec);
  const segment: WireSegment | null = run.locate(target, loopFrame(run.root));
  if (segment === null) return;
  run.settleConstants();
  const found = segment.get(place.element, place.component, place.repetition);
  if (found === '') {
    if (text !== undefined) segment.set(place.element, place.component, place.repetition, text);
    else
      run.complain(
        'map/unwritable',
        'error',
        `${spec.name} would be ${expected}, which ${place.text} cannot hold.`,
        placePosition(target.segment, place),
      );
    return;
  }
  if (spec.policy !== 'off' && !sameAmount(found, text ?? expected, spec, place))
    run.complain(
      'map/balance-differs',
      severityOf(spec.policy),
      `${spec.name} is ${found}; the document gives ${text ?? expected}.`,
      placePosition(target.segment, place),
      found,
    );
}

function wireText(expected: string, { place, formula }: BalanceSpec): string | undefined {
  const type = place?.place.type;
  if (type === undefined) return expected;
  const text = type.type === 'N' ? withoutPoint(expected, type.places) : (plainDecimal(expected) ?? expected);
  if (text === undefined) return undefined;
  const digits = text.replace(/[-.]/g, '').length;
  if (digits <= type.max) return text;
  // X12: a hash total too long for its element is truncated on the left.
  return formula.kind === 'call' && formula.name === 'hash' ? text.slice(-type.max) : undefined;
}
