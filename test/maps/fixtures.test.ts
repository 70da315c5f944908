import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkDigitOf } from '../../src/mappers/codecs/sscc.ts';
import { FIXTURES, fixturePath, MAP_NAMES, placedFixture, readEvents, stemsOf } from './fixtures.ts';

/** What a fixture shows that the standard does not allow: real senders do it, and the maps must live with it. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  'x12/004010/820 no-entity': ['loop/implied: ENT is missing: loop ENT was opened for RMR, which stands in it.'],
};

test.each(MAP_NAMES)('%s has examples small and large', (map) => {
  expect(stemsOf(map)).toEqual(expect.arrayContaining(['minimal', 'typical', 'maximal']));
});

/** Digits that end in a GS1 check digit: GTINs, GLNs and SSCCs, by what stands before them. */
const NUMBERED =
  /(?:\*(?:UP|UI|EN|UK|UL)\*|\*(?:GM|AA)\*(?:00)?(?=\d{18}~)|LIN\+\d+\+\d?\+|(?:NAD|LOC)\+\w+\+(?=\d+::9))(\d{8,18})/g;

describe('the fixtures are what they claim to be', () => {
  test.each(FIXTURES)('%s %s: GTINs, GLNs and SSCCs end in their check digits', (map, stem) => {
    const text = readFileSync(fixturePath(map, `${stem}.edi`), 'latin1');
    const digits = [...text.matchAll(NUMBERED)].map(([, number = '']) => number);
    expect(digits.filter((number) => number.at(-1) !== checkDigitOf(number.slice(0, -1)))).toEqual([]);
  });

  test.each(FIXTURES)('%s %s', (map, stem) => {
    const { events, placed } = placedFixture(map, stem);
    const problems = [...events.flatMap((event) => ('problems' in event ? event.problems : [])), ...placed.problems];
    const told = problems.map(({ code, message }) => `${code}: ${message}`);
    expect(told).toEqual(BROKEN[`${map} ${stem}`] ?? []);
  });

  test.each(FIXTURES)('%s %s ends lines with its terminator and a line feed, nothing else', (map, stem) => {
    const text = readFileSync(fixturePath(map, `${stem}.edi`), 'latin1');
    expect(text).not.toMatch(/[\t\r]|[^~'>]\n(?!$)|\n\n/);
    expect(readEvents(Buffer.from(text, 'latin1')).filter(({ kind }) => kind === 'stray')).toEqual([]);
  });
});
