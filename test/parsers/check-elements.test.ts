import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/core/problem.ts';
import { openStandards } from '../../src/library/standards.ts';
import { SegmentChecks } from '../../src/parsers/check-elements.ts';
import { ProblemList } from '../../src/parsers/problem-list.ts';
import type { Transaction } from '../../src/parsers/transaction.ts';
import { edifact, x12 } from './transactions.ts';

const standards = openStandards();

/** Problems of the second segment of a transaction. */
function problemsOf(transaction: Transaction): readonly Problem[] {
  const { syntax, version } = transaction;
  const [, segment] = transaction.segments;
  const definition = standards.version(syntax, version)?.segments.get(segment?.tag ?? '');
  if (segment === undefined || definition === undefined) throw new Error('no such segment');
  const list = new ProblemList();
  new SegmentChecks(transaction, version, { elements: true, codes: true, notes: true }, list).check(
    segment,
    definition,
    'L',
  );
  return list.problems;
}

const place = ({ at }: Problem) =>
  `${at.tag}${at.elementNumber === null ? '' : String(at.elementNumber).padStart(2, '0')}${at.componentNumber === null ? '' : `-${at.componentNumber}`}${at.repetition === null ? '' : `*${at.repetition}`}`;
const told = (transaction: Transaction) => problemsOf(transaction).map((one) => `${place(one)} ${one.code}`);
const x12Segment = (text: string, version = '004010') => x12(`ST*850*1~${text}`, version);
const edifactSegment = (text: string) => edifact(`UNH+1+ORDERS:D:96A:UN'${text}`);

