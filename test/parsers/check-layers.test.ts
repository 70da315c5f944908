import { describe, expect, test } from 'vitest';
import { positionAt } from '../../src/core/position.ts';
import { type Policy, problem, problemAsJson } from '../../src/core/problem.ts';
import { openStandards } from '../../src/library/standards.ts';
import { compileRestrictions, type Restrictions } from '../../src/parsers/restrictions.ts';
import type { Transaction } from '../../src/parsers/transaction.ts';
import { layerOf, type ValidationPolicies, validate, validateUnknown } from '../../src/parsers/validate.ts';
import { only } from './judging.ts';
import { edifact, x12 } from './transactions.ts';

const standards = openStandards();

function judged(transaction: Transaction, policies: Partial<ValidationPolicies> = {}, restrictions?: Restrictions) {
  const { syntax, version, message } = transaction;
  const table = standards.table(syntax, version, message);
  if (table === undefined) throw new Error(`no table for ${version} ${message}`);
  return validate(transaction, table, {
    policies,
    implied: standards.implied(message),
    balances: standards.balances(message),
    ...(restrictions === undefined ? {} : { restrictions }),
  });
}

const order = (middle: string, end = '') =>
  x12(`ST*850*0001~BEG*00*SA*1**20260101~${middle}PO1*1*5*EA*2~${end}SE*9*0001~`);
const envelopeProblem = problem('transaction/too-many-problems', positionAt(0, { segmentNumber: 4, tag: 'SE' }));
const oneOfEach: Readonly<Record<keyof ValidationPolicies, Transaction>> = {
  envelope: { ...order(''), problems: [envelopeProblem] },
  tree: order('QQQ*1~'),
  elements: order('N1*ST*\t~'),
  codes: order('N1*QQQ*A~'),
  characters: { ...order('N1*ST*é~'), characterSet: 'ascii' },
  notes: order('N1*ST*A*92~'),
  balancing: order('', 'CTT*7~'),
  guide: order('N1*ST*A~'),
};
const guide = compileRestrictions([{ at: 'N102', codes: ['B'] }]);
const guideFor = (layer: string) => (layer === 'guide' ? guide : undefined);
const layers = Object.keys(oneOfEach) as (keyof ValidationPolicies)[];

describe('the policy of a layer decides severity and verdict', () => {
  const outcomes: Readonly<Record<Policy, readonly [severity: string | undefined, verdict: string]>> = {
    reject: ['error', 'rejected'],
    'accept-with-errors': ['error', 'accepted-with-errors'],
    warn: ['warning', 'accepted'],
    off: [undefined, 'accepted'],
  };
  const cases = layers.flatMap((layer) =>
    (Object.keys(outcomes) as Policy[]).map((policy) => [layer, policy] as const),
  );
  test.each(cases)('%s: %s', (layer, policy) => {
    const { problems, verdict } = judged(oneOfEach[layer], { [layer]: policy }, guideFor(layer));
    expect([problems[0]?.severity, verdict]).toEqual(outcomes[policy]);
    expect(problems).toHaveLength(policy === 'off' ? 0 : 1);
  });
});

test('without policies codes are accepted with errors, sums are warnings, the rest rejects', () => {
  const verdicts = Object.fromEntries(
    layers.map((layer) => [layer, judged(oneOfEach[layer], {}, guideFor(layer)).verdict]),
  );
  expect(verdicts).toEqual({
    envelope: 'rejected',
    tree: 'rejected',
    elements: 'rejected',
    codes: 'accepted-with-errors',
    notes: 'rejected',
    balancing: 'accepted',
    characters: 'accepted',
    guide: 'rejected',
  });
});

test('the worst layer wins, and no layer hides another', () => {
  const { problems, verdict } = judged(order('N1*QQQ*A*92~QQQ*1~', 'CTT*7~'), {
    tree: 'warn',
    codes: 'accept-with-errors',
    notes: 'reject',
  });
  expect(problems.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
    'element/invalid-code error',
    'note/missing error',
    'segment/unknown warning',
    'balance/count-mismatch warning',
  ]);
  expect(verdict).toBe('rejected');
});

test('a segment out of its place has its elements checked all the same', () => {
  const { problems } = judged(order('DTM*010*20260101~REF*DP~BAK*00*AD*1*2026~'));
  expect(problems.map(({ code, at }) => `${at.segmentNumber} ${code}`)).toEqual([
    '4 segment/out-of-sequence',
    '4 note/missing',
    '5 segment/not-in-message',
    '5 element/too-short',
  ]);
});

test('an element of ST or SE the envelope complained of is not told twice', () => {
  const told = problem(
    'transaction/control-number-invalid',
    positionAt(0, { segmentNumber: 1, tag: 'ST', elementNumber: 2 }),
  );
  const transaction = x12('ST*850*00000000011~BEG*00*SA*1**20260101~PO1*1~SE*4*00000000011~');
  expect(judged(transaction).problems.map(({ at }) => at.tag)).toEqual(['ST', 'SE']);
  expect(judged({ ...transaction, problems: [told] }).problems.map(({ code, at }) => `${at.tag} ${code}`)).toEqual([
    'ST transaction/control-number-invalid',
    'SE element/too-long',
  ]);
});

