import { describe, expect, test } from 'vitest';
import { acceptInterchange } from '../../src/flows/accept-interchange.ts';
import { readAnswers, withAgreements } from '../support/answers.ts';
import { interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';
const channel = 'brightmart/folder';

async function take(on: TestGateway, text: string, by = channel) {
  const { transmissionId } = await on.receive(by, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const [file] = await on.rows<{ id: string; state: string; first_id: string | null }>(
    'select id, state, first_id from raw_file where transmission_id = $1',
    transmissionId,
  );
  const interchanges = await on.rows<{ id: string; state: string; verdict: string | null; reason: string | null }>(
    'select id, state, verdict, quarantine_reason as reason from interchange where raw_file_id = $1 order by ordinal',
    file?.id,
  );
  return { file, interchanges, answers: await readAnswers(await on.outbox(outbox)) };
}
const ordersOf = async (on: TestGateway) =>
  (await on.rows<{ number: string }>('select number from purchase_order order by number')).map(({ number }) => number);
const problemsOf = (on: TestGateway, interchangeId: string | undefined) =>
  on.rows<{ code: string; earlier: string }>(
    `select body ->> 'code' as code, body ->> 'earlierInterchange' as earlier from problem where interchange_id = $1`,
    interchangeId,
  );

describe('the same file again', () => {
  test('is linked to the first, not entered, and by default not answered again', async () => {
    const on = await testGateway();
    const text = order850('SAME-1', 1);
    const first = await take(on, text);
    const second = await take(on, text);
    expect(second).toMatchObject({
      file: { state: 'duplicate', first_id: first.file?.id },
      interchanges: [],
      answers: [],
    });
    // Over another channel of the same partner, too.
    const third = await take(on, text, 'brightmart/web');
    expect(third).toMatchObject({ file: { state: 'duplicate', first_id: first.file?.id }, interchanges: [] });
    expect(await ordersOf(on)).toEqual(['SAME-1']);
    expect(
      await on.rows(
        `select e.type, array_agg(o.qualifier order by o.qualifier) as roles from event e join event_object o on o.event_id = e.id
         where e.type = 'raw-file/duplicate' group by e.id, e.type`,
      ),
    ).toEqual(Array(2).fill({ type: 'raw-file/duplicate', roles: ['carried', 'first', 'repeated'] }));
  });

  test('is answered by the same bytes under another name where that was agreed', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ acknowledgment }) => ({
        acknowledgment: { ...acknowledgment, repeatOnDuplicate: true, ta1: 'always' },
      })),
    );
    const text = order850('SAME-2', 1);
    const first = await take(on, text);
    const again = await take(on, text);
    const acknowledgments = first.answers.filter(({ kind }) => kind !== '855');
    expect(again.answers.map((answer) => answer.text).toSorted()).toEqual(
      acknowledgments.map((answer) => answer.text).toSorted(),
    );
    expect(acknowledgments.map(({ kind }) => kind).toSorted()).toEqual(['997', 'TA1']);
    expect(again.answers.some(({ name }) => acknowledgments.some((one) => one.name === name))).toBe(false);
    // A third time: the first ones again, not the repeats of repeats.
    expect((await take(on, text)).answers).toHaveLength(2);
  });

  test('is entered when all of the first was refused and the agreement is mended', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ message, id }) =>
        message === '850' ? { message: '830', id: `${id}/x` } : {},
      ),
    );
    const text = order850('MEND-1', 1);
    expect((await take(on, text)).interchanges).toMatchObject([{ verdict: 'rejected' }]);
    expect(await ordersOf(on)).toEqual([]);
    await on.rows(
      `update agreement set body = jsonb_set(body, '{message}', '"850"') where id like 'brightmart/in/850/%'`,
    );
    await on.rows(`insert into configuration_version (hash, actor, at) values ('mended', 'test', now())`);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // a worker's view of the configuration is at most a second old
    expect((await take(on, text)).interchanges).toMatchObject([{ state: 'closed', verdict: 'accepted' }]);
    expect(await ordersOf(on)).toEqual(['MEND-1']);
  });

  test('twice at once: one is entered', async () => {
    const on = await testGateway();
    const text = order850('TWICE-1', 1);
    const offered = await Promise.all(Array.from({ length: 8 }, () => on.receive(channel, text)));
    expect(new Set(offered.map(({ transmissionId }) => transmissionId)).size).toBe(8);
    await on.settle();
    expect(on.failures).toEqual([]);
    expect(
      await on.rows(
        'select state, count(*)::int from raw_file where direction = $1 group by state order by state',
        'in',
      ),
    ).toEqual([
      { state: 'duplicate', count: 7 },
      { state: 'read', count: 1 },
    ]);
    expect(await ordersOf(on)).toEqual(['TWICE-1']);
  });

  test('offered again by its channel under one key is one transmission', async () => {
    const on = await testGateway();
    const offered = await Promise.all(
      Array.from({ length: 8 }, () => on.receive(channel, order850('KEY-1', 1), 'inode 7')),
    );
    expect(new Set(offered.map(({ transmissionId }) => transmissionId)).size).toBe(1);
    expect(offered.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await on.rows('select count(*)::int as count from raw_file')).toEqual([{ count: 1 }]);
    // Another channel's key is another key.
    expect(await on.receive('brightmart/web', order850('KEY-1', 1), 'inode 7')).toMatchObject({ isNew: true });
  });
});

