import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acknowledgmentWaitMs } from '../../src/flows/waiting.ts';
import { type Answer, readAnswers } from '../support/answers.ts';
import { acknowledgmentOf, interchange, isa, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';
let control = 1_000;

/** An order comes and is answered with an 855: what a partner's acknowledgments may be about. */
async function responseOf(on: TestGateway, number: string, usage: 'P' | 'T' = 'P'): Promise<Answer> {
  await on.receive(channel, order850(number, control++, [line850(1, 2, '12.5', 'HT-1001')], { usage }));
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const answers = await readAnswers(await on.outbox(outbox));
  const response = answers.find(({ kind }) => kind === '855');
  if (response === undefined) throw new Error('no 855 was sent');
  return response;
}

async function take(on: TestGateway, text: string): Promise<readonly Answer[]> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  return readAnswers(await on.outbox(outbox));
}

const acknowledgments = (on: TestGateway) =>
  on.rows<{ kind: string; state: string; waits_for: string | null }>(
    `select kind, state, waits_for from acknowledgment where direction = 'in' order by id`,
  );
const documentOf = async (on: TestGateway, { controlNumber, usage }: Answer) => {
  const [row] = await on.rows<{ id: string; state: string; verdict: string | null; expected: string }>(
    `select d.id, d.state, t.verdict, x.state as expected from interchange i join transaction t on t.interchange_id = i.id join document d on d.transaction_id = t.id
       left join expectation x on x.kind = 'acknowledgment' and x.subject_id = i.id
     where i.direction = 'out' and i.control_number = $1 and i.usage = $2`,
    controlNumber,
    usage === 'T' ? 'test' : 'production',
  );
  return row;
};
const eventsOf = (on: TestGateway, type: string) =>
  on.rows<{ data: { errors?: { tag: string; element?: number; codes: string[]; paths: string[] }[]; code?: string } }>(
    'select data from event where type = $1 order by id',
    type,
  );

