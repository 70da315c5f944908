import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { dateFault, formattedDateFault, timeFault } from '../../src/parsers/check-dates.ts';

test('a date is right exactly when the calendar has it', () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 0, max: 14 }),
      fc.integer({ min: 0, max: 33 }),
      (year, month, day) => {
        const text = `${String(year).padStart(4, '0')}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
        let exists = true;
        try {
          Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' });
        } catch {
          exists = false;
        }
        expect(dateFault(text)).toBe(exists ? null : 'date');
      },
    ),
    { numRuns: 1_000 },
  ));

test.each`
  value         | fault
  ${'0000'}     | ${null}
  ${'2359'}     | ${null}
  ${'2400'}     | ${'time'}
  ${'1260'}     | ${'time'}
  ${'125959'}   | ${null}
  ${'1259599'}  | ${null}
  ${'12595999'} | ${null}
  ${'12'}       | ${'time'}
  ${'12:30'}    | ${'time'}
  ${''}         | ${'time'}
`('time $value: $fault', ({ value, fault }) => expect(timeFault(value)).toBe(fault));

test.each`
  syntax       | format        | value                          | fault
  ${'edifact'} | ${'102'}      | ${'20260101'}                  | ${null}
  ${'edifact'} | ${'102'}      | ${'260101'}                    | ${'date'}
  ${'edifact'} | ${'101'}      | ${'260101'}                    | ${null}
  ${'edifact'} | ${'2'}        | ${'310126'}                    | ${null}
  ${'edifact'} | ${'2'}        | ${'320126'}                    | ${'date'}
  ${'edifact'} | ${'203'}      | ${'202601012359'}              | ${null}
  ${'edifact'} | ${'204'}      | ${'20260101235959'}            | ${null}
  ${'edifact'} | ${'303'}      | ${'202601012359CET'}           | ${null}
  ${'edifact'} | ${'303'}      | ${'202601012359'}              | ${'date'}
  ${'edifact'} | ${'610'}      | ${'202613'}                    | ${'date'}
  ${'edifact'} | ${'616'}      | ${'202653'}                    | ${null}
  ${'edifact'} | ${'719'}      | ${'202601010000-202601012359'} | ${null}
  ${'edifact'} | ${'718'}      | ${'20260101-20260231'}         | ${'date'}
  ${'edifact'} | ${'804'}      | ${'30'}                        | ${null}
  ${'edifact'} | ${'toString'} | ${'30'}                        | ${null}
  ${'x12'}     | ${'D8'}       | ${'20260101'}                  | ${null}
  ${'x12'}     | ${'TM'}       | ${'2460'}                      | ${'time'}
  ${'x12'}     | ${'RD8'}      | ${'20260101-20260131'}         | ${null}
  ${'x12'}     | ${'RD8'}      | ${'20260101'}                  | ${'date'}
  ${'x12'}     | ${'RD8'}      | ${'20260102-20260101'}         | ${'period'}
  ${'x12'}     | ${'RD8'}      | ${'20260101-20260101'}         | ${null}
  ${'x12'}     | ${'RDT'}      | ${'202601011000-202601010959'} | ${'period'}
  ${'x12'}     | ${'RD6'}      | ${'991231-000101'}             | ${null}
  ${'x12'}     | ${'RTM'}      | ${'2200-0600'}                 | ${null}
  ${'edifact'} | ${'718'}      | ${'2026010220260101'}          | ${'period'}
  ${'edifact'} | ${'718'}      | ${'20260102-20260101'}         | ${'period'}
  ${'edifact'} | ${'716'}      | ${'202602-202601'}             | ${'period'}
  ${'edifact'} | ${'719'}      | ${'202601011000202601011000'}  | ${null}
  ${'x12'}     | ${'102'}      | ${'any'}                       | ${null}
`('$syntax $format $value: $fault', ({ syntax, format, value, fault }) =>
  expect(formattedDateFault(syntax, format, value)).toBe(fault),
);
