import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agrees, type Opinion, type SecondOpinion } from '../../src/cli/second-opinion.ts';
import { repository, tallyport } from './captured.ts';

/*
 * Whatever a header holds, an answer of ours is one that a translator takes: our own check finds no error in it, node-x12 or edifact reads it
 * as we do, and it is never answered itself. Where no such answer can be written there is none, and stderr says why.
 */
const fixture = (path: string): string => readFileSync(join(repository, 'fixtures', path), 'latin1');

const set = (number: string) => `ST*850*${number}~BEG*00*SA*P${number}**20240115~PO1*1*12*EA*x~CTT*1~SE*5*${number}~`;
const x12 = (isa12: string, gs08: string): string =>
  `ISA*00*          *00*          *ZZ*NORTHWIND      *ZZ*TALLYPORT      *240115*1030*${isa12 < '00402' ? 'U' : '^'}*${isa12}*000000101*1*P*:~` +
  `GS*PO*NORTHWIND*TALLYPORT*20240115*1030*1*X*${gs08}~${set('0001')}${set('0002')}GE*2*1~` +
  `GS*PO*NORTHWIND*TALLYPORT*20240115*1030*2*X*${gs08}~${set('0003')}GE*1*2~IEA*2*000000101~`;

export const BASES: Readonly<Record<string, string>> = {
  '004010': x12('00401', '004010'),
  '005010': x12('00501', '005010'),
  'groups of syntax 3': fixture('edifact/envelope/groups.edi').replaceAll('QTY+21:12', 'QTY+21:x'),
  'syntax 4': fixture('edifact/envelope/syntax-4.edi').replaceAll('QTY+21:12', 'QTY+21:x'),
};

/** What a header element may hold that it should not. */
export const VALUES = [
  '',
  ' ',
  'A',
  '1',
  '12',
  'XX',
  'ab',
  '999999',
  '00999',
  'é',
  'a\u0001b',
  'A~B',
  "A?'B",
  'A:B',
  '>',
  '999',
  '997',
  'CONTRL',
  'A'.repeat(36),
  '7'.repeat(40),
  '0',
  '-1',
  'FA',
  `${'\u0001'.repeat(14)}A`,
];
/** Segments whose elements an answer repeats, or by which it is decided. */
const SERVICE = /^(?:UNA|UNB|UNG|UNH|UNT|UNE|UNZ|ISA|GS|ST|SE|GE|IEA|BEG|BGM)/;

export interface Change {
  readonly segment: number;
  readonly element: number;
  readonly component: number | null;
  readonly value: string;
}

interface Marks {
  readonly terminator: string;
  readonly element: string;
  readonly component: string;
}
const marksOf = (text: string): Marks =>
  text.startsWith('ISA')
    ? { terminator: '~', element: '*', component: ':' }
    : { terminator: text.startsWith('UNA') ? text.charAt(8) : "'", element: '+', component: ':' };

/** UNA and its six characters stay as they are: what stands behind decides how to read them. */
const bodyOf = (text: string): { before: string; segments: string[] } => {
  const before = text.startsWith('UNA') ? text.slice(0, 9) : '';
  return { before, segments: text.slice(before.length).split(marksOf(text).terminator) };
};

export function changed(text: string, changes: readonly Change[]): string {
  const { terminator, element: plus, component: colon } = marksOf(text);
  const { before, segments } = bodyOf(text);
  for (const { segment, element, component, value } of changes) {
    const elements = segments[segment]?.split(plus) ?? [];
    const width = elements[0] === 'ISA' ? (elements[element]?.length ?? 0) : 0;
    if (component === null || component === 0) elements[element] = value.padEnd(width);
    else {
      const parts = elements[element]?.split(colon) ?? [];
      parts[component] = value;
      elements[element] = parts.join(colon);
    }
    segments[segment] = elements.join(plus);
  }
  return before + segments.join(terminator);
}

/** Every element of every service segment, and every component of its composites. */
export function placesOf(text: string): readonly Omit<Change, 'value'>[] {
  const { element: plus, component: colon } = marksOf(text);
  return bodyOf(text).segments.flatMap((segment, index) =>
    SERVICE.test(segment)
      ? segment.split(plus).flatMap((element, position) => {
          const parts = element.split(colon).length;
          const place = { segment: index, element: position };
          return [
            { ...place, component: null },
            ...(parts < 2 ? [] : Array.from({ length: parts }, (_, component) => ({ ...place, component }))),
          ];
        })
      : [],
  );
}

/** node-x12 knows no TA1. */
const isKnown = ({ refusalKnown, differenceCount }: Opinion): boolean => refusalKnown !== null && differenceCount === 0;

/** What `ack` made of some bytes: how many interchanges it answered with, and what is wrong with them; null when nothing is. */
export interface Answered {
  readonly answers: number;
  readonly fault: string | null;
}

/** Has these bytes answered, and the answer judged by our own check, by an independent reader, and by `ack` once more. */
export async function answered(text: string, ...flags: string[]): Promise<Answered> {
  const scratch = mkdtempSync(join(tmpdir(), 'tallyport-ack-'));
  const [path, answerPath] = [join(scratch, 'asked.edi'), join(scratch, 'answer.edi')];
  writeFileSync(path, text, 'latin1');
  try {
    const { code, stdout, stderr } = await tallyport('ack', path, ...flags);
    const answers = stdout.match(/ISA\*|UNB\+/g)?.length ?? 0;
    const wrong = (fault: string | null): Answered => ({ answers, fault });
    if (code > 1) return wrong(`ack ends ${code}: ${stderr}`);
    if (stdout === '') return wrong(stderr === '' ? 'no answer, and not a word why' : null);
    writeFileSync(answerPath, stdout, 'latin1');
    const checked = await tallyport('check', '--json', '--second-opinion', answerPath);
    if (checked.code !== 0) return wrong(`${stdout}\nis refused: ${(await tallyport('check', answerPath)).stdout}`);
    const { files: read } = JSON.parse(checked.stdout) as { files: readonly { secondOpinion: SecondOpinion }[] };
    const otherwise = read
      .flatMap(({ secondOpinion }) => secondOpinion.opinions ?? [])
      .filter((one) => !agrees(one) && !isKnown(one));
    if (otherwise.length > 0) return wrong(`${stdout}\nis read otherwise: ${JSON.stringify(otherwise)}`);
    const again = await tallyport('ack', answerPath);
    return wrong(again.stdout === '' ? null : `${stdout}\nis answered: ${again.stdout}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
