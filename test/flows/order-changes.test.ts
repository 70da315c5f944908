import { describe, expect, test } from 'vitest';
import { postChangeDecision } from '../../src/flows/orders/post-change-decision.ts';
import { postDecision } from '../../src/flows/orders/post-decision.ts';
import { postPick } from '../../src/flows/orders/post-pick.ts';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import type { BackOfficeDecision } from '../../src/orders/decision.ts';
import { readAnswers, withAgreements } from '../support/answers.ts';
import { type Envelope, interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';
let control = 1;

/** "QD" of line 1 to 7: `POC*1*QD*7*7*EA*12.5**VN*HT-1001`. */
const poc = (line: number, action: string, quantity: number, price = '12.5', item = 'HT-1001') =>
  `POC*${line}*${action}*${quantity}*${quantity}*EA*${price}**VN*${item}`;
const pocs = (lines: readonly string[]) => lines.filter((line) => line.startsWith('POC')).length;
const change860 = (
  number: string,
  lines: readonly string[],
  more: Envelope & { purpose?: string; change?: string } = {},
) =>
  interchange(
    'PC',
    control++,
    '860',
    [
      `BCH*${more.purpose ?? '04'}*SA*${number}**${more.change ?? '1'}*20261122*****20261124`,
      ...lines,
      ...(pocs(lines) === 0 ? [] : [`CTT*${pocs(lines)}`]),
    ],
    more,
  );
const twoLines = [line850(1, 10, '12.5', 'HT-1001'), line850(2, 4, '21.75', 'HT-1002')];

async function orderOf(on: TestGateway, number: string, lines: readonly string[] = twoLines): Promise<string> {
  await on.receive(channel, order850(number, control++, lines));
  await on.settle();
  await on.outbox(outbox);
  const [row] = await on.rows<{ id: string }>('select id from purchase_order where number = $1', number);
  return row?.id ?? '';
}
async function changed(on: TestGateway, file: string) {
  await on.receive(channel, file);
  return answers(on);
}
/** What left, but for the 997s: kind and the lines that tell. */
async function answers(on: TestGateway) {
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const files = await readAnswers(await on.outbox(outbox));
  return files
    .filter(({ kind }) => kind !== '997')
    .map(({ kind, segments }) => [
      kind,
      ...segments.filter((segment) => /^(BAK|BCA|POC|DTM|ACK|PRF|SN1|BIG|MSG|SCH)\*/.test(segment)),
    ]);
}
const orderRow = async (on: TestGateway, id: string) =>
  (
    await on.rows<{ state: string; version: number; change: string | null; lines: Record<string, string>[] }>(
      `select state, (body ->> 'version')::int as version, body ->> 'change' as change, body -> 'lines' as lines from purchase_order where id = $1`,
      id,
    )
  )[0];
const reserved = async (on: TestGateway, id: string) =>
  on.rows(
    'select line, sum(quantity)::text as quantity from reservation where order_id = $1 and quantity > 0 group by line order by line',
    id,
  );
const expected = async (on: TestGateway, id: string) =>
  on.rows(
    `select kind, state, outstanding from expectation where subject_id = $1 and state in ('open', 'overdue') order by kind`,
    id,
  );
const ship = (on: TestGateway, id: string, shipment: string, lines: readonly { line: string; quantity: string }[]) =>
  on.database.inTransaction((tx) => postShipment(on.context, tx, id, { shipment, lines: [...lines] }, 'warehouse'));
const changeDocument = async (on: TestGateway, number: string) =>
  (
    await on.rows<{ id: string; state: string; state_reason: string | null }>(
      `select id, state, state_reason from document where kind = 'order-change' and number = $1 order by at desc, id desc limit 1`,
      number,
    )
  )[0];

describe('a change of an order that rules decided', () => {
  test('in time: the next version is promised, reserved and expected, and the 865 says so', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'CH-1');
    const [answer] = await changed(on, change860('CH-1', [poc(1, 'QD', 7), poc(2, 'DI', 4, '21.75', 'HT-1002')]));
    expect(answer).toEqual([
      '865',
      expect.stringMatching(/^BCA\*04\*AD\*CH-1\*\*1\*20261122/),
      expect.stringMatching(/^POC\*1\*QD\*7\*7\*EA\*12\.5/),
      expect.stringMatching(/^ACK\*IA\*7\*EA/),
      expect.stringMatching(/^POC\*2\*DI\*0\*0\*EA/),
      expect.stringMatching(/^ACK\*ID\*0\*EA/),
    ]);
    expect(await orderRow(on, id)).toMatchObject({
      state: 'decided',
      version: 2,
      change: '1',
      lines: [{ line: '1', ordered: '7', promised: '7' }],
    });
    expect(await reserved(on, id)).toEqual([{ line: '1', quantity: '7' }]);
    expect(await expected(on, id)).toMatchObject([
      { kind: 'ship-notice', outstanding: { lines: [{ line: '1', quantity: '7' }] } },
    ]);
    // What ships now names the version it fulfils.
    expect(await ship(on, id, 'S-1', [{ line: '1', quantity: '7' }])).toMatchObject({ ok: true });
    const sent = await answers(on);
    expect(sent.map(([kind]) => kind)).toEqual(['810', '856']);
    expect(sent[1]).toContainEqual(expect.stringMatching(/^PRF\*CH-1\*\*1/));
    expect(sent[0]).toContainEqual(expect.stringMatching(/^BIG\*\d{8}\*\w+\*20261122\*CH-1\*\*1/));
  });

  test('too late: nothing moves, and the 865 tells what has left', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'CH-2');
    await ship(on, id, 'S-2', [{ line: '1', quantity: '10' }]);
    await answers(on);
    const before = await orderRow(on, id);
    const [answer] = await changed(on, change860('CH-2', [poc(1, 'QD', 7)]));
    expect(answer).toEqual([
      '865',
      expect.stringMatching(/^BCA\*04\*R[DJ]\*CH-2/),
      expect.stringMatching(/^POC\*1\*QD\*10\*0\*EA/),
      expect.stringMatching(/^ACK\*IR\*10\*EA/),
      'MSG*Line 1 can no longer be changed: 10 of 10 have left.',
    ]);
    expect(await orderRow(on, id)).toEqual(before);
    expect(await changeDocument(on, 'CH-2')).toMatchObject({ state: 'processed' });
  });

  test('that crosses our shipment takes back only what has not left', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'CH-3');
    await ship(on, id, 'S-3', [{ line: '1', quantity: '6' }]);
    await answers(on);
    const [answer] = await changed(on, change860('CH-3', [], { purpose: '01' }));
    expect(answer?.[1]).toMatch(/^BCA\*04\*A[CE]\*CH-3/);
    expect(await orderRow(on, id)).toMatchObject({
      state: 'invoiced',
      version: 2,
      lines: [{ line: '1', ordered: '6', promised: '6', shipped: '6' }],
    });
    expect(await reserved(on, id)).toEqual([]);
    expect(await expected(on, id)).toEqual([]);
  });

  test('of what the warehouse has picked is too late before anything leaves', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'CH-4');
    const pick = (quantity: string) =>
      on.database.inTransaction((tx) =>
        postPick(on.context, tx, id, { lines: [{ line: '1', quantity }] }, 'warehouse'),
      );
    expect(await pick('10')).toMatchObject({ ok: true });
    expect(await pick('1')).toMatchObject({ ok: false, findings: [{ code: 'shipment/over-shipped' }] });
    const [answer] = await changed(on, change860('CH-4', [poc(1, 'DI', 10)]));
    expect(answer).toContain('MSG*Line 1 can no longer be changed: 10 of 10 are picked.');
  });

  test('that crosses a pick is not answered with a plain yes', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'CH-12');
    await on.database.inTransaction((tx) =>
      postPick(on.context, tx, id, { lines: [{ line: '1', quantity: '5' }] }, 'warehouse'),
    );
    const [answer] = await changed(on, change860('CH-12', [poc(1, 'QD', 2)]));
    expect(answer).toEqual([
      '865',
      expect.stringMatching(/^BCA\*04\*A[CE]\*CH-12/),
      expect.stringMatching(/^POC\*1\*QD\*5\*5\*EA/),
      expect.stringMatching(/^ACK\*IQ\*5\*EA/),
      'MSG*Line 1 can no longer be less than 5: 5 of 10 are picked.',
    ]);
    await ship(on, id, 'S-12', [{ line: '1', quantity: '3' }]);
    await answers(on);
    const [cancelled] = await changed(on, change860('CH-12', [poc(1, 'DI', 5)], { change: '2' }));
    expect(cancelled).toContain('MSG*Line 1 can no longer be changed: 3 of 5 have left, 5 are picked.');
  });

  test('cancelled whole gives everything back', async () => {
    const on = await testGateway();
    const id = await orderOf(on, 'CH-5');
    await changed(on, change860('CH-5', [], { purpose: '01' }));
    expect(await orderRow(on, id)).toMatchObject({ state: 'cancelled', version: 2, lines: [] });
    expect([await reserved(on, id), await expected(on, id)]).toEqual([[], []]);
    const [answer] = await changed(on, change860('CH-5', [poc(1, 'QD', 7)], { change: '2' }));
    expect(answer).toEqual([
      '865',
      expect.stringMatching(/^BCA\*04\*R[DJ]\*CH-5\*\*2/),
      expect.stringContaining('cancelled'),
    ]);
  });
});

