import type { Fit } from '../language/spec.ts';
import type { WriteRun } from './run.ts';

/**
 * One text as pieces of at most `max` characters that, joined, are the text again. A separator that breaks lines ends a piece each time it comes;
 * one that only parts words (a blank) ends it where the piece is full. A piece that has no separator to break at is cut, and that is told: reading
 * would put a separator there.
 */
export function splitText(text: string, join: string, max: number, fit: Fit, path: string, run: WriteRun): string[] {
  const breaks = join === '' || (join.trim() === '' && !join.includes('\n')) ? [text] : text.split(join);
  const pieces = breaks.flatMap((line) => (line.length <= max || fit !== 'split' ? [line] : filled(line, join, max)));
  const kept = pieces.filter((piece) => piece !== '');
  if (kept.join(join) !== text)
    run.complain(
      'map/value-cut',
      'warning',
      `${run.path(path)} cannot be split so that it reads back the same: it reads back as ${kept.length} pieces.`,
      undefined,
      text,
    );
  return kept;
}

function filled(line: string, join: string, max: number): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > max) {
    // A piece may end where the separator begins, the separator itself falling into the gap.
    const at = join === '' ? max : rest.lastIndexOf(join, max);
    const end = at > 0 ? at : max;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end + (at > 0 ? join.length : 0));
  }
  pieces.push(rest);
  return pieces;
}