describe('a 997 finds what it answers by group and set; late, early and repeated ones are normal (trap 39)', () => {
  test('that accepts is noted on the document and meets what was expected', async () => {
    const on = await testGateway();
    const response = await responseOf(on, 'ACC-1');
    expect(await documentOf(on, response)).toMatchObject({ state: 'sent', verdict: null, expected: 'open' });
    expect(await take(on, acknowledgmentOf(response.text, control++))).toEqual([]);
    expect(await documentOf(on, response)).toMatchObject({ state: 'accepted', verdict: 'accepted', expected: 'met' });
    // Once more, as happens: nothing changes, and it is kept.
    await take(on, acknowledgmentOf(response.text, control++));
    expect(await documentOf(on, response)).toMatchObject({ state: 'accepted', expected: 'met' });
    expect((await acknowledgments(on)).map(({ state }) => state)).toEqual(['reconciled', 'reconciled']);
  });

  test('that rejects shows its errors on our own document, by the trace', async () => {
    const on = await testGateway();
    const response = await responseOf(on, 'REJ-1');
    const numberOf = (tag: string) => response.segments.findIndex((segment) => segment.startsWith(tag)) + 1;
    await take(
      on,
      acknowledgmentOf(response.text, control++, 'R', [
        `AK3*BAK*${numberOf('BAK*')}**8`,
        'AK4*3*324*7*REJ-1',
        `AK3*PO1*${numberOf('PO1*')}*PO1*8`,
        'AK4*4*212*7*12.5',
        'AK4*7*234*1',
        `AK3*N1*99*N1*3`,
      ]),
    );
    expect(await documentOf(on, response)).toMatchObject({ state: 'rejected', verdict: 'rejected', expected: 'met' });
    const [event] = await eventsOf(on, 'transaction/partner-rejected');
    expect(event?.data.errors).toEqual([
      {
        segment: numberOf('BAK*'),
        tag: 'BAK',
        element: 3,
        component: null,
        codes: ['7'],
        found: 'REJ-1',
        paths: ['orderNumber'],
      },
      {
        segment: numberOf('PO1*'),
        tag: 'PO1',
        element: 4,
        component: null,
        codes: ['7'],
        found: '12.5',
        paths: ['lines[0].price.amount'],
      },
      {
        segment: numberOf('PO1*'),
        tag: 'PO1',
        element: 7,
        component: null,
        codes: ['1'],
        found: null,
        paths: [expect.stringMatching(/^lines\[0\]\.products\[0\]/)],
      },
      // A segment that is not there has no place in our document.
      { segment: 99, tag: 'N1', codes: ['3'], paths: [] },
    ]);
    expect(
      await on.rows(
        `select object_kind from event_object o join event e on e.id = o.event_id where e.type = 'transaction/partner-rejected' order by 1`,
      ),
    ).toEqual([{ object_kind: 'acknowledgment' }, { object_kind: 'document' }, { object_kind: 'transaction' }]);
  });

  test('that names no set lets them follow their group', async () => {
    const on = await testGateway();
    const [first, second] = [await responseOf(on, 'GRP-1'), await responseOf(on, 'GRP-2')];
    const [, numberOne = ''] = /GS\*PR\*[^*]*\*[^*]*\*[^*]*\*[^*]*\*(\d+)/.exec(first.text) ?? [];
    const [, numberTwo = ''] = /GS\*PR\*[^*]*\*[^*]*\*[^*]*\*[^*]*\*(\d+)/.exec(second.text) ?? [];
    await take(on, interchange('FA', control++, '997', [`AK1*PR*${numberOne}`, 'AK9*A*1*1*1']));
    await take(on, interchange('FA', control++, '997', [`AK1*PR*${numberTwo.padStart(9, '0')}`, 'AK9*R*1*1*0*5']));
    expect(await documentOf(on, first)).toMatchObject({ state: 'accepted', verdict: 'accepted' });
    expect(await documentOf(on, second)).toMatchObject({ state: 'rejected', verdict: 'rejected' });
  });

  test('for something never sent waits, and is kept as unmatched after its deadline', async () => {
    const on = await testGateway();
    await take(on, interchange('FA', control++, '997', ['AK1*PR*4711', 'AK2*855*0001', 'AK5*A', 'AK9*A*1*1*1']));
    expect(await acknowledgments(on)).toEqual([{ kind: '997', state: 'waiting', waits_for: 'group:PR:4711' }]);
    // Looked at again in between, it goes on waiting, and piles up no work.
    on.clock.move(2);
    expect(await on.settle()).toBe(1);
    expect(await acknowledgments(on)).toMatchObject([{ state: 'waiting' }]);
    expect(await on.rows(`select count(*)::int as count from work where state <> 'done'`)).toEqual([{ count: 1 }]);
    on.clock.move(acknowledgmentWaitMs / 60_000);
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(await acknowledgments(on)).toEqual([{ kind: '997', state: 'unmatched', waits_for: null }]);
    expect(await eventsOf(on, 'acknowledgment/unmatched')).toHaveLength(1);
    on.clock.move(10_000);
    expect(await on.settle()).toBe(0);
  });

  test('that comes before what it answers is found when it is there', async () => {
    const on = await testGateway();
    const groupOf = ({ text }: Answer) => Number(/GS\*PR\*(?:[^*]*\*){4}(\d+)/.exec(text)?.[1]);
    const first = groupOf(await responseOf(on, 'EARLY-1'));
    // Each order takes two group numbers: its 997's and its 855's.
    const next = groupOf(await responseOf(on, 'EARLY-2')) * 2 - first;
    await take(on, interchange('FA', control++, '997', [`AK1*PR*${next}`, 'AK9*A*1*1*1']));
    expect(await acknowledgments(on)).toMatchObject([{ state: 'waiting' }]);
    const response = await responseOf(on, 'EARLY-3');
    expect(groupOf(response)).toBe(next);
    on.clock.move(2);
    await on.settle();
    expect(await acknowledgments(on)).toMatchObject([{ state: 'reconciled' }]);
    expect(await documentOf(on, response)).toMatchObject({ state: 'accepted' });
  });

  test('that comes before our own receipt counts, and the receipt does not take it back', async () => {
    const on = await testGateway();
    const folder = join(on.dataFolder, outbox);
    await rename(folder, `${folder}.away`);
    await on.receive(channel, order850('SLOW-1', control++, [line850(1, 2, '12.5', 'HT-1001')]));
    await on.settle();
    expect(on.failures.splice(0).every((failure) => failure.includes('partner-unreachable'))).toBe(true);
    // It was composed, and may have arrived: only the receipt is missing.
    const [row] = await on.rows<{ text: string; control_number: string }>(
      `select convert_from(c.bytes, 'LATIN1') as text, i.control_number from delivery y join interchange i on i.id = y.interchange_id join raw_chunk c on c.raw_file_id = y.raw_file_id
       where y.document_id is not null`,
    );
    await on.receive(channel, acknowledgmentOf(row?.text ?? '', control++));
    await on.settle();
    const at = { controlNumber: row?.control_number ?? '', usage: 'P' } as Answer;
    expect(await documentOf(on, at)).toMatchObject({ state: 'accepted', expected: 'met' });
    await rename(`${folder}.away`, folder);
    on.clock.move(1);
    await on.settle();
    expect(await documentOf(on, at)).toMatchObject({ state: 'accepted', expected: 'met' });
    expect(await on.rows('select state from delivery where document_id is not null')).toEqual([{ state: 'sent' }]);
    expect((await readAnswers(await on.outbox(outbox))).map(({ kind }) => kind).toSorted()).toEqual(['855', '997']);
  });

  test('of a test touches nothing of production that has its numbers', async () => {
    const on = await testGateway();
    const [production, trial] = [await responseOf(on, 'USE-1'), await responseOf(on, 'USE-1', 'T')];
    expect(trial.controlNumber).toBe(production.controlNumber);
    await take(on, acknowledgmentOf(trial.text, control++, 'R').replace('*P*>~', '*T*>~'));
    expect(await documentOf(on, trial)).toMatchObject({ state: 'rejected' });
    expect(await documentOf(on, production)).toMatchObject({ state: 'sent', verdict: null });
  });

  test('that cannot be read is stored with its problems, and answers nothing', async () => {
    const on = await testGateway();
    const response = await responseOf(on, 'BAD-1');
    await take(on, interchange('FA', control++, '997', ['AK9*A*1*1*1']));
    expect(await acknowledgments(on)).toEqual([]);
    expect(await on.rows(`select state from transaction where message = '997' and direction = 'in'`)).toEqual([
      { state: 'rejected' },
    ]);
    expect(await documentOf(on, response)).toMatchObject({ state: 'sent', expected: 'open' });
  });
});

