import type { FixedSpec } from '../language/spec.ts';
import type { ReadCompiler } from './compile-fields.ts';
import { compileFind } from './find.ts';
import { consume, positionOf, type ReadFrame, type ReadRun } from './run.ts';

/** Compares constants with what was sent: a difference is a warning. An absent segment holds no difference. */
export function compareFixed(
  _compiler: ReadCompiler,
  fixed: readonly FixedSpec[],
): (frame: ReadFrame, run: ReadRun) => void {
  const checks = fixed.map(({ target, place, text }) => ({ find: compileFind(target, true), place, text }));
  return (frame, run) => {
    for (const { find, place, text } of checks) {
      const segment = find(frame, run);
      if (segment === null) continue;
      const { element, component, repetition } = place;
      const found = segment.value(element, component || 1, repetition || 1);
      if (found !== '') consume(run, segment, element, component, repetition);
      if (found === text) continue;
      const what = found === '' ? `${place.text} is empty` : `${place.text} is '${found}'`;
      run.complain(
        'map/value-differs',
        'warning',
        positionOf(segment, element, component, repetition, frame.loopId),
        `${what}; the map has it fixed as '${text}'.`,
        found === '' ? null : found,
        text,
      );
    }
  };
}