test('a change of a cancelled order is refused, and the 865 says so', async () => {
  const on = await testGateway();
  const id = await orderOf(on, 'CH-GONE');
  await changed(on, change860('CH-GONE', [], { purpose: '01' }));
  const before = await orderRow(on, id);
  expect(before?.state).toBe('cancelled');
  const [answer, ...more] = await changed(on, change860('CH-GONE', [poc(1, 'QD', 7)], { change: '2' }));
  expect(more).toEqual([]);
  expect(answer?.[1]).toMatch(/^BCA\*04\*R[DJ]\*CH-GONE/);
  expect(await orderRow(on, id)).toEqual(before);
});

test('a change of an order that never came waits for it, and is refused after its deadline', async () => {
  const on = await testGateway();
  expect(await changed(on, change860('CH-6', [poc(1, 'QD', 7)]))).toEqual([]);
  expect(await changeDocument(on, 'CH-6')).toMatchObject({ state: 'waiting' });
  const id = await orderOf(on, 'CH-6');
  expect(await orderRow(on, id)).toMatchObject({ version: 2, lines: [{ ordered: '7' }, { ordered: '4' }] });
  await changed(on, change860('CH-7', [poc(1, 'QD', 7)]));
  on.clock.move(10);
  await on.settle();
  expect(await changeDocument(on, 'CH-7')).toMatchObject({
    state: 'rejected',
    state_reason: 'Order CH-7 is changed, but never came.',
  });
  expect(await answers(on)).toEqual([
    ['865', expect.stringMatching(/^BCA\*04\*R[DJ]\*CH-7\*\*1\*20261122/), 'MSG*There is no order CH-7 to change.'],
  ]);
});