describe('a TA1 (trap 35)', () => {
  const ta1 = (of: Answer, verdict: string) =>
    `${isa(control)}TA1*${of.controlNumber}*361122*1000*${verdict}~IEA*0*${String(control++).padStart(9, '0')}~`;

  test('that accepts says that the interchange came, and no more', async () => {
    const on = await testGateway();
    const response = await responseOf(on, 'TA1-1');
    await take(on, ta1(response, 'A*000'));
    expect(await acknowledgments(on)).toMatchObject([{ kind: 'TA1', state: 'reconciled' }]);
    expect(await eventsOf(on, 'interchange/partner-accepted')).toMatchObject([{ data: { kind: 'TA1', code: '000' } }]);
    expect(await documentOf(on, response)).toMatchObject({ state: 'sent', expected: 'open' });
  });

  test('that rejects says that nothing of it has arrived', async () => {
    const on = await testGateway();
    const response = await responseOf(on, 'TA1-2');
    await take(on, ta1(response, 'R*025'));
    expect(await documentOf(on, response)).toMatchObject({ state: 'rejected', verdict: 'rejected', expected: 'met' });
    expect(await eventsOf(on, 'interchange/partner-rejected')).toMatchObject([{ data: { kind: 'TA1', code: '025' } }]);
  });

  test('for an interchange that we never sent waits and ends as unmatched', async () => {
    const on = await testGateway();
    await take(on, ta1({ controlNumber: '000004711' } as Answer, 'A*000'));
    expect(await acknowledgments(on)).toEqual([{ kind: 'TA1', state: 'waiting', waits_for: 'interchange:000004711' }]);
    on.clock.move(2);
    await on.settle();
    on.clock.move(acknowledgmentWaitMs / 60_000);
    await on.settle();
    expect(await acknowledgments(on)).toEqual([{ kind: 'TA1', state: 'unmatched', waits_for: null }]);
  });
});