describe('a control number again with other bytes (trap 39)', () => {
  test('is quarantined, and entered once an operator says so', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ acknowledgment }) => ({
        acknowledgment: { ...acknowledgment, ta1: 'always' },
      })),
    );
    const first = await take(on, order850('NUM-1', 100));
    const second = await take(on, order850('NUM-2', 100));
    expect(second.interchanges).toMatchObject([{ state: 'quarantined', reason: 'control-number-used', verdict: null }]);
    expect(second.answers).toEqual([]);
    expect(await problemsOf(on, second.interchanges[0]?.id)).toEqual([
      { code: 'interchange/control-number-used', earlier: first.interchanges[0]?.id },
    ]);
    expect(await ordersOf(on)).toEqual(['NUM-1']);
    // Held, it claims nothing: the same bytes once more are held as well.
    expect((await take(on, order850('NUM-2', 100))).interchanges).toMatchObject([{ state: 'quarantined' }]);

    const id = second.interchanges[0]?.id ?? '';
    await acceptInterchange(on.context, id, 'operator:ann', 'they restarted their counter');
    await expect(acceptInterchange(on.context, id, 'operator:ann', 'again')).rejects.toMatchObject({
      kind: 'usage-wrong',
    });
    await on.settle();
    expect(on.failures.splice(0)).toEqual([]);
    expect(await on.rows('select state, verdict from interchange where id = $1', id)).toEqual([
      { state: 'closed', verdict: 'accepted' },
    ]);
    expect(await ordersOf(on)).toEqual(['NUM-1', 'NUM-2']);
    const answers = await readAnswers(await on.outbox(outbox));
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(['855', '997', 'TA1']);
    expect(answers.find(({ kind }) => kind === 'TA1')?.segments).toEqual(['TA1*000000100*261122*0900*A*000']);
    expect(await on.rows(`select actor, reason from event where type = 'interchange/accepted-by-operator'`)).toEqual([
      { actor: 'operator:ann', reason: 'they restarted their counter' },
    ]);
    // Now it was entered: the same bytes are a duplicate.
    expect((await take(on, order850('NUM-2', 100))).file).toMatchObject({ state: 'duplicate' });
    // What an operator cannot lift: nobody knows whose it is.
    const stranger = await take(on, order850('NUM-3', 101, undefined, { sender: '9999999999' }));
    await expect(
      acceptInterchange(on.context, stranger.interchanges[0]?.id ?? '', 'operator:ann', 'so what'),
    ).rejects.toMatchObject({ kind: 'usage-wrong' });
    await expect(acceptInterchange(on.context, on.context.newId(), 'operator:ann', 'none')).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  test('is refused with TA1 025 and no 997 where that was agreed', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ duplicates }) => ({
        duplicates: { ...duplicates, controlNumber: 'reject' },
      })),
    );
    await take(on, order850('REF-1', 100));
    const second = await take(on, order850('REF-2', 100, undefined, { asksTa1: true }));
    expect(second.interchanges).toMatchObject([{ state: 'closed', verdict: 'rejected' }]);
    expect(second.answers.map(({ segments }) => segments)).toEqual([['TA1*000000100*261122*0900*R*025']]);
    expect(await ordersOf(on)).toEqual(['REF-1']);
  });

  test('is another one in another usage, and between other identities', async () => {
    const on = await testGateway();
    await take(on, order850('USE-1', 100));
    expect((await take(on, order850('USE-1', 100, undefined, { usage: 'T' }))).interchanges).toMatchObject([
      { verdict: 'accepted' },
    ]);
    expect(await on.rows('select usage, number from purchase_order order by usage')).toEqual([
      { usage: 'production', number: 'USE-1' },
      { usage: 'test', number: 'USE-1' },
    ]);
  });

  test('is used up by none of eight that come at once but one', async () => {
    const on = await testGateway();
    await Promise.all(Array.from({ length: 8 }, (_, index) => on.receive(channel, order850(`RACE-${index}`, 100))));
    await on.settleAtOnce();
    expect(on.failures).toEqual([]);
    expect(
      await on.rows(
        `select state, count(*)::int from interchange where direction = 'in' group by state order by state`,
      ),
    ).toEqual([
      { state: 'closed', count: 1 },
      { state: 'quarantined', count: 7 },
    ]);
    expect(await ordersOf(on)).toHaveLength(1);
  });
});