describe('X12', () => {
  test.each`
    segment                               | problems
    ${'N1*ST*ACME*92*1234'}               | ${[]}
    ${'N1*ST*ACME*92'}                    | ${['N104 note/missing']}
    ${'N1*ST'}                            | ${['N102 note/missing']}
    ${'N1**ACME'}                         | ${['N101 element/missing']}
    ${'N1*  *ACME'}                       | ${['N101 element/missing']}
    ${'N1*ST*   '}                        | ${['N102 note/missing']}
    ${'N1*QQQ*ACME'}                      | ${['N101 element/invalid-code']}
    ${'N1*st*ACME'}                       | ${['N101 element/invalid-code']}
    ${'N1*S*ACME'}                        | ${['N101 element/too-short']}
    ${'N1*STST*ACME'}                     | ${['N101 element/too-long']}
    ${`N1*ST*${'A'.repeat(61)}`}          | ${['N102 element/too-long']}
    ${`N1*ST*${'A'.repeat(60)}`}          | ${[]}
    ${'N1*ST*A\tB'}                       | ${['N102 element/invalid-character']}
    ${'N1*ST*ACMÉ'}                       | ${[]}
    ${'N1*ST*ACME*92*1234*01*ST*X'}       | ${['N107 element/too-many']}
    ${'N1*ST*ACME****'}                   | ${['N106 element/trailing-empty']}
    ${'N1*ST*ACME*'}                      | ${['N103 element/trailing-empty']}
    ${'N1*ST*ACME********'}               | ${['N110 element/trailing-empty']}
    ${'N1'}                               | ${['N1 segment/empty']}
    ${'SAC*'}                             | ${['SAC segment/empty']}
    ${'N1*ST*A:B'}                        | ${['N102-2 element/too-many-components']}
    ${'BEG*00*SA*1**20260229'}            | ${['BEG05 element/invalid-date']}
    ${'BEG*00*SA*1**20240229'}            | ${[]}
    ${'BEG*00*SA*1**20261301'}            | ${['BEG05 element/invalid-date']}
    ${'BEG*00*SA*1**260101'}              | ${['BEG05 element/too-short']}
    ${'BEG*00*SA*1**2026010A'}            | ${['BEG05 element/invalid-date']}
    ${'DTM*011*20260101*2400'}            | ${['DTM03 element/invalid-time']}
    ${'DTM*011*20260101*2359'}            | ${[]}
    ${'DTM*011*20260101*235960'}          | ${['DTM03 element/invalid-time']}
    ${'DTM*011*20260101*23595999'}        | ${[]}
    ${'DTM*011*20260101*12345'}           | ${['DTM03 element/invalid-time']}
    ${'DTM*011***ET'}                     | ${['DTM02 note/missing', 'DTM03 note/missing']}
    ${'DTM*011****D8*20260231'}           | ${['DTM06 element/invalid-date']}
    ${'DTM*011****D8*20260228'}           | ${[]}
    ${'DTM*011****RD8*20260101-20261301'} | ${['DTM06 element/invalid-date']}
    ${'DTM*011****D8'}                    | ${['DTM06 note/missing']}
    ${'PO1*1*5*EA*12.50'}                 | ${[]}
    ${'PO1*1*1,5*EA*12.50'}               | ${['PO102 element/invalid-character']}
    ${'PO1*1*5*EA*.5'}                    | ${[]}
    ${'PO1*1*5*EA*-1.'}                   | ${[]}
    ${'PO1*1*5*EA*-'}                     | ${['PO104 element/invalid-character']}
    ${'PO1*1*5*EA*+1'}                    | ${['PO104 element/invalid-character']}
    ${'PO1*1*5*EA*1E5'}                   | ${['PO104 element/invalid-character']}
    ${'PO1*1*5*EA*1.2.3'}                 | ${['PO104 element/invalid-character']}
    ${'PO1*1*-123456789012345.0*EA*1'}    | ${['PO102 element/too-long']}
    ${'PO1*1*-12345678901234.5*EA*1'}     | ${[]}
    ${'TDS*-147360'}                      | ${[]}
    ${'TDS*1473.60'}                      | ${['TDS01 element/invalid-character']}
    ${'CTT*1'}                            | ${[]}
    ${'CTT*-1'}                           | ${[]}
    ${'REF*LT*1**ZZ:9'}                   | ${[]}
    ${'REF*LT*1**ZZ'}                     | ${['REF04-2 element/missing']}
    ${'REF*LT*1**ZZ:9:LT'}                | ${['REF04-4 note/missing']}
    ${'REF*LT*1**ZZ:9:LT:1:LT:1:X'}       | ${['REF04-7 element/too-many-components']}
    ${'REF*LT*1**ZZ:9:'}                  | ${['REF04-3 element/trailing-empty']}
    ${'PER*BD*ANN*TE'}                    | ${['PER04 note/missing']}
    ${'SAC*A*C310***1000'}                | ${[]}
    ${'SAC*A***C310*1000'}                | ${['SAC02 note/missing', 'SAC03 note/missing']}
  `('$segment', ({ segment, problems }) => expect(told(x12Segment(segment))).toEqual(problems));

  test('the version decides a length', () => {
    const segment = `REF*LT*${'1'.repeat(50)}`;
    expect(told(x12Segment(segment))).toEqual(['REF02 element/too-long']);
    expect(told(x12Segment(segment, '005010'))).toEqual([]);
  });

  test('a repetition where nothing repeats, and one too many', () => {
    expect(told(x12Segment('N1*ST*A^B', '005010'))).toEqual(
      ['N102 element/too-many-repetitions'].map((one) => one.replace('N102', 'N102*2')),
    );
    expect(told(x12Segment('N1*ST*A^B'))).toEqual([]);
  });
});

