import type { Problem } from '../core/problem.ts';
import type { SegmentDefinition } from '../parsers/standards/definitions.ts';
import type { Delimiters, Segment } from '../parsers/transaction.ts';
import { detailOf, type Paint, printable } from './file-words.ts';
import type { ShownLoop, ShownSegment } from './show-transaction.ts';
import { elementsOf, type Reading, rawText, type ShownElement } from './show-values.ts';

/** How wide lines are, and whether every element has its own. */
export interface Layout {
  readonly paint: Paint;
  readonly width: number;
  readonly elements: boolean;
}

/** Segment numbers stand in a column of their own: a 997 names them. */
const numberWidth = 5;
const gutter = numberWidth + 2;
const indentOf = (depth: number): string => '  '.repeat(depth);
/** Names of segments stand here where what was sent is short enough. */
const nameColumn = 56;
/** Names of elements are short: this holds nearly all. */
const elementNameWidth = 27;

/** The lines of one segment: loops that begin with it, itself with its name, its elements, and its problems in their places. */
export function* segmentLines(
  shown: ShownSegment,
  delimiters: Delimiters,
  reading: Reading,
  layout: Layout,
): Generator<string> {
  const { segment, definition, depth, opens, placed, before, problems } = shown;
  for (const loop of opens) if (loop.repeats) yield loopLine(loop, layout);
  const left = gutter + 2 * depth;
  for (const problem of before) yield* problemLines(problem, left, layout);
  const number = layout.paint('dim', String(segment.number).padStart(numberWidth));
  const name = `${definition?.name ?? ''}${placed ? '' : `${definition === null ? '' : ', '}out of place`}`;
  const raw = rawText(segment, delimiters);
  yield layout.elements
    ? `${number}  ${indentOf(depth)}${headLine(segment, raw, name, left, layout)}`
    : `${number}  ${indentOf(depth)}${compactLine(raw, name, left, layout)}`;
  const ofElements = problems.filter(({ at }) => at.elementNumber !== null);
  for (const problem of problems) if (problem.at.elementNumber === null) yield* problemLines(problem, left + 3, layout);
  if (layout.elements) yield* elementLines(segment, definition, reading, ofElements, left + 3, layout);
  else for (const problem of ofElements) yield* problemLines(problem, left + 3, layout);
}

/** "N1 2 of 3  ship to", "HL 4 under 3  item". */
function loopLine({ id, ordinal, count, about, level, depth, implied }: ShownLoop, { paint }: Layout): string {
  const place = level === null ? (count === 1 ? '' : ` ${ordinal} of ${count}`) : ` ${printable(level.id)}`;
  const parent = level === null || level.parent === '' ? '' : ` under ${printable(level.parent)}`;
  const what = `${about === '' ? '' : `  ${printable(about)}`}${implied ? '  (its first segment was not sent)' : ''}`;
  return `${' '.repeat(gutter)}${indentOf(depth)}${paint('cyan', `▸ ${id}${place}${parent}`)}${what === '' ? '' : paint('bold', what)}`;
}

/** The segment as sent, and its name behind it; cut where the line ends, for every element follows whole. */
function headLine(segment: Segment, raw: string, name: string, left: number, { paint, width }: Layout): string {
  const room = width - left - (name === '' ? 0 : name.length + 2);
  const text = clipped(printable(raw), room);
  const { tag } = segment;
  const painted = text.startsWith(tag) ? `${paint('bold', tag)}${text.slice(tag.length)}` : text;
  if (name === '') return painted;
  const column = Math.min(Math.max(nameColumn - left, 0), room);
  return `${painted}${' '.repeat(Math.max(0, column - text.length))}  ${paint('dim', name)}`;
}

/** Name first, then everything that was sent: one line, as long as it needs to be where nobody's terminal ends. */
function compactLine(raw: string, name: string, left: number, { paint, width }: Layout): string {
  const column = 34 - (left - gutter);
  const label = clipped(name, Math.max(column, 8)).padEnd(Math.max(column, 8));
  const room = width - left - label.length - 2;
  return `${paint('dim', label)}  ${clipped(printable(raw), room)}`;
}

