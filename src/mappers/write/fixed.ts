import type { FixedSpec } from '../language/spec.ts';
import { placePosition, type WriteFrame, type WriteRun } from './run.ts';

/** Writes constants; a field that put something else there is told of. */
export function writeFixed(fixed: readonly FixedSpec[]): (frame: WriteFrame, run: WriteRun) => void {
  return (frame, run) => {
    for (const { target, place, text } of fixed) {
      const segment = run.locate(target, frame);
      if (segment === null) continue;
      const found = segment.get(place.element, place.component, place.repetition);
      if (found === '') segment.set(place.element, place.component, place.repetition, text);
      else if (found !== text)
        run.complain(
          'map/value-differs',
          'error',
          `${place.text} would be '${found}'; the map has it fixed as '${text}'.`,
          placePosition(segment.use, place),
          found,
        );
    }
  };
}
