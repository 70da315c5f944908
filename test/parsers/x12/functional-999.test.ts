import { describe, expect, test } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { type Problem, type ProblemCode, problem } from '../../../src/core/problem.ts';
import { PROBLEM_CODES } from '../../../src/core/problem-codes.ts';
import { openStandards } from '../../../src/library/standards.ts';
import type { GroupVerdict } from '../../../src/parsers/acknowledgment.ts';
import { validate } from '../../../src/parsers/validate.ts';
import { implementationCodeOf } from '../../../src/parsers/wire-codes.ts';
import { IMPLEMENTATION_999, write999 } from '../../../src/parsers/x12/acknowledge.ts';
import { readFunctional } from '../../../src/parsers/x12/read-acknowledgment.ts';
import { transactionVerdict } from '../../../src/parsers/x12/verdicts.ts';
import { writeX12 } from '../../../src/parsers/x12/write.ts';
import { readX12 } from '../../../src/simulator/x12/read.ts';
import { textOf, x12Envelope } from '../envelopes.ts';
import { problemsOf, readText, transactionsOf } from '../reading.ts';

/* Trap 38: 005010X231A1, IK3, IK4 and IK5, I-codes for what only the guide forbids, CTX, and ST03 in AK203. */

const standards = openStandards();
const at = (segmentNumber: number, tag: string, elementNumber: number | null = null, loop: string | null = null) =>
  positionAt(0, { segmentNumber, tag, elementNumber, loop });
const guide = (code: ProblemCode, position: Problem['at'], found: string | null = null) =>
  problem(code, position, { source: 'guide', found });
const set = { message: '850', controlNumber: '0001', version: '005010', association: '005010X224' };
const group: GroupVerdict = {
  functionalId: 'PO',
  controlNumber: '7',
  version: '005010X224',
  verdict: 'rejected',
  codes: [],
  included: 1,
  received: 1,
  accepted: 0,
};
const envelope = {
  ...x12Envelope,
  version: '00501',
  acknowledgmentRequested: false,
  group: { functionalId: 'FA', sender: 'US', receiver: 'THEM', controlNumber: '3', version: IMPLEMENTATION_999 },
};
const elementOf = (tag: string, element: number, component: number | null) => {
  const use = standards.version('x12', '005010')?.segments.get(tag)?.elements[element - 1];
  return (component === null ? use?.element?.id : use?.composite?.components[component - 1]?.element.id) ?? null;
};

function written(problems: readonly Problem[]): string {
  const verdict = transactionVerdict(set, problems, 'rejected', elementOf, '999');
  const draft = write999(group, [verdict], { delimiters: envelope.delimiters });
  return textOf(writeX12(envelope, [{ draft, controlNumber: '0001' }]));
}

const PROBLEMS: readonly Problem[] = [
  guide('segment/missing', at(3, 'REF')),
  guide('segment/forbidden', at(4, 'FOB', null, 'N1')),
  problem('note/missing', at(6, 'N1', 4, 'N1'), { expected: 'P0304' }),
  guide('element/invalid-code', at(6, 'N1', 1, 'N1'), 'Z^*~'),
  guide('element/missing', at(7, 'PO1', 4, 'PO1')),
  problem('note/missing', { ...at(8, 'MEA', 4), componentNumber: 3 }, { expected: 'C0302' }),
];

