import { describe, expect, test } from 'vitest';
import { type Paper, reportLine, rungLine, shortcomings, table } from '../../src/simulator/print.ts';
import { climb, newProgress, note } from '../../src/simulator/progress.ts';
import type { Report } from '../../src/simulator/protocol.ts';
import { rung } from './ladders.ts';

const paper: Paper = { colour: false, timeOf: (iso) => iso.slice(11, 23) };
const party = 'brightmart';

const LADDER = [
  rung('order-received', {
    direction: 'in',
    message: '850',
    interchangeControlNumber: '000000101',
    groupControlNumber: '31',
    controlNumber: '0007',
    fileName: '850-000000101.edi',
  }),
  rung('order-acknowledged', {
    direction: 'out',
    message: '997',
    interchangeControlNumber: '000000001',
    groupControlNumber: '1',
    controlNumber: '0001',
    fileName: '997-000000001-ab.edi',
    detail: 'accepted',
  }),
  rung('order-decided', { detail: '2 lines accepted' }),
  rung('response-sent', {
    direction: 'out',
    message: '855',
    interchangeControlNumber: '000000002',
    groupControlNumber: '2',
    controlNumber: '0002',
    fileName: '855-000000002-cd.edi',
  }),
  rung('shipped', { detail: '4500000101-1, 2 packs' }),
  rung('remittance-received', {
    direction: 'in',
    message: '820',
    interchangeControlNumber: '000000105',
    groupControlNumber: '35',
    controlNumber: '0011',
    fileName: '820-000000105.edi',
  }),
  rung('cash-applied', { detail: '509.64 USD' }),
];

function sample() {
  const progress = newProgress(['whole', 'broken']);
  const reports: readonly Report[] = [
    { kind: 'began', party, conversation: 'whole', order: '4500000101', usage: 'production' },
    { kind: 'step', party, conversation: 'whole', step: '850 sent', wire: null },
    { kind: 'checked', party, conversation: 'whole', subject: '855 right', passed: 31, failed: [] },
    {
      kind: 'checked',
      party,
      conversation: 'whole',
      subject: '856 1 right',
      passed: 30,
      failed: [{ what: '856 for 4500000101: CTT01', ok: false, found: '3', expected: '8' }],
    },
    { kind: 'began', party, conversation: 'broken', order: null, usage: 'production' },
    { kind: 'step', party, conversation: 'broken', step: '850 sent', wire: null },
    { kind: 'step', party, conversation: 'broken', step: '850 rejected by 997', wire: null },
    { kind: 'step', party, conversation: 'broken', step: 'order not entered', wire: null },
    { kind: 'finished', party, conversation: 'broken', invoiced: null, paid: null },
    { kind: 'failed', party: 'back office', conversation: null, message: 'POST /orders/1/shipments answered 409' },
  ];
  for (const report of reports) note(progress, report);
  const talk = progress.talks.get('whole');
  if (talk === undefined) throw new Error('no conversation');
  climb(talk, LADDER);
  talk.unmet.set('cash 1 agreed', ['remaining of invoice INV1 is 509.64, 0.00 expected']);
  return { progress, talk };
}

describe('the ladder for people', () => {
  test('one line a rung', async () => {
    const { talk } = sample();
    await expect(LADDER.map((one) => rungLine(paper, talk, one)).join('\n')).toMatchFileSnapshot('golden/ladder.txt');
  });

  test('colours only where wanted', () => {
    const { talk } = sample();
    const [first] = LADDER;
    if (first === undefined) throw new Error('no rung');
    expect(rungLine(paper, talk, first)).not.toContain('\u001b[');
    expect(rungLine({ ...paper, colour: true }, talk, first)).toContain('\u001b[36m');
  });

  test('reports of partners', async () => {
    const at = '2026-11-22T13:45:11.000Z';
    const wire = {
      direction: 'out',
      message: '855',
      interchangeNumber: '000000002',
      groupNumber: '2',
      fileName: '855-2.edi',
    } as const;
    const failed = [
      { what: '855 for 1: BAK02', ok: false, found: 'AC', expected: 'AD' },
      { what: '855 for 1: CTT01', ok: false, found: '1', expected: '2' },
    ];
    const lines = (
      [
        { kind: 'step', party, conversation: 'whole', step: '850 sent', wire },
        { kind: 'step', party, conversation: 'whole', step: '820 1 sent', wire },
        { kind: 'step', party, conversation: 'whole', step: '855 right', wire },
        { kind: 'step', party, conversation: 'whole', step: 'cash 1 agreed', wire: null },
        { kind: 'checked', party, conversation: 'whole', subject: '855 right', passed: 31, failed: [] },
        { kind: 'checked', party, conversation: 'whole', subject: '855 right', passed: 31, failed },
        { kind: 'note', party: 'back office', conversation: null, text: 'shipped 4500000101-1 in 2 packs' },
        { kind: 'failed', party, conversation: null, message: 'cannot read x.edi: no IEA' },
        { kind: 'closed', party },
      ] satisfies readonly Report[]
    ).map((report) => reportLine(paper, at, report));
    await expect(lines.map((line) => line ?? '(nothing)').join('\n')).toMatchFileSnapshot('golden/reports.txt');
  });
});

test('the table and what is missing', async () => {
  const { progress } = sample();
  const text = [table(paper, progress, new Map([['whole', '509.64']])), '', ...shortcomings(progress)].join('\n');
  await expect(text).toMatchFileSnapshot('golden/account.txt');
});