const clipped = (text: string, room: number): string =>
  text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`;

function* elementLines(
  segment: Segment,
  definition: SegmentDefinition | null,
  reading: Reading,
  problems: readonly Problem[],
  left: number,
  layout: Layout,
): Generator<string> {
  const waiting = problems.toSorted((a, b) => (a.at.elementNumber ?? 0) - (b.at.elementNumber ?? 0));
  const shown = [...elementsOf(segment, definition, reading)];
  const sent = new Set(shown.map(({ element }) => element));
  for (const [index, element] of shown.entries()) {
    yield* absentLines(waiting, element.element, sent, definition, left, layout);
    yield* elementLine(element, left, layout);
    if (shown[index + 1]?.element === element.element) continue;
    while (waiting[0] !== undefined && (waiting[0].at.elementNumber ?? 0) <= element.element) {
      yield* problemLines(waiting.shift() ?? waiting[0], left + 4, layout);
    }
  }
  yield* absentLines(waiting, Number.POSITIVE_INFINITY, sent, definition, left, layout);
}

/** Problems with elements that were not sent: the element is shown by name, with nothing for a value. */
function* absentLines(
  waiting: Problem[],
  before: number,
  sent: ReadonlySet<number>,
  definition: SegmentDefinition | null,
  left: number,
  layout: Layout,
): Generator<string> {
  let named = 0;
  while (waiting[0] !== undefined && (waiting[0].at.elementNumber ?? 0) < before) {
    const problem = waiting.shift() ?? waiting[0];
    const element = problem.at.elementNumber ?? 0;
    const use = definition?.elements[element - 1];
    if (element !== named && !sent.has(element)) {
      const { id = null, name = null } = use?.element ?? use?.composite ?? {};
      yield* elementLine(
        { element, component: null, repetition: null, id, name, value: '–', meaning: null },
        left,
        layout,
      );
    }
    named = element;
    yield* problemLines(problem, left + 4, layout);
  }
}

/** `01    98    Party role                  ST = ship to`; what is too long goes on below itself. */
function* elementLine(
  { element, component, repetition, id, name, value, meaning }: ShownElement,
  left: number,
  { paint, width }: Layout,
): Generator<string> {
  const place = `${String(element).padStart(2, '0')}${component === null ? '' : `-${component}`}`;
  const again = repetition === null ? '' : `*${repetition}`;
  const label = `${`${place}${again}`.padEnd(5)} ${(id ?? '').padEnd(5)} ${clipped(name ?? '', elementNameWidth).padEnd(elementNameWidth)}  `;
  const text = clipped(printable(value), valueLengthMax);
  const room = Math.max(20, width - left - label.length);
  const lines = wrapped(text, room);
  const [first = '', ...more] = lines;
  const pad = ' '.repeat(left);
  const said = meaning === null ? '' : `${paint('dim', ' = ')}${printable(meaning)}`;
  yield `${pad}${paint('dim', label)}${first}${more.length === 0 ? said : ''}`.trimEnd();
  for (const [index, line] of more.entries()) {
    yield `${pad}${' '.repeat(label.length)}${line}${index === more.length - 1 ? said : ''}`;
  }
}

/** Longer values are somebody's attachment. */
const valueLengthMax = 2_000;

/** Cut at blanks where there are some. */
function wrapped(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > room) {
    const blank = rest.lastIndexOf(' ', room - 1);
    const end = blank > room / 2 ? blank + 1 : room;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end);
  }
  lines.push(rest);
  return lines;
}

/** `✗ message  (found …)  [code]`, in place. */
export function* problemLines(problem: Problem, left: number, { paint, width }: Layout): Generator<string> {
  const { severity, message, code, source } = problem;
  const style = severity === 'warning' ? 'yellow' : 'red';
  const mark = severity === 'warning' ? '! ' : '✗ ';
  const whose = source === 'guide' ? ' (guide)' : '';
  const text = `${printable(message)}${detailOf(problem)}${whose}  [${code}]`;
  const lines = wrapped(text, Math.max(30, width - left - mark.length));
  for (const [index, line] of lines.entries()) {
    yield `${' '.repeat(left)}${paint(style, `${index === 0 ? mark : '  '}${line.trimEnd()}`)}`;
  }
}

/** "element *  component >  segment ~": how this interchange separates, line breaks by their pictures. */
export function delimitersText({ element, component, repetition, release, terminator }: Delimiters): string {
  const character = (code: number) => printable(String.fromCharCode(code));
  return [
    `element ${character(element)}`,
    `component ${character(component)}`,
    ...(repetition === null ? [] : [`repetition ${character(repetition)}`]),
    ...(release === null ? [] : [`release ${character(release)}`]),
    `segment ${character(terminator)}`,
  ].join('  ');
}