describe('the 999 in its own words', () => {
  test('IK3, CTX, IK4 and IK5', () => {
    expect(written(PROBLEMS).split('~').slice(2, -2)).toEqual(
      [
        'ST*999*0001*005010X231A1',
        'AK1*PO*7*005010X224',
        'AK2*850*0001*005010X224',
        'IK3*REF*3**I8',
        'IK3*FOB*4*N1*I4',
        'IK3*N1*6*N1*8',
        'IK4*4*67*2',
        'CTX*SITUATIONAL TRIGGER*N1*6*N1*3*66',
        'IK4*1*98*I6*Z',
        'IK3*PO1*7*PO1*8',
        'IK4*4*212*I9',
        'IK3*MEA*8**8',
        'IK4*4>3**2',
        'IK5*R*5*I5',
        'AK9*R*1*1*0',
        'SE*16*0001',
        'GE*1*3',
      ].map((line) => (line.startsWith('IK4*4>3') ? expect.stringMatching(/^IK4\*4>3\*\w*\*2$/) : line)),
    );
  });

  test('our own tables and node-x12 have nothing to say against it', async () => {
    const text = written(PROBLEMS);
    const events = readText(text);
    expect(problemsOf(events)).toEqual([]);
    const [transaction] = transactionsOf(events);
    const table = standards.table('x12', '005010', '999');
    if (transaction === undefined || table === undefined) throw new Error('no 999');
    expect(transaction.association).toBe(IMPLEMENTATION_999);
    expect(validate(transaction, table).problems).toEqual([]);
    const [independent] = (await readX12(Buffer.from(text, 'latin1'))).groups[0]?.transactions ?? [];
    expect(independent?.segments.map(({ tag }) => tag)).toEqual(transaction.segments.map(({ tag }) => tag));
  });

  test('what it says is read back, with what makes an element wrong', () => {
    const [transaction] = transactionsOf(readText(written(PROBLEMS)));
    const read = transaction && readFunctional(transaction);
    expect(read).toMatchObject({ kind: '999', group: { version: '005010X224', verdict: 'rejected' } });
    expect(read?.transactions[0]?.segments.map(({ tag, codes }) => [tag, codes])).toEqual([
      ['REF', ['I8']],
      ['FOB', ['I4']],
      ['N1', ['8']],
      ['PO1', ['8']],
      ['MEA', ['8']],
    ]);
    expect(read?.transactions[0]?.segments[2]?.elements[0]).toEqual({
      element: 4,
      component: null,
      repetition: null,
      dataElement: '67',
      code: '2',
      found: null,
      because: { element: 3, component: null, dataElement: '66' },
    });
  });

  test("other people's contexts name nothing on a segment", () => {
    const text = written(PROBLEMS).replace('CTX*SITUATIONAL TRIGGER*N1*6*N1*3*66', 'CTX*PO NUMBER BEG03>4500000101');
    const [transaction] = transactionsOf(readText(text));
    const read = transaction && readFunctional(transaction);
    expect(read?.transactions[0]?.segments[2]?.elements[0]).not.toHaveProperty('because');
  });
});

test('trap 38: the guide writes a composite in CTX06 (C023:1325), which 725 as a number could not hold', () => {
  const text = written(PROBLEMS).replace(
    'CTX*SITUATIONAL TRIGGER*N1*6*N1*3*66',
    'CTX*SITUATIONAL TRIGGER*N1*6*N1*3*C023>1325',
  );
  expect(text).toContain('C023>1325');
  const [transaction] = transactionsOf(readText(text));
  const table = standards.table('x12', '005010', '999');
  expect(transaction && table && validate(transaction, table).problems).toEqual([]);
});

describe('which element makes another wrong', () => {
  test.each`
    note         | element | because
    ${'P0304'}   | ${4}    | ${3}
    ${'P0304'}   | ${3}    | ${4}
    ${'C0403'}   | ${3}    | ${4}
    ${'L130204'} | ${2}    | ${13}
    ${'E0208'}   | ${8}    | ${2}
    ${'P020304'} | ${3}    | ${null}
    ${'R0203'}   | ${2}    | ${null}
  `('$note at element $element: $because', ({ note, element, because }) => {
    const one = problem('note/missing', at(2, 'N1', element), { expected: note });
    const verdict = transactionVerdict(set, [one], 'rejected', () => null, '999');
    expect(verdict.segments[0]?.elements[0]?.because?.element ?? null).toBe(because);
  });
});

describe('codes of a 999', () => {
  const codes = Object.keys(PROBLEM_CODES) as ProblemCode[];
  const lists = ['620', '621', '618', '716'].map((id) => standards.version('x12', '005010')?.elements.get(id)?.codes);

  test.each(codes.filter((code) => !/^(?:file|interchange)\//.test(code)))('%s is in a list of 005010', (code) => {
    for (const source of ['standard', 'guide'] as const)
      expect(lists.some((list) => list?.has(implementationCodeOf({ code, source })))).toBe(true);
  });

  test.each`
    code                      | standard | guide
    ${'segment/forbidden'}    | ${'2'}   | ${'I4'}
    ${'segment/missing'}      | ${'3'}   | ${'I8'}
    ${'segment/too-many'}     | ${'5'}   | ${'5'}
    ${'element/forbidden'}    | ${'10'}  | ${'I10'}
    ${'element/missing'}      | ${'1'}   | ${'I9'}
    ${'element/invalid-code'} | ${'7'}   | ${'I6'}
  `('$code: $standard by the standard, $guide by the guide', ({ code, standard, guide: ours }) => {
    expect(implementationCodeOf({ code, source: 'standard' })).toBe(standard);
    expect(implementationCodeOf({ code, source: 'guide' })).toBe(ours);
  });
});
