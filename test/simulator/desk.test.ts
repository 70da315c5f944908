import { expect, test } from 'vitest';
import { isOfThisRun, localTime, nextDay } from '../../src/simulator/desk.ts';
import { BUYERS } from '../../src/simulator/profiles.ts';

const desk = { profile: BUYERS.brightmart, runNumber: 7, before: { interchange: 40, group: 38 } };

test.each`
  key                 | isOurs
  ${'855:4500000701'} | ${true}
  ${'855:4500000601'} | ${false}
  ${'856:4500000799'} | ${true}
  ${'810:4500000501'} | ${false}
  ${'810:9900000001'} | ${true}
  ${'997:PO:39'}      | ${true}
  ${'997:PO:38'}      | ${false}
  ${'997:FA:39'}      | ${true}
  ${'997:?:?'}        | ${true}
  ${'TA1:000000041'}  | ${true}
  ${'TA1:000000040'}  | ${false}
  ${'824:?'}          | ${true}
`('$key answers this run: $isOurs', ({ key, isOurs }) => expect(isOfThisRun(desk, key)).toBe(isOurs));

test.each`
  day             | days | next
  ${'2026-02-27'} | ${2} | ${'2026-03-01'}
  ${'2028-02-28'} | ${1} | ${'2028-02-29'}
  ${'2026-12-31'} | ${7} | ${'2027-01-07'}
`('$days days after $day is $next', ({ day, days, next }) => expect(nextDay(day, days)).toBe(next));

test('local time is what the clock on the wall shows', () => {
  expect(localTime(new Date(2026, 10, 2, 3, 4, 5))).toEqual({ date: '2026-11-02', time: '03:04:05' });
});