const byBackOffice = withAgreements('brightmart', 'in', ({ decision }) => ({
  decision: { ...decision, decideBy: 'back-office', announceUrl: null },
}));
const decideChange = (on: TestGateway, id: string, change: string, decision: BackOfficeDecision) =>
  on.database.inTransaction((tx) => postChangeDecision(on.context, tx, id, { change, decision }, 'back-office'));

describe('a change of an order that a back office decides', () => {
  test('is part of the order until it is decided', async () => {
    const on = await testGateway(byBackOffice);
    const id = await orderOf(on, 'CH-8');
    await changed(on, change860('CH-8', [poc(1, 'QI', 12)]));
    expect(await orderRow(on, id)).toMatchObject({
      state: 'awaiting-decision',
      version: 2,
      lines: [{ ordered: '12' }, { ordered: '4' }],
    });
    await on.database.inTransaction((tx) => postDecision(on.context, tx, id, { decision: 'accept' }, 'back-office'));
    expect((await answers(on))[0]).toContainEqual(expect.stringMatching(/^ACK\*IA\*12\*EA/));
  });

  test.each<[string, BackOfficeDecision, RegExp, string]>([
    ['accepted', { decision: 'accept' }, /^BCA\*04\*AD/, '12'],
    ['rejected', { decision: 'reject', reason: 'Sold out.' }, /^BCA\*04\*R[DJ]/, '10'],
    [
      'decided by lines',
      {
        decision: 'lines',
        lines: [{ line: '1', promises: [{ status: 'backordered', quantity: '12', on: '2036-12-20' }] }],
      },
      /^BCA\*04\*A[CE]/,
      '12',
    ],
  ])('afterwards waits for it: %s', async (how, decision, bca, ordered) => {
    const on = await testGateway(byBackOffice);
    const number = `CH-9${how.length}`;
    const id = await orderOf(on, number);
    await on.database.inTransaction((tx) => postDecision(on.context, tx, id, { decision: 'accept' }, 'back-office'));
    await answers(on);
    expect(await changed(on, change860(number, [poc(1, 'QI', 12)]))).toEqual([]);
    const change = await changeDocument(on, number);
    expect(change).toMatchObject({ state: 'held' });
    expect(await decideChange(on, id, change?.id ?? '', decision)).toMatchObject({ ok: true });
    const [answer] = await answers(on);
    expect(answer?.[1]).toMatch(bca);
    expect(await orderRow(on, id)).toMatchObject({ lines: [{ ordered }, { ordered: '4' }] });
    // It is decided: a second decision finds nothing that waits.
    expect(await decideChange(on, id, change?.id ?? '', decision)).toMatchObject({
      ok: false,
      findings: [{ code: 'change/unknown' }],
    });
  });

  test('is too late when the goods have left meanwhile, whatever is decided', async () => {
    const on = await testGateway(byBackOffice);
    const id = await orderOf(on, 'CH-10');
    await on.database.inTransaction((tx) => postDecision(on.context, tx, id, { decision: 'accept' }, 'back-office'));
    await changed(on, change860('CH-10', [poc(1, 'QD', 7)]));
    await ship(on, id, 'S-10', [{ line: '1', quantity: '10' }]);
    await answers(on);
    const change = await changeDocument(on, 'CH-10');
    await decideChange(on, id, change?.id ?? '', { decision: 'accept' });
    expect((await answers(on))[0]).toContain('MSG*Line 1 can no longer be changed: 10 of 10 have left.');
  });
});

