import { describe, expect, test } from 'vitest';
import { ladderOf } from '../../src/flows/ladder.ts';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { operator } from '../http/operator.ts';
import { acknowledgmentOf, claim812, interchange, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/* What a buyer says of what we sent, beyond syntax: 824 and APERAK refuse, 812 claims. */
const channel = 'brightmart/folder';
const outbox = 'exchange/brightmart/outbox';
let control = 1;

async function take(on: TestGateway, text: string): Promise<string[]> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const left = [...(await on.outbox(outbox)).values()];
  expect(
    left.filter((text) => text.includes('AK5*R')),
    'what came was refused',
  ).toEqual([]);
  return left.filter((text) => !text.includes('ST*997'));
}

/** An order that was shipped and billed: INV0000001 over 125 USD, accepted by 997s. */
async function billed(on: TestGateway, number: string, accepted = ['856', '810']) {
  await take(on, order850(number, control++));
  const [row] = await on.rows<{ id: string }>('select id from purchase_order where number = $1', number);
  const id = row?.id ?? '';
  const shipment = { shipment: `S-${number}`, lines: [{ line: '1', quantity: '10' }] };
  await on.database.inTransaction((tx) => postShipment(on.context, tx, id, shipment, 'warehouse'));
  await on.settle();
  const sent = [...(await on.outbox(outbox)).values()];
  const find = (set: string) => (sent.find((text) => text.includes(`ST*${set}*`)) ?? '').replaceAll('\n', '');
  for (const set of accepted) await take(on, acknowledgmentOf(find(set), control++));
  return { id, notice: find('856'), invoice: find('810') };
}
const segmentNumber = (text: string, tag: string): number =>
  text
    .slice(text.indexOf('ST*'))
    .split('~')
    .findIndex((segment) => segment.startsWith(`${tag}*`)) + 1;
const advice824 = (segments: readonly string[]) =>
  interchange('AG', control++, '824', ['BGN*00*AA-1*20361123', 'N1*FR*BRIGHTMART', ...segments]);
const documents = (on: TestGateway, kind: string) =>
  on.rows(`select number, state, state_reason as reason from document where kind = $1 order by at, id`, kind);
const events = (on: TestGateway, type: string) =>
  on.rows<{ reason: string; data: { errors: { code: string; paths: string[] }[] } }>(
    'select reason, data from event where type = $1 order by id',
    type,
  );

