import { expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import { openStandards } from '../../src/library/standards.ts';
import { compileRestrictions, type Restriction } from '../../src/parsers/restrictions.ts';
import { validate } from '../../src/parsers/validate.ts';
import { x12 } from './transactions.ts';

const table = openStandards().table('x12', '004010', '850');

function told(segments: string, restriction: Restriction) {
  if (table === undefined) throw new Error('no 850');
  const transaction = x12(`ST*850*0001~BEG*00*SA*1**20260101~${segments}PO1*1*5*EA*2~SE*9*0001~`);
  return validate(transaction, table, { restrictions: compileRestrictions([restriction]) }).problems.map(
    ({ code, source, at }) => `${at.segmentNumber} ${at.tag}${at.elementNumber ?? ''} ${code} ${source}`,
  );
}

test.each`
  segments                   | restriction                                      | problems
  ${'REF*DP*12~'}            | ${{ at: 'REF[REF01=DP]', presence: 'required' }} | ${[]}
  ${'REF*IA*12~'}            | ${{ at: 'REF[REF01=DP]', presence: 'required' }} | ${['4 REF segment/missing guide']}
  ${'N1*ST*A~'}              | ${{ at: 'N1[N101=BT]', presence: 'required' }}   | ${['4 N1 segment/missing guide']}
  ${'N1*ST*A~N1*BT*B~N3*X~'} | ${{ at: 'N1/N3', presence: 'required' }}         | ${['4 N3 segment/missing guide']}
  ${'REF*DP*12~'}            | ${{ at: 'REF', presence: 'forbidden' }}          | ${['3 REF segment/forbidden guide']}
  ${'N1*ST*A~N1*BT*B~'}      | ${{ at: 'N1', timesMax: 1 }}                     | ${['4 N1 segment/too-many guide']}
  ${'N1*ST*A~'}              | ${{ at: 'N104', presence: 'required' }}          | ${['3 N14 element/missing guide']}
  ${'N1*ST*A*92*123~'}       | ${{ at: 'N104', presence: 'forbidden' }}         | ${['3 N14 element/forbidden guide']}
  ${'N1*ST*A~'}              | ${{ at: 'N101', codes: ['BT'] }}                 | ${['3 N11 element/invalid-code guide']}
  ${'N1*ST*A~'}              | ${{ at: 'N101', codes: ['ST', 'BT'] }}           | ${[]}
  ${'N1*ST*ACME~'}           | ${{ at: 'N102', lengthMax: 3 }}                  | ${['3 N12 element/too-long guide']}
  ${'N1*ST*ACME~'}           | ${{ at: 'N102[N101=ST]', lengthMin: 5 }}         | ${['3 N12 element/too-short guide']}
  ${'N1*ST*ACME~'}           | ${{ at: 'N102[N101=BT]', lengthMin: 5 }}         | ${[]}
`('$segments under $restriction', ({ segments, restriction, problems }) =>
  expect(told(segments, restriction)).toEqual(problems),
);

test('a place that is none is the guide’s fault, and ours', () =>
  expect(() => compileRestrictions([{ at: 'n1/' }])).toThrow(FailureError));