test('a price per hundred stays one when a change of quantity repeats the amount alone, and a new amount alone is refused', async () => {
  const on = await testGateway(byBackOffice);
  const id = await orderOf(on, 'CH-11', ['PO1*1*150*EA*12.5*HP*VN*HT-1001']);
  await on.database.inTransaction((tx) => postDecision(on.context, tx, id, { decision: 'accept' }, 'back-office'));
  await answers(on);
  await changed(on, change860('CH-11', [poc(1, 'QD', 100)]));
  const change = await changeDocument(on, 'CH-11');
  await decideChange(on, id, change?.id ?? '', { decision: 'accept' });
  expect((await answers(on))[0]).toContainEqual(expect.stringMatching(/^POC\*1\*QD\*100\*100\*EA\*12\.5\*HP\*/));
  expect(await orderRow(on, id)).toMatchObject({ lines: [{ ordered: '100', price: { amount: '12.5', per: '100' } }] });
  const [answer] = await changed(on, change860('CH-11', [poc(1, 'PC', 100, '13')], { change: '2' }));
  expect(answer).toContainEqual(expect.stringMatching(/^BCA\*04\*R[DJ]\*CH-11\*\*2/));
  expect(answer).toContainEqual('MSG*Line 1: the price 13 does not say what it is for; 12.5 for 100 was ordered.');
  expect(await orderRow(on, id)).toMatchObject({ version: 2 });
});

test.each([
  ['rules', undefined, 'DTM*010*20361210', ['DTM*010*20361210', 'ACK*IA*10*EA*068*20361210']],
  ['a back office', byBackOffice, 'DTM*010*20361210', ['DTM*010*20361210', 'ACK*IA*10*EA*068*20361210']],
  ['a back office', byBackOffice, 'DTM*002*20361210', ['DTM*002*20361210', 'ACK*IA*10*EA*067*20361210']],
  ['a back office', byBackOffice, 'SCH*10*EA***010*20361210', ['ACK*IA*10*EA', 'SCH*10*EA***010*20361210']],
] as const)('a new day that %s takes stands in the answer (%#)', async (_who, configured, asked, told) => {
  const on = await testGateway(configured);
  const number = 'CH-RS';
  const id = await orderOf(on, number);
  if (configured !== undefined)
    await on.database.inTransaction((tx) => postDecision(on.context, tx, id, { decision: 'accept' }, 'back-office'));
  await answers(on);
  const [atOnce] = await changed(on, change860(number, [poc(1, 'RS', 10), asked]));
  const change = await changeDocument(on, number);
  if (configured !== undefined) await decideChange(on, id, change?.id ?? '', { decision: 'accept' });
  const answer = atOnce ?? (await answers(on))[0];
  expect(answer?.slice(1)).toEqual([
    expect.stringMatching(/^BCA\*04\*AD/),
    expect.stringMatching(/^POC\*1\*RS\*10\*10/),
    ...told,
  ]);
});
