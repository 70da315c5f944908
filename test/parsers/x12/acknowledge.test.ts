import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { type Problem, type ProblemCode, problem } from '../../../src/core/problem.ts';
import { PROBLEM_CODES } from '../../../src/core/problem-codes.ts';
import type { GroupVerdict, TransactionVerdict } from '../../../src/parsers/acknowledgment.ts';
import type { DraftSegment } from '../../../src/parsers/draft.ts';
import { isAcknowledgment, parserNamed } from '../../../src/parsers/index.ts';
import { x12CodeOf } from '../../../src/parsers/wire-codes.ts';
import { write997, writeTa1 } from '../../../src/parsers/x12/acknowledge.ts';
import { readFunctional } from '../../../src/parsers/x12/read-acknowledgment.ts';
import { groupVerdict, interchangeVerdict, transactionVerdict } from '../../../src/parsers/x12/verdicts.ts';
import { textOf, x12Envelope } from '../envelopes.ts';
import { problemsOf, readChunks, readText, transactionsOf } from '../reading.ts';

const { delimiters } = x12Envelope;
const at = (segmentNumber: number, tag: string, elementNumber: number | null = null, loop: string | null = null) =>
  positionAt(0, { segmentNumber, tag, elementNumber, loop });
const set = { message: '850', controlNumber: '0001', version: '004010', association: null };
const group: GroupVerdict = {
  functionalId: 'PO',
  controlNumber: '7',
  version: '004010VICS',
  verdict: 'accepted',
  codes: [],
  included: 1,
  received: 1,
  accepted: 1,
};

const lines = (segments: Iterable<DraftSegment>) => {
  const draft = { syntax: 'x12', message: '997', version: '004010', association: null, segments } as const;
  const envelope = {
    ...x12Envelope,
    group: { functionalId: 'FA', sender: 'US', receiver: 'THEM', controlNumber: '3', version: '004010' },
  };
  const text = textOf(parserNamed('x12').writeInterchange(envelope, [{ controlNumber: '0001', draft }]));
  return text.split('~').slice(3, -4);
};

