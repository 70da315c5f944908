import type { Document } from '../../documents/index.ts';
import type { BalanceFunctions } from '../balance.ts';
import type { MapSpec } from '../language/spec.ts';
import type { AgreementValues, MapWriting } from '../map.ts';
import type { Templates } from '../trace-record.ts';
import { compileBalances } from './balances.ts';
import { compileObject } from './compile-fields.ts';
import { finish } from './finish.ts';
import { writeFixed } from './fixed.ts';
import { compileHierarchy } from './hierarchy.ts';
import { loopFrame, WriteRun } from './run.ts';
import { knownPaths, listUnknown } from './unwritten.ts';

/** Compiles the writing of a map: pure and synchronous. What the document says and the map cannot write is told and listed, never thrown. */
export function compileWriting(
  spec: MapSpec,
  templates: Templates,
  functions: BalanceFunctions,
): (document: Document, agreement: AgreementValues) => MapWriting {
  const fields = compileObject({ templates }, spec.fields, '', spec.fields);
  const hierarchy = spec.hierarchy === null ? null : compileHierarchy({ templates }, spec.hierarchy);
  const fixed = writeFixed(spec.fixed);
  const known = knownPaths(spec.fields, spec.hierarchy?.nodes ?? [], spec.derived);
  const balances = compileBalances(spec.balances, functions);
  return (given, agreement) => {
    const { document, problems } = balances.fill(given, agreement);
    const run = new WriteRun(document, agreement, spec.table.root, templates);
    run.problems.push(...problems);
    const frame = loopFrame(run.root);
    fields.write(document, frame, run);
    hierarchy?.(run);
    run.settleConstants();
    fixed(frame, run);
    const later = balances.write(run);
    const done = finish(run, spec.syntax, spec.unsaid);
    later(done.wire.length + 2);
    const unknown: string[] = [];
    listUnknown(known, document, '', unknown);
    for (const path of unknown) run.complain('map/unwritten', 'warning', `${path} has no place in the map.`);
    return {
      draft: {
        syntax: spec.syntax,
        message: spec.message,
        version: spec.version,
        association: spec.association,
        segments: done.wire.map((segment) => ({ tag: segment.use.tag, elements: segment.draft() })),
      },
      trace: run.finishTrace(done.numberOf),
      unwritten: [...new Set([...run.unwritten, ...unknown])],
      problems: run.problems,
    };
  };
}