test('a right transaction has no problem and keeps its tree', () => {
  const { problems, verdict, root } = judged(order('N1*ST*A~', 'CTT*1*5~'));
  expect([problems, verdict, root.children.length]).toEqual([[], 'accepted', 6]);
});

test.each`
  versionKnown | code                             | message
  ${true}      | ${'transaction/unknown-message'} | ${'Version 004010 has no message 850.'}
  ${false}     | ${'transaction/unknown-version'} | ${'No tables are held for version 004010.'}
`('what has no table is rejected by $code, its envelope’s problems kept', ({ versionKnown, code, message }) => {
  const { problems, verdict } = validateUnknown({ ...order(''), problems: [envelopeProblem] }, versionKnown);
  expect(verdict).toBe('rejected');
  expect(problems.map((one) => one.code)).toEqual([code, envelopeProblem.code]);
  expect(problems[0]?.message).toBe(message);
});

test.each`
  code                             | layer
  ${'segment/missing'}             | ${'tree'}
  ${'loop/implied'}                | ${'tree'}
  ${'element/too-long'}            | ${'elements'}
  ${'element/invalid-code'}        | ${'codes'}
  ${'note/missing'}                | ${'notes'}
  ${'balance/hash-mismatch'}       | ${'balancing'}
  ${'transaction/unknown-message'} | ${'envelope'}
`('$code is of layer $layer', ({ code, layer }) => expect(layerOf(code)).toBe(layer));

describe('LS and LE', () => {
  const bounded = (ls: string, le: string) => order('', `LS*${ls}~LDT*AF*1*DA~LE*${le}~`);
  test.each`
    ls       | le       | problems
    ${'LDT'} | ${'LDT'} | ${[]}
    ${'LDT'} | ${'LDX'} | ${['7 LE loop/identifier-mismatch error']}
    ${'010'} | ${'010'} | ${['5 LS loop/identifier-mismatch warning']}
  `('$ls, $le', ({ ls, le, problems }) => {
    const line = x12(`ST*850*0001~BEG*00*SA*1**20260101~PO1*1*5*EA*2~CN1*CA~LS*${ls}~LDT*AF*1*DA~LE*${le}~SE*9*0001~`);
    expect(judged(bounded(ls, le)).problems).toHaveLength(problems.length);
    expect(
      judged(line).problems.map(({ code, at, severity }) => `${at.segmentNumber} ${at.tag} ${code} ${severity}`),
    ).toEqual(problems);
  });
});

describe('a whole report, as people read it', () => {
  const reports: readonly (readonly [string, Transaction])[] = [
    [
      'x12-850',
      x12(
        'ST*850*0001~BEG*00*QQ*1**20260231~REF*DP~N1*ST*ACME*92~N3*1 MAIN ST~PER*BD*ANN*TE~N4*RENO~N1**X~XYZ*1~PO1*1*5x*EA*2~PID*F****~SAC*~' +
          'PO1*2*5*EA*2*PE*UP~PO4*1~PID*F****LATE~CTT*3*99~SE*17*0001~',
      ),
    ],
    [
      'x12-810',
      x12(
        'ST*810*0001~BIG*20260101*1~IT1*1*10*EA*2.50~IT1*2*1*EA~ISS*11*EA~TDS*99999~SAC*A*C310***100*******02~CTT*5~SE*9*0001~',
      ),
    ],
    ['x12-820', x12('ST*820*0001~BPR*C*100*C*ACH~TRN*1~N1*PR*ACME~RMR*IV*1**90~DTM*003*20260101~SE*7*0001~')],
    [
      'edifact-orders',
      edifact(
        "UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'DTM+137:20260230:102'NAD+BY+5412345000013::9'NAD+QQ'LIN+1++4000862141404:EN'QTY+21:1.2.3:PCE'" +
          "PRI+AAA:9.99:CT::1:PCE'LIN+2'DTM+2:20260101:102'QTY+21'CNT+2:3'UNT+13+1'",
      ),
    ],
  ];
  test.each(reports)('%s', async (name, transaction) => {
    const { problems, verdict } = judged(transaction);
    await expect(
      `${JSON.stringify({ verdict, problems: problems.map(problemAsJson) }, null, 2)}\n`,
    ).toMatchFileSnapshot(`reports/${name}.problems.json`);
  });
});

describe('a control number that is none', () => {
  const set = (number: string) =>
    `ISA*00*          *00*          *ZZ*NORTHWIND      *ZZ*TALLYPORT      *240115*1030*U*00401*000000101*0*P*:~GS*PO*NORTHWIND*TALLYPORT*20240115*1030*1*X*004010~ST*850*${number}~BEG*00*SA*4711**20240115~PO1*1*2*EA*3.5**VC*A1~SE*4*${number}~GE*1*1~IEA*1*000000101~`;

  test.each(['12', '1234567890'])('ST02 %s is told once, at the header: SE02 only repeats it', (number) =>
    expect(judged(only(set(number))).problems.map(({ code, at }) => `${code} ${at.tag}`)).toEqual([
      'transaction/control-number-invalid ST',
    ]),
  );

  test('an SE02 of its own mistake is told', () =>
    expect(
      judged(only(set('0001').replace('SE*4*0001', 'SE*4*12'))).problems.map(({ code, at }) => `${code} ${at.tag}`),
    ).toContain('transaction/control-number-mismatch SE'));
});