describe('an 824', () => {
  test('that refuses our 810 lands on the invoice, and on the field it means', async () => {
    const on = await testGateway();
    const { id, invoice } = await billed(on, 'AD-1');
    await take(
      on,
      advice824([
        'OTI*TR*IV*INV0000001***20361122****810',
        `TED*010*TOTAL DOES NOT MATCH*TDS*${segmentNumber(invoice, 'TDS')}*1*610*12500*12400`,
      ]),
    );
    const reason = 'TOTAL DOES NOT MATCH (found 12500, wanted 12400).';
    expect(await documents(on, 'invoice')).toEqual([{ number: 'INV0000001', state: 'rejected', reason }]);
    expect(await documents(on, 'application-advice')).toMatchObject([{ number: 'AA-1', state: 'processed' }]);
    const [event] = await events(on, 'invoice/partner-rejected');
    expect(event?.reason).toBe(reason);
    expect(event?.data.errors).toMatchObject([{ code: 'total-wrong', paths: ['totals.due'] }]);
    const ladder = await ladderOf(on.database, id);
    expect(ladder?.rungs.find(({ rung }) => rung === 'invoice-acknowledged')).toMatchObject({
      state: 'failed',
      detail: 'rejected',
    });
  });

  test.each([
    ['comes late', 'A', ['A']],
    ['refused it too, and is mended', 'R', ['R', 'A']],
  ])('that refuses our 810 is not taken back by a 997 that %s', async (_, first, later) => {
    const on = await testGateway();
    const { id, invoice } = await billed(on, 'AD-0', ['856']);
    if (first === 'R') await take(on, acknowledgmentOf(invoice, control++, 'R'));
    await take(on, advice824(['OTI*TR*IV*INV0000001***20361122****810', 'TED*024*NOT OURS']));
    for (const verdict of later) await take(on, acknowledgmentOf(invoice, control++, verdict));
    expect(await documents(on, 'invoice')).toEqual([{ number: 'INV0000001', state: 'rejected', reason: 'NOT OURS.' }]);
    const ladder = await ladderOf(on.database, id);
    expect(ladder?.rungs.find(({ rung }) => rung === 'invoice-acknowledged')).toMatchObject({ state: 'failed' });
  });

  test('that refuses our 856 by the numbers it travelled under', async () => {
    const on = await testGateway();
    const { notice } = await billed(on, 'AD-2');
    const [, group = ''] = /GS\*SH\*[^*]*\*[^*]*\*\d+\*\d+\*(\d+)\*/.exec(notice) ?? [];
    const [, set = ''] = /ST\*856\*(\w+)/.exec(notice) ?? [];
    await take(
      on,
      advice824([
        `OTI*TR*MA*S-AD-2***20361122**${group}*${set}*856`,
        `TED*848*QUANTITY ABOVE ORDER*SN1*${segmentNumber(notice, 'SN1')}*2`,
      ]),
    );
    expect(await documents(on, 'ship-notice')).toMatchObject([{ number: 'S-AD-2', state: 'rejected' }]);
    const [event] = await events(on, 'ship-notice/partner-rejected');
    expect(event?.data.errors[0]?.paths.join()).toMatch(/^contents\[0\]\..*quantity/);
  });

  test('that accepts, or accepts with errors, leaves the state and shows what it says', async () => {
    const on = await testGateway();
    await billed(on, 'AD-3');
    const before = await documents(on, 'invoice');
    await take(on, advice824(['OTI*TA*IV*INV0000001***20361122****810']));
    await take(on, advice824(['OTI*TE*IV*INV0000001***20361122****810', 'TED*DTE*DATE IN THE FUTURE']));
    expect(await documents(on, 'invoice')).toEqual(before);
    expect(await events(on, 'invoice/partner-accepted')).toHaveLength(1);
    expect(await events(on, 'invoice/partner-accepted-with-errors')).toMatchObject([
      { reason: 'DATE IN THE FUTURE.', data: { errors: [{ code: 'date-wrong', paths: [] }] } },
    ]);
  });

  test('about nothing of ours is held for a person', async () => {
    const on = await testGateway();
    await take(on, advice824(['OTI*TR*IV*INV-OF-OTHERS***20361122****810', 'TED*010']));
    expect(await documents(on, 'application-advice')).toEqual([
      { number: 'AA-1', state: 'held', reason: 'No document of ours is known by INV-OF-OTHERS.' },
    ]);
  });

  test('of a test conversation does not touch a production invoice', async () => {
    const on = await testGateway();
    await billed(on, 'AD-4');
    const before = await documents(on, 'invoice');
    const text = interchange(
      'AG',
      control++,
      '824',
      ['BGN*00*AA-9*20361123', 'N1*FR*BRIGHTMART', 'OTI*TR*IV*INV0000001', 'TED*010'],
      {
        usage: 'T',
      },
    );
    await take(on, text);
    expect(await documents(on, 'invoice')).toEqual(before);
  });
});

