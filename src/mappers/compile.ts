import { createHash } from 'node:crypto';
import { type BalanceFunctions, BUILT_IN } from './balance.ts';
import { Faults, type MapFault } from './fault.ts';
import type { Formula } from './formula/formula.ts';
import { findOverlaps } from './language/overlaps.ts';
import { overlay } from './language/overlay.ts';
import { type MapLookups, resolveMap } from './language/resolve-map.ts';
import type { MapSource } from './language/source.ts';
import type { ExpressionSpec, MapSpec } from './language/spec.ts';
import type { CompiledMap } from './map.ts';
import { compileBalances } from './read/balances.ts';
import { compileReading } from './read/read-map.ts';
import { Templates } from './trace-record.ts';
import { compileWriting } from './write/write-map.ts';

/** What a map stands on, all handed in: other maps, code tables, the standards' tables, and functions for its balances. */
export interface MapWorld extends MapLookups {
  readonly functions: BalanceFunctions;
}

/** A compiled map with what it was compiled from. */
export interface MapOf extends CompiledMap {
  readonly spec: MapSpec;
  readonly expressions: readonly ExpressionSpec[];
}

export interface Compilation {
  /** Null when a fault is an error. */
  readonly map: MapOf | null;
  readonly faults: readonly MapFault[];
}

/**
 * Compiles a parsed map once to closures. Takes its source, the name it is known by ("x12/004010/850") and what it stands on.
 * Everything wrong with it, or with what it extends, comes back as faults with file, line and column; it throws for none of them.
 */
export function compileMap(source: MapSource, name: string, world: MapWorld): Compilation {
  const faults = new Faults();
  const hash = createHash('sha256');
  const laid = overlay(source, (base) => world.base(base), faults);
  for (const { text } of laid?.sources ?? []) hash.update(text).update('\u0000');
  const tables = new Set<string>();
  const codes = (table: string) => {
    const found = world.codes(table);
    if (found !== undefined && !tables.has(table)) hash.update(found.text).update('\u0000');
    tables.add(table);
    return found;
  };
  const spec = laid === null ? null : resolveMap(laid.root, { ...world, codes }, faults);
  if (spec === null) return { map: null, faults: faults.list };
  findOverlaps(spec, faults);
  for (const { formula, when, at } of spec.balances)
    for (const called of [...callsIn(formula), ...(when === null ? [] : callsIn(when))])
      if (!BUILT_IN.includes(called) && !Object.hasOwn(world.functions, called))
        faults.add(at, `There is no function '${called}'.`);
  if (faults.broken) return { map: null, faults: faults.list };
  const templates = new Templates();
  const read = compileReading(
    spec,
    templates,
    compileBalances(spec.balances, world.functions, spec.syntax === 'edifact'),
  );
  const write = compileWriting(spec, templates, world.functions);
  const map: MapOf = {
    name,
    versionHash: hash.digest('hex'),
    document: spec.document,
    syntax: spec.syntax,
    message: spec.message,
    version: spec.version,
    expressionFields: spec.expressions.map(({ path }) => path),
    expressions: spec.expressions,
    spec,
    read,
    write,
  };
  return { map, faults: faults.list };
}

/** Every fault of a map, without data and without keeping anything. */
export const checkMap = (source: MapSource, name: string, world: MapWorld): readonly MapFault[] =>
  compileMap(source, name, world).faults;

function callsIn(formula: Formula): string[] {
  switch (formula.kind) {
    case 'call':
      return [formula.name, ...(formula.argument === null ? [] : callsIn(formula.argument))];
    case 'not':
    case 'negative':
      return callsIn(formula.of);
    case 'binary':
      return [...callsIn(formula.left), ...callsIn(formula.right)];
    default:
      return [];
  }
}
