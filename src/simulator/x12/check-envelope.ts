import { type CheckList, checkList } from '../check.ts';
import type { Usage } from '../protocol.ts';
import { element, type Interchange, type Segment } from './read.ts';
import type { Address } from './write.ts';

/** GS01 for each set the gateway may send us. */
const GROUP_OF_SET: Readonly<Record<string, string>> = {
  '855': 'PR',
  '865': 'CA',
  '856': 'SH',
  '810': 'IN',
  '997': 'FA',
};

export interface ExpectedEnvelope {
  readonly from: Address;
  readonly to: Address;
  /** Our own day; clocks of two machines may stand on two sides of midnight. */
  readonly today: string;
  /** Whether a number of theirs is new to us: remembered across runs. */
  readonly isNew: (kind: 'interchange' | 'group', usage: Usage, number: string) => boolean;
}

export const usageOf = (interchange: Interchange): Usage =>
  element(interchange.header, 15) === 'T' ? 'test' : 'production';

/** A day that exists, CCYYMMDD. */
export function isDay(text: string | undefined): boolean {
  if (text === undefined || !/^\d{8}$/.test(text)) return false;
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  const day = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(iso);
}

const isTime = (text: string | undefined): boolean =>
  text !== undefined && /^([01]\d|2[0-3])[0-5]\d([0-5]\d(\d{1,2})?)?$/.test(text);

/** Not further than a day from ours. */
function isAbout(day: string | undefined, today: string): boolean {
  if (!isDay(day) || day === undefined) return false;
  const apart = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`) - Date.parse(today);
  return Math.abs(apart) <= 24 * 60 * 60 * 1000;
}

/** Everything a receiver's translator looks at before it opens a transaction. */
export function checkEnvelope(interchange: Interchange, expected: ExpectedEnvelope): CheckList {
  const number = element(interchange.header, 13) ?? '';
  const list = checkList(`interchange ${number}`);
  checkIsa(list, interchange, expected);
  for (const group of interchange.groups) {
    checkGs(list, group.header, expected, usageOf(interchange));
    const groupNumber = element(group.header, 6) ?? '';
    const numbers = group.transactions.map(({ controlNumber }) => controlNumber);
    list.that(
      `group ${groupNumber} ST02`,
      new Set(numbers).size === numbers.length,
      numbers.join(' '),
      'no number twice',
    );
    for (const { set, controlNumber, segments } of group.transactions) {
      list.same(`group ${groupNumber} GS01`, element(group.header, 1), GROUP_OF_SET[set] ?? `a group for ${set}`);
      list.that('ST02', /^[A-Za-z0-9]{4,9}$/.test(controlNumber), controlNumber, 'four to nine letters or digits');
      checkSegments(list, segments);
    }
  }
  const something = interchange.groups.length + interchange.acknowledgments.length > 0;
  list.that('contents', something, something ? 'some' : undefined, 'a group or a TA1');
  return list;
}

function checkIsa(list: CheckList, { header, componentSeparator }: Interchange, expected: ExpectedEnvelope): void {
  const at = (number: number) => element(header, number);
  list.same('ISA01', at(1), '00');
  list.same('ISA03', at(3), '00');
  list.same('ISA05', at(5), expected.from.qualifier);
  list.same('ISA06', at(6), expected.from.id.padEnd(15));
  list.same('ISA07', at(7), expected.to.qualifier);
  list.same('ISA08', at(8), expected.to.id.padEnd(15));
  list.that('ISA09', isAbout(`20${at(9)}`, expected.today), at(9), `the day ${expected.today} or its neighbour`);
  list.that('ISA10', /^\d{4}$/.test(at(10) ?? '') && isTime(at(10)), at(10), 'a time HHMM');
  list.same('ISA11', at(11), 'U');
  list.same('ISA12', at(12), '00401');
  list.that('ISA13', /^\d{9}$/.test(at(13) ?? '') && at(13) !== '000000000', at(13), 'nine digits, not all zero');
  list.that('ISA14', /^[01]$/.test(at(14) ?? ''), at(14), '0 or 1');
  list.that('ISA15', /^[PT]$/.test(at(15) ?? ''), at(15), 'P or T');
  list.that('ISA16', !/[A-Za-z0-9 ]/.test(componentSeparator), componentSeparator, 'no letter, digit or blank');
  const usage = at(15) === 'T' ? 'test' : 'production';
  list.that('ISA13', expected.isNew('interchange', usage, at(13) ?? ''), at(13), 'a number never used before');
}

function checkGs(list: CheckList, header: Segment, expected: ExpectedEnvelope, usage: Usage): void {
  const at = (number: number) => element(header, number);
  list.same('GS02', at(2), expected.from.id);
  list.same('GS03', at(3), expected.to.id);
  list.that('GS04', isAbout(at(4), expected.today), at(4), `the day ${expected.today} or its neighbour`);
  list.that('GS05', isTime(at(5)), at(5), 'a time');
  list.that('GS06', /^[1-9]\d{0,8}$/.test(at(6) ?? ''), at(6), 'a number of one to nine digits');
  list.that('GS06', expected.isNew('group', usage, `${at(1)} ${at(6)}`), at(6), 'a number never used before');
  list.same('GS07', at(7), 'X');
  list.that('GS08', at(8)?.startsWith('004010') ?? false, at(8), '004010');
}

/** What no segment of any set may look like. */
function checkSegments(list: CheckList, segments: readonly Segment[]): void {
  segments.forEach(({ tag, elements }, index) => {
    const at = `segment ${index + 1} ${tag}`;
    if (!/^[A-Z][A-Z0-9]{1,2}$/.test(tag)) list.that(`${at}`, false, tag, 'a tag of two or three capitals and digits');
    if (elements.every((value) => value.trim() === '')) list.that(at, false, 'nothing', 'at least one element');
    if (elements.at(-1) === '') list.that(`${at} last element`, false, '', 'no empty element at the end');
  });
  list.that('segments', segments.length > 2, String(segments.length), 'something between ST and SE');
}