describe('a group number again (trap 39)', () => {
  const group = (number: string, interchangeNumber: number, groupNumber: number, functionalId = 'PO') =>
    order850(number, interchangeNumber)
      .replace(/GS\*PO\*([^*]*\*[^*]*\*[^*]*\*[^*]*)\*\d+\*/, `GS*${functionalId}*$1*${groupNumber}*`)
      .replace(/GE\*1\*\d+/, `GE*1*${groupNumber}`);

  test('is looked at only where that was agreed', async () => {
    const on = await testGateway();
    await take(on, group('GRP-1', 1, 7));
    expect((await take(on, group('GRP-2', 2, 7))).interchanges).toMatchObject([{ verdict: 'accepted' }]);
  });

  test('is refused with AK905 19 where it was, and takes nothing else with it', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ duplicates }) => ({
        duplicates: { ...duplicates, groupControlNumber: 'reject' },
      })),
    );
    await take(on, group('GRP-1', 1, 7));
    const second = await take(on, group('GRP-2', 2, 7));
    expect(second.interchanges).toMatchObject([{ state: 'closed', verdict: 'rejected' }]);
    expect(second.answers.map(({ segments }) => segments.slice(1, -1))).toEqual([
      ['AK1*PO*7', 'AK2*850*0001', 'AK5*R', 'AK9*R*1*1*0*19'],
    ]);
    // Numbers are counted apart by kind of group, and padding is no difference.
    const remittance = interchange('RA', 3, '820', [
      'BPR*I*0*C*NON************20261125',
      'TRN*1*NONE-1',
      'N1*PR*Brightmart Stores*1*611239000',
    ])
      .replace(/\*3\*X\*004010/, '*0007*X*004010')
      .replace('GE*1*3', 'GE*1*0007');
    expect((await take(on, remittance)).interchanges).toMatchObject([{ verdict: 'accepted' }]);
    const padded = group('GRP-3', 4, 7).replace('*7*X*', '*000000007*X*').replace('GE*1*7', 'GE*1*000000007');
    expect((await take(on, padded)).answers.map(({ segments }) => segments.at(-2))).toEqual(['AK9*R*1*1*0*19']);
    // Two groups in one interchange, one of them used: the other is entered.
    const one = group('GRP-4', 5, 8);
    const other = group('GRP-5', 5, 7);
    const both = one.replace(/IEA\*1/, `${other.slice(other.indexOf('GS*'), other.indexOf('IEA*'))}IEA*2`);
    const mixed = await take(on, both);
    expect(mixed.interchanges).toMatchObject([{ verdict: 'partially-accepted' }]);
    expect(
      mixed.answers
        .filter(({ kind }) => kind === '997')
        .map(({ segments }) => segments.at(-2))
        .toSorted(),
    ).toEqual(['AK9*A*1*1*1', 'AK9*R*1*1*0*19']);
    expect(await ordersOf(on)).toEqual(['GRP-1', 'GRP-4']);
    // What was refused used up nothing: mended, GRP-2 comes as group 9 in an interchange whose number was refused with it.
    expect((await take(on, group('GRP-2', 2, 9))).interchanges).toMatchObject([{ verdict: 'accepted' }]);
  });
});

describe('an order number again', () => {
  const lines = [line850(1, 2, '12.5', 'HT-1001')];
  const states = (on: TestGateway) =>
    on.rows<{ state: string; reason: string | null }>(
      `select state, state_reason as reason from document where kind = 'order' and direction = 'in' order by at, id`,
    );

  test('as an original is held by default', async () => {
    const on = await testGateway();
    await take(on, order850('AGAIN', 1, lines));
    const again = await take(on, order850('AGAIN', 2, lines));
    expect(again.answers.map(({ kind }) => kind)).toEqual(['997']);
    expect(await states(on)).toEqual([
      { state: 'processed', reason: null },
      { state: 'held', reason: expect.stringContaining('came again as an original') },
    ]);
    expect(await ordersOf(on)).toEqual(['AGAIN']);
  });

  test('as an original is rejected where that was agreed', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ duplicates }) => ({
        duplicates: { ...duplicates, orderNumber: 'reject' },
      })),
    );
    await take(on, order850('AGAIN', 1, lines));
    await take(on, order850('AGAIN', 2, lines));
    expect((await states(on)).map(({ state }) => state)).toEqual(['processed', 'rejected']);
  });
});