describe('997 (traps 36 and 37)', () => {
  test('an accepted set, and the same left out when that is agreed', () => {
    const sets = [transactionVerdict(set, [], 'accepted')];
    expect(lines(write997(group, sets, { delimiters }).segments)).toEqual([
      'AK1*PO*7',
      'AK2*850*0001',
      'AK5*A',
      'AK9*A*1*1*1',
    ]);
    const omitted = write997(group, sets, { delimiters, acceptedSets: 'omitted' });
    expect(lines(omitted.segments)).toEqual(['AK1*PO*7', 'AK9*A*1*1*1']);
  });

  test('names segment, loop, element, component and the bad data, cleaned of delimiters', () => {
    const problems: Problem[] = [
      problem('transaction/segment-count-mismatch', at(9, 'SE', 1), { found: '8', expected: '9' }),
      problem('segment/missing', at(5, 'CTT')),
      problem('segment/too-many', at(5, 'PO1', null, 'PO1')),
      problem('element/invalid-code', { ...at(5, 'PO1', 3, 'PO1'), componentNumber: 2 }, { found: 'a*b~c>d\n^é€' }),
      problem('note/missing', at(5, 'PO1', 7, 'PO1')),
      problem('element/too-long', at(6, 'PID', 5, 'PIDPIDPID'), { severity: 'warning' }),
    ];
    const verdict = transactionVerdict(
      set,
      problems,
      'rejected',
      (tag, element) => `${tag === 'PO1' ? 300 + element : 0}`,
    );
    const rejected = { ...group, verdict: 'rejected' as const, accepted: 0, codes: ['5'] };
    expect(lines(write997(rejected, [verdict], { delimiters }).segments)).toEqual([
      'AK1*PO*7',
      'AK2*850*0001',
      'AK3*CTT*5**3',
      'AK3*PO1*5*PO1*5',
      'AK3*PO1*5*PO1*8',
      'AK4*3>2*303*7*a b c d',
      'AK4*7*307*2',
      'AK5*R*4*5',
      'AK9*R*1*1*0*5',
    ]);
  });

  test('what a map misses names no element, and what the tables refuse is told once', () => {
    const problems: Problem[] = [
      problem('map/value-required', at(4, 'PO1', null, 'PO1')),
      problem('element/invalid-character', at(4, 'PO1', 2, 'PO1'), { found: '1,000' }),
      problem('map/value-invalid', at(4, 'PO1', 2, 'PO1'), { found: '1,000' }),
    ];
    const verdict = transactionVerdict(set, problems, 'rejected', () => '330');
    expect(verdict.segments).toMatchObject([{ tag: 'PO1', codes: ['8'], elements: [{ element: 2, code: '6' }] }]);
    expect(verdict.segments[0]?.elements).toHaveLength(1);
  });

  test('what it says is read back', () => {
    const problems = [
      problem('segment/unknown', at(3, 'XYZ')),
      problem('element/invalid-date', at(4, 'DTM', 2), { found: '20261399' }),
    ];
    const sets = [
      transactionVerdict(set, problems, 'rejected', () => '373'),
      transactionVerdict({ ...set, controlNumber: '0002' }, [], 'accepted-with-errors'),
    ];
    const said = { ...group, verdict: 'partially-accepted' as const, included: 2, received: 2 };
    const draft = write997(said, sets, { delimiters });
    const envelope = {
      ...x12Envelope,
      group: { functionalId: 'FA', sender: 'US', receiver: 'THEM', controlNumber: '3', version: '004010' },
    };
    const events = readChunks([...parserNamed('x12').writeInterchange(envelope, [{ controlNumber: '0001', draft }])]);
    expect(problemsOf(events)).toEqual([]);
    const [transaction] = transactionsOf(events);
    expect(transaction && readFunctional(transaction)).toEqual({
      kind: '997',
      interchange: null,
      group: { ...said, version: null },
      transactions: sets,
    });
  });

  test('5010 says which version and convention it answers', () => {
    const five = { ...group, version: '005010X231' };
    const verdict = transactionVerdict({ ...set, version: '005010', association: '005010X231' }, [], 'accepted');
    expect(lines(write997(five, [verdict], { delimiters }).segments).slice(0, 2)).toEqual([
      'AK1*PO*7*005010X231',
      'AK2*850*0001*005010X231',
    ]);
  });

  test('100,000 sets are never held: each verdict is asked for when its turn comes', () => {
    let asked = 0;
    const sets = (function* (): Generator<TransactionVerdict> {
      for (; asked < 100_000; asked++) yield transactionVerdict(set, [], 'accepted');
    })();
    let seen = 0;
    let ahead = 0;
    for (const { tag } of write997(group, sets, { delimiters }).segments) {
      if (tag === 'AK5') seen++;
      ahead = Math.max(ahead, asked - seen);
    }
    expect([seen, ahead]).toEqual([100_000, 0]);
  });

  test('as a whole file', async () => {
    const bytes = readFileSync('fixtures/x12/envelope/functional-acknowledgment.edi');
    const [transaction] = transactionsOf(readChunks([bytes]));
    const acknowledgment = transaction && readFunctional(transaction);
    await expect(`${JSON.stringify(acknowledgment, null, 2)}\n`).toMatchFileSnapshot(
      '../../../fixtures/x12/envelope/functional-acknowledgment.acknowledgment.json',
    );
  });

  test('no 997, or one without its ends, says nothing', () => {
    const [order] = transactionsOf(readChunks([readFileSync('fixtures/x12/envelope/two-orders.edi')]));
    expect(order && readFunctional(order)).toBeNull();
  });
});

describe('group verdict', () => {
  const header = {
    functionalId: 'PO',
    sender: 'A',
    receiver: 'B',
    controlNumber: '7',
    version: '004010',
    byteOffset: 0,
  };
  const tally = { claimed: 3, counted: 3, accepted: 3, withErrors: 0 };
  test.each`
    what                 | change                         | codes                       | verdict                   | accepted
    ${'all accepted'}    | ${{}}                          | ${[]}                       | ${'accepted'}             | ${3}
    ${'one with errors'} | ${{ withErrors: 1 }}           | ${[]}                       | ${'accepted-with-errors'} | ${3}
    ${'one rejected'}    | ${{ accepted: 2 }}             | ${[]}                       | ${'partially-accepted'}   | ${2}
    ${'all rejected'}    | ${{ accepted: 0 }}             | ${[]}                       | ${'rejected'}             | ${0}
    ${'nothing inside'}  | ${{ counted: 0, accepted: 0 }} | ${[]}                       | ${'accepted'}             | ${0}
    ${'a group error'}   | ${{}}                          | ${['group/count-mismatch']} | ${'rejected'}             | ${0}
    ${'one tolerated'}   | ${{ tolerated: true }}         | ${['group/count-mismatch']} | ${'accepted-with-errors'} | ${3}
  `('$what: $verdict', ({ change: { tolerated, ...change }, codes, verdict, accepted }) => {
    const problems = codes.map((code: ProblemCode) => ({ ...problem(code, positionAt(0)), tolerated }));
    expect(groupVerdict(header, { ...tally, ...change }, problems)).toMatchObject({ verdict, accepted, included: 3 });
  });
});