describe('an invoice that was refused', () => {
  const invoiceId = async (on: TestGateway) => (await on.rows<{ id: string }>('select id from invoice'))[0]?.id ?? '';
  const correct = async (on: TestGateway, correction: object) => {
    const id = await invoiceId(on);
    const api = await operator(on);
    return api.post(`/invoices/${id}/corrections`, correction);
  };
  const refuse = (on: TestGateway) =>
    take(on, advice824(['OTI*TR*IV*INV0000001***20361122****810', 'TED*010*FREIGHT IS MISSING']));
  const freight = { kind: { code: 'charge' }, code: { code: 'freight' }, amount: '7.50' };

  test('is corrected and sent again with new control numbers; its open item takes the new amount, and the 820 pays it', async () => {
    const on = await testGateway();
    const { id, invoice } = await billed(on, 'CO-1');
    await refuse(on);
    expect(await correct(on, { charges: [freight], reason: 'freight was left out', by: 'dana' })).toMatchObject({
      status: 201,
      body: { number: 'INV0000001', due: '132.50' },
    });
    await on.settle();
    const [again = '', ...more] = [...(await on.outbox(outbox)).values()].filter((text) => text.includes('ST*810*'));
    expect(more).toEqual([]);
    const numbers = (text: string) => [/ISA(?:\*[^*]*){12}\*(\d{9})/.exec(text)?.[1], /ST\*810\*(\w+)/.exec(text)?.[1]];
    expect(numbers(again)[0]).not.toBe(numbers(invoice)[0]);
    expect(numbers(again)[1]).not.toBe(numbers(invoice)[1]);
    expect(again).toContain('TDS*13250~');
    expect(again).toMatch(/BIG\*\d+\*INV0000001\*/);
    expect(await on.rows('select number, amount_minor, remaining_minor from open_item')).toEqual([
      { number: 'INV0000001', amount_minor: 13250n, remaining_minor: 13250n },
    ]);
    expect(
      await on.rows(
        `select state, replaced_by is not null as replaced from document where kind = 'invoice' order by at, id`,
      ),
    ).toEqual([
      { state: 'rejected', replaced: true },
      { state: 'sent', replaced: false },
    ]);
    await take(on, acknowledgmentOf(again.replaceAll('\n', ''), control++));
    // The first one is refused once more, by the numbers it travelled under: that says nothing of the corrected one.
    const [, group = ''] = /GS\*IN\*[^*]*\*[^*]*\*\d+\*\d+\*(\d+)\*/.exec(invoice) ?? [];
    await take(on, advice824([`OTI*TR*IV*INV0000001***20361122**${group}*${numbers(invoice)[1]}*810`, 'TED*024*LATE']));
    expect(
      await on.rows(`select state, state_reason as reason from document where kind = 'invoice' order by at, id`),
    ).toEqual([
      { state: 'rejected', reason: 'LATE.' },
      { state: 'accepted', reason: null },
    ]);
    await take(
      on,
      interchange('RA', control++, '820', [
        'BPR*C*132.5*C*ACH*CTX***********20361125',
        'TRN*1*PAY-CO*1611239000',
        'N1*PR*Brightmart Stores*1*611239000',
        'ENT*1',
        'RMR*IV*INV0000001*PI*132.5*132.5*0',
      ]),
    );
    expect(await on.rows('select remaining_minor from open_item')).toEqual([{ remaining_minor: 0n }]);
    const ladder = await ladderOf(on.database, id);
    expect(ladder?.rungs.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(ladder?.rungs.filter(({ rung }) => rung === 'invoice-acknowledged').map(({ detail }) => detail)).toEqual([
      'rejected, corrected and sent again',
      'accepted',
    ]);
    const [event] = await on.rows(`select actor, reason from event where type = 'order/invoice-corrected'`);
    expect(event).toEqual({ actor: 'operator:dana', reason: 'freight was left out' });
  });

  test('bills less of what it billed, and the rest may be billed again', async () => {
    const on = await testGateway();
    await billed(on, 'CO-2');
    await refuse(on);
    expect(await correct(on, { lines: [{ line: '1', quantity: '8' }], reason: 'two came back' })).toMatchObject({
      status: 201,
      body: { due: '100.00', state: { status: 'shipped', lines: [{ invoiced: '8', shipped: '10' }] } },
    });
    await on.settle();
    await refuse(on);
    expect(await correct(on, { lines: [{ line: '1', quantity: '11' }], reason: 'more' })).toMatchObject({
      status: 422,
      body: { findings: [{ code: expect.stringMatching(/^(invoice|state)\//) }] },
    });
  });

  test('and is corrected again by the same words is told that it was, and stands', async () => {
    const on = await testGateway();
    await billed(on, 'CO-5');
    await refuse(on);
    const asked = { charges: [freight], reason: 'freight was left out' };
    expect(await correct(on, asked)).toMatchObject({ status: 201 });
    await on.settle();
    const [document] = await on.rows<{ id: string }>(`select document_id as id from invoice`);
    expect(await correct(on, asked)).toMatchObject({
      status: 409,
      body: {
        detail: 'Invoice INV0000001 was corrected already: it stands at 132.50 USD, sent, and was not refused since.',
        invoice: {
          id: await invoiceId(on),
          number: 'INV0000001',
          document: document?.id,
          state: 'sent',
          due: '132.50',
          currency: 'USD',
        },
      },
    });
    // Refused once more, it is corrected once more: by the same words too.
    await refuse(on);
    expect(await correct(on, asked)).toMatchObject({ status: 201 });
    expect(await on.rows(`select id from document where kind = 'invoice'`)).toHaveLength(3);
  });

  test('may have a number of its own; not one that is taken', async () => {
    const on = await testGateway();
    await billed(on, 'CO-3');
    await refuse(on);
    expect(await correct(on, { number: 'INV0000001-1', reason: 'their system wants a new one' })).toMatchObject({
      status: 201,
      body: { number: 'INV0000001-1', due: '125.00' },
    });
    expect(
      await on.rows('select v.number, o.number as item from invoice v join open_item o on o.invoice_id = v.id'),
    ).toEqual([{ number: 'INV0000001-1', item: 'INV0000001-1' }]);
  });

  test('only when it was refused, and only while no money lies on it', async () => {
    const on = await testGateway();
    await billed(on, 'CO-4');
    expect(await correct(on, { reason: 'just so' })).toMatchObject({
      status: 422,
      body: { findings: [{ code: 'invoice/not-rejected' }] },
    });
    await refuse(on);
    await on.rows('update open_item set remaining_minor = 100 returning id');
    expect(await correct(on, { reason: 'just so' })).toMatchObject({
      status: 422,
      body: { findings: [{ code: 'invoice/paid' }] },
    });
  });
});

describe('an 812', () => {
  test('opens a claim against the open item, with its reasons, and moves no money', async () => {
    const on = await testGateway();
    await billed(on, 'CL-1');
    await take(on, claim812(control++, 'CB-1', '2500', 'INV0000001'));
    expect(
      await on.rows(
        `select c.number, c.direction, c.currency, c.amount_minor, c.handling, c.state, o.number as item, v.number as invoice, c.reasons
         from claim c left join open_item o on o.id = c.open_item_id left join invoice v on v.id = c.invoice_id`,
      ),
    ).toEqual([
      {
        number: 'CB-1',
        direction: 'debit',
        currency: 'USD',
        amount_minor: 2500n,
        handling: 'deduct-next',
        state: 'open',
        item: 'INV0000001',
        invoice: 'INV0000001',
        reasons: [
          { code: 'quantity-contested', original: '06', direction: 'debit', line: '1', amount: '25.00', quantity: '2' },
        ],
      },
    ]);
    expect(await on.rows('select amount_minor, remaining_minor from open_item')).toEqual([
      { amount_minor: 12500n, remaining_minor: 12500n },
    ]);
    expect(
      await on.rows(
        `select o.object_kind as kind, o.qualifier from event e join event_object o on o.event_id = e.id where e.type = 'claim/opened' order by 1, 2`,
      ),
    ).toEqual([
      { kind: 'claim', qualifier: 'subject' },
      { kind: 'document', qualifier: 'source' },
      { kind: 'invoice', qualifier: 'claimed' },
      { kind: 'open-item', qualifier: 'claimed' },
      { kind: 'order', qualifier: 'concerned' },
    ]);
  });

  test('is disputed and closed by a person, with the reason', async () => {
    const on = await testGateway();
    await billed(on, 'CL-5');
    await take(on, claim812(control++, 'CB-5', '2500', 'INV0000001'));
    const api = await operator(on);
    const [{ id } = { id: '' }] = await on.rows<{ id: string }>('select id from claim');
    for (const state of ['disputed', 'closed'])
      expect(await api.post(`/claims/${id}/decision`, { state, reason: 'proof of delivery', by: 'ana' })).toMatchObject(
        {
          status: 200,
          body: { id, state },
        },
      );
    expect(
      await on.rows(
        `select type, actor, reason from event where type in ('claim/disputed', 'claim/closed') order by id`,
      ),
    ).toEqual([
      { type: 'claim/disputed', actor: 'operator:ana', reason: 'proof of delivery' },
      { type: 'claim/closed', actor: 'operator:ana', reason: 'proof of delivery' },
    ]);
    expect(await api.post(`/claims/${id}/decision`, { state: 'paid', reason: 'x' })).toMatchObject({ status: 400 });
  });

  test('that comes twice counts once; the second is held', async () => {
    const on = await testGateway();
    await billed(on, 'CL-2');
    await take(on, claim812(control++, 'CB-2', '2500', 'INV0000001'));
    await take(on, claim812(control++, 'CB-2', '2500', 'INV0000001'));
    expect(await on.rows('select number from claim')).toHaveLength(1);
    expect(await documents(on, 'debit-credit-advice')).toEqual([
      { number: 'CB-2', state: 'processed', reason: null },
      { number: 'CB-2', state: 'held', reason: 'A claim CB-2 was made before.' },
    ]);
  });

  test('over an invoice we do not know is kept, and says so', async () => {
    const on = await testGateway();
    await take(on, claim812(control++, 'CB-3', '2500', 'INV-OF-OTHERS'));
    expect(await on.rows('select number, open_item_id from claim')).toEqual([{ number: 'CB-3', open_item_id: null }]);
    expect(await documents(on, 'debit-credit-advice')).toMatchObject([
      { reason: 'No open item of ours is known as INV-OF-OTHERS.' },
    ]);
  });
});