describe('EDIFACT', () => {
  test.each`
    segment                            | problems
    ${'DTM+137:20260101:102'}          | ${[]}
    ${'DTM+137:20260229:102'}          | ${['DTM01-2 element/invalid-date']}
    ${'DTM+137:202601012530:203'}      | ${['DTM01-2 element/invalid-date']}
    ${'DTM+137:202601011230:203'}      | ${[]}
    ${'DTM+137:2530:401'}              | ${['DTM01-2 element/invalid-time']}
    ${'DTM+137:20260101-20260131:718'} | ${[]}
    ${'DTM+137:2026010120260131:718'}  | ${[]}
    ${'DTM+137:202654:616'}            | ${['DTM01-2 element/invalid-date']}
    ${'DTM+137:ANYTHING'}              | ${['DTM01-3 element/missing']}
    ${'DTM+:20260101:102'}             | ${['DTM01-1 element/missing']}
    ${'DTM+137:20260101:102+X'}        | ${['DTM02 element/too-many']}
    ${'DTM+137:20260101:102:X'}        | ${['DTM01-4 element/too-many-components']}
    ${'QTY+21:5:PCE'}                  | ${[]}
    ${'QTY+21:5,5:PCE'}                | ${[]}
    ${'QTY+21:5.5:PCE'}                | ${[]}
    ${'QTY+21:.5:PCE'}                 | ${['QTY01-2 element/invalid-character']}
    ${'QTY+21:5.:PCE'}                 | ${['QTY01-2 element/invalid-character']}
    ${'QTY+21:1.234,5:PCE'}            | ${['QTY01-2 element/invalid-character']}
    ${'QTY+21:-123456789012345:PCE'}   | ${[]}
    ${'QTY+21:1234567890123456:PCE'}   | ${['QTY01-2 element/too-long']}
    ${'QTY+QQQ:5:PCE'}                 | ${['QTY01-1 element/invalid-code']}
    ${'QTY+21'}                        | ${['QTY01-2 element/missing']}
    ${'LIN+1++978000:SRV::9'}          | ${[]}
    ${'LIN+1++978000:SRV::6'}          | ${['LIN03-2 element/invalid-code']}
    ${'LIN+1++978000:SRV'}             | ${['LIN03-2 element/invalid-code']}
    ${'NAD+BY+5412345000013::9'}       | ${[]}
    ${'NAD+BY+::9'}                    | ${['NAD02-1 element/missing']}
    ${'NAD+BY+A::9+++++++'}            | ${['NAD09 element/trailing-empty']}
    ${"NAD+BY+A:'"}                    | ${['NAD02-2 element/trailing-empty']}
  `('$segment', ({ segment, problems }) => expect(told(edifactSegment(segment))).toEqual(problems));
});

describe('sentences a partner can act on', () => {
  test.each`
    segment                    | message
    ${'N1*ST*ACME*92'}         | ${'N104 is missing: N103 is present, and note P0304 wants both.'}
    ${'N1*ST'}                 | ${'N102 is missing: note R0203 wants at least one of N102 and N103.'}
    ${'N1**ACME'}              | ${'N101 (Party role) is missing: it is mandatory.'}
    ${'N1*QQQ*ACME'}           | ${'N101 (Party role) is "QQQ", which is no code of element 98 in 004010.'}
    ${'N1*STST*ACME'}          | ${'N101 (Party role) is longer than the 3 characters that element 98 allows in 004010.'}
    ${'IT1**5'}                | ${'IT103 is missing: IT102 is present, and note P020304 wants all of them.'}
    ${'DTM*011***ET'}          | ${'DTM02 is missing: note R020305 wants at least one of DTM02, DTM03 and DTM05.'}
    ${'BEG*00*SA*1**20260229'} | ${'BEG05 (Date) is "20260229", which is no date.'}
    ${'REF*LT*1**ZZ:9:LT'}     | ${'REF04-4 is missing: REF04-3 is present, and note P0304 wants both.'}
    ${'TDS*1473.60'}           | ${'TDS01 (Amount) is "1473.60", and its type N2 does not allow that.'}
  `('$segment: $message', ({ segment, message }) => expect(problemsOf(x12Segment(segment))[0]?.message).toBe(message));

  test('found, expected, loop and byte stand with it', () => {
    expect(problemsOf(x12Segment('N1*QQQ*ACME'))[0]).toMatchObject({
      found: 'QQQ',
      expected: 'a code of element 98',
      severity: 'error',
      source: 'standard',
      at: {
        byteOffset: 12,
        segmentNumber: 2,
        tag: 'N1',
        elementNumber: 1,
        componentNumber: null,
        repetition: null,
        loop: 'L',
      },
    });
  });
});