describe('TA1 (trap 35)', () => {
  const verdictOf = (text: string) => {
    const events = readText(text);
    const [first] = events;
    if (first?.kind !== 'interchange') throw new Error('no interchange was read');
    return interchangeVerdict(first.header, problemsOf(events));
  };
  const sound = readFileSync('fixtures/x12/envelope/two-orders.edi', 'latin1');

  test.each`
    what                | text                                                   | code
    ${'sound'}          | ${sound}                                               | ${'000'}
    ${'a set is wrong'} | ${sound.replace('SE*7*0002', 'SE*8*0002')}             | ${'000'}
    ${'IEA02'}          | ${sound.replace('IEA*1*000000101', 'IEA*1*000000102')} | ${'001'}
    ${'IEA01'}          | ${sound.replace('IEA*1', 'IEA*2')}                     | ${'021'}
    ${'IEA missing'}    | ${sound.replace('IEA*1*000000101~', '')}               | ${'023'}
    ${'ISA13'}          | ${sound.replaceAll('000000101', 'ABC000101')}          | ${'018'}
  `('$what is noted as $code', ({ text, code }) =>
    expect(verdictOf(text)).toMatchObject({ code, verdict: code === '000' ? 'accepted' : 'rejected' }),
  );

  // Every note there is for an element of ISA: what is odd there is accepted, and told all the same (TA104 E).
  test.each`
    element | from                        | to                          | code
    ${'01'} | ${'ISA*00*'}                | ${'ISA*QQ*'}                | ${'010'}
    ${'03'} | ${'*00*          *ZZ*NORT'} | ${'*QQ*          *ZZ*NORT'} | ${'012'}
    ${'05'} | ${'*ZZ*NORTHWIND '}         | ${'*QQ*NORTHWIND '}         | ${'005'}
    ${'07'} | ${'*ZZ*TALLYPORT '}         | ${'*QQ*TALLYPORT '}         | ${'007'}
    ${'09'} | ${'*240115*1030*U'}         | ${'*249915*1030*U'}         | ${'014'}
    ${'10'} | ${'*240115*1030*U'}         | ${'*240115*9930*U'}         | ${'015'}
    ${'12'} | ${'*00401*'}                | ${'*00101*'}                | ${'017'}
  `('ISA$element wrong is noted as $code', ({ from, to, code }) => {
    const changed = sound.replace(from, to);
    expect(changed).not.toBe(sound);
    expect(verdictOf(changed)).toMatchObject({ code, verdict: 'accepted-with-errors' });
  });

  test.each`
    found     | code
    ${'**~'}  | ${'027'}
    ${'A>~'}  | ${'026'}
    ${'*>7'}  | ${'004'}
    ${'*>*'}  | ${'004'}
    ${'*>~>'} | ${'026'}
  `('delimiters $found: the one that cannot be is noted as $code', ({ found, code }) => {
    const [first] = readText(sound);
    if (first?.kind !== 'interchange') throw new Error('no interchange was read');
    const one = problem('interchange/delimiters-invalid', positionAt(0, { tag: 'ISA' }), { found });
    expect(interchangeVerdict(first.header, [one])).toMatchObject({ code, verdict: 'rejected' });
  });

  test('echoes the interchange it answers, and is read back as an answer to us', () => {
    const answer = textOf(writeTa1(x12Envelope, verdictOf(sound.replace('IEA*1', 'IEA*2'))));
    expect(answer).toContain('~TA1*000000101*240115*1030*R*021~IEA*0*000000042~');
    const [, ta1] = readText(answer);
    expect(ta1).toMatchObject({
      kind: 'ta1',
      acknowledgment: {
        kind: 'TA1',
        group: null,
        interchange: {
          sender: x12Envelope.receiver,
          receiver: x12Envelope.sender,
          controlNumber: '000000101',
          verdict: 'rejected',
          code: '021',
        },
      },
    });
    expect(problemsOf(readText(answer))).toEqual([]);
  });
});

describe('wire codes', () => {
  const codes = Object.keys(PROBLEM_CODES) as ProblemCode[];
  test.each(codes)('%s has an answer in every version', (code) => {
    for (const version of ['003060', '004010', '005010'])
      expect(x12CodeOf(code, version)).toMatch(/^(?:\d{3}|\d{1,2})$/);
  });

  test('codes a version does not have are not sent', () => {
    expect(x12CodeOf('element/too-many-repetitions', '004010')).toBe('3');
    expect(x12CodeOf('element/too-many-repetitions', '005010')).toBe('12');
    expect(x12CodeOf('transaction/not-in-group', '005010')).toBe('18');
    expect(x12CodeOf('interchange/field-invalid', '00401', 5)).toBe('005');
  });

  test.each(['FA', '997', '999', 'TA1', 'CONTRL'])('%s is an acknowledgment', (code) =>
    expect(isAcknowledgment(code)).toBe(true),
  );
  test.each(['PO', '850', 'ORDERS', '', null, undefined])('%s is none', (code) =>
    expect(isAcknowledgment(code)).toBe(false),
  );
});
