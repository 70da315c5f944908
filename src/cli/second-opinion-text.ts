import type { Output } from './file-output.ts';
import { many, type Paint, placeOf, printable } from './file-words.ts';
import { componentMark } from './opinion-readers.ts';
import { agrees, type Difference, type Opinion, type SecondOpinion } from './second-opinion.ts';

/** How the files of one run stood with the other readers. */
export interface OpinionCount {
  alike: number;
  otherwise: number;
  notAsked: number;
}

/** Counts a file: alike when every interchange in it is. */
export function countOpinion({ opinions }: SecondOpinion, count: OpinionCount): void {
  if (opinions === null) count.notAsked += 1;
  else if (opinions.every(agrees)) count.alike += 1;
  else count.otherwise += 1;
}

/** What the other readers say of a file; with `brief` only where they see it otherwise. */
export async function printOpinion(
  output: Output,
  file: string,
  second: SecondOpinion,
  paint: Paint,
  brief: boolean,
): Promise<void> {
  if (second.opinions === null) {
    if (!brief) await output.line(paint('dim', `second opinion: nobody was asked, for ${second.notAsked}\n`));
    return;
  }
  for (const opinion of second.opinions) {
    if (brief && agrees(opinion)) continue;
    for (const line of opinionLines(file, opinion, paint)) await output.line(`${brief ? '    ' : ''}${line}`);
  }
  if (!brief) await output.line('');
}

function* opinionLines(file: string, opinion: Opinion, paint: Paint): Generator<string> {
  const { reader, controlNumber, ourSegmentCount, segmentCount, refusal, refusalKnown, differences, differenceCount } =
    opinion;
  const head = `second opinion on ${printable(controlNumber)}: ${reader}`;
  if (agrees(opinion) && refusal !== null) {
    yield `${paint('green', `${head} refuses it too`)}: ${printable(refusal)}`;
    return;
  }
  if (agrees(opinion)) {
    yield `${paint('green', `${head} sees it alike`)}, ${many(ourSegmentCount, 'segment')}`;
    return;
  }
  const counted =
    segmentCount === null ? 'reads none of it' : `sees ${many(segmentCount, 'segment')}, we ${ourSegmentCount}`;
  yield `${paint('yellow', `${head} sees it otherwise`)}: it ${counted}`;
  if (refusal !== null) yield `  it refuses it: ${printable(refusal)}${knownText(refusalKnown, paint)}`;
  for (const difference of differences) yield `  ${differenceLine(file, difference, paint)}`;
  const more = differenceCount - differences.length;
  if (more > 0) yield paint('dim', `  … and ${many(more, 'more difference')}`);
}

function differenceLine(file: string, difference: Difference, paint: Paint): string {
  const { byteOffset, segmentNumber, tag, elementNumber, ours, theirs, known } = difference;
  const place = placeOf({ ...noPlace, byteOffset, tag, elementNumber });
  const where = `${paint('bold', `${file}:${byteOffset}`)}  ${segmentNumber === null ? '' : `seg ${segmentNumber} `}${place}`;
  const what =
    elementNumber === null
      ? `we read ${ours === null ? 'no segment' : ours === '' ? 'an empty segment' : `a segment ${printable(ours)}`}, it ${theirs === null ? 'none' : printable(theirs)}`
      : `we read ${quotedValue(ours)}, it ${quotedValue(theirs)}`;
  return `${where}  ${what}${knownText(known, paint)}`;
}

const noPlace = { segmentNumber: null, componentNumber: null, repetition: null, loop: null };

/** Values are cut where they get long: the place is what matters. */
const valueLengthMax = 60;
const quotedValue = (value: string | null): string => {
  const text = printable((value ?? '').replaceAll(componentMark, ':'));
  return text === '' ? 'nothing' : `"${text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text}"`;
};

const knownText = (known: string | null, paint: Paint): string =>
  known === null ? '' : `  ${paint('dim', `[known: ${known}]`)}`;

export const opinionTotal = ({ alike, otherwise, notAsked }: OpinionCount): string =>
  `second opinion: ${many(alike, 'file')} alike, ${otherwise} otherwise, ${notAsked} not asked`;
