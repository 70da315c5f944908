import { describe, expect, test } from 'vitest';
import type { Agreement, Configuration } from '../../src/partners/configuration.ts';
import { claim812, interchange, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { type Operator, operator } from './operator.ts';

/* What buyers and warehouses say and no rule could tie is held; a person releases it, with a reason. */
const channel = 'brightmart/folder';
let control = 1;

async function take(on: TestGateway, text: string): Promise<void> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
}

async function entered(on: TestGateway, number: string): Promise<string> {
  await take(on, order850(number, control++));
  const [row] = await on.rows<{ id: string }>('select id from purchase_order where number = $1', number);
  return row?.id ?? '';
}

/** Shipped and billed: INV0000001 over 125 USD. */
async function billed(on: TestGateway, api: Operator, number: string): Promise<void> {
  const id = await entered(on, number);
  await api.post(`/orders/${id}/shipments`, { shipment: `S-${number}`, lines: [{ line: '1', quantity: '10' }] });
  await on.settle();
}

const heldOf = async (api: Operator, kind: string) => {
  const [held] = await api.items(`/documents?kind=${kind}&state=held`);
  return String(held?.id);
};
const release = (api: Operator, id: string, act: string, means?: string) =>
  api.post(`/documents/${id}/release`, {
    act,
    reason: 'asked the buyer',
    by: 'Ann',
    ...(means !== undefined && { means }),
  });
const releases = (on: TestGateway) =>
  on.rows(`select actor, reason, data ->> 'act' as act from event where type = 'document/released' order by id`);
const advice824 = (...otis: readonly string[]) =>
  interchange('AG', control++, '824', ['BGN*00*AA-1*20361123', 'N1*FR*BRIGHTMART', ...otis]);
const refusing = (invoice: string) => [`OTI*TR*IV*${invoice}***20361122****810`, 'TED*010*TOTAL IS WRONG'];

describe('a held 824', () => {
  test('is looked at again when what it means has been made', async () => {
    const on = await testGateway();
    const api = await operator(on);
    await take(on, advice824(...refusing('INV0000001')));
    const id = await heldOf(api, 'application-advice');
    expect(await release(api, id, 'retry')).toMatchObject({
      status: 409,
      body: { detail: 'No document of ours is known by INV0000001.' },
    });
    expect(await api.items('/documents?state=held')).toHaveLength(1);
    await billed(on, api, 'HM-1');
    expect(await release(api, id, 'retry')).toMatchObject({ status: 200, body: { state: 'processed' } });
    expect(await on.rows(`select state, state_reason as reason from document where kind = 'invoice'`)).toEqual([
      { state: 'rejected', reason: 'TOTAL IS WRONG.' },
    ]);
    expect(await releases(on)).toEqual([{ actor: 'operator:Ann', reason: 'asked the buyer', act: 'retry' }]);
  });

  test('means what a person says it means, and judges nothing twice', async () => {
    const on = await testGateway();
    const api = await operator(on);
    await billed(on, api, 'HM-2');
    await billed(on, api, 'HM-3');
    await take(on, advice824(...refusing('INV0000001'), ...refusing('INV-OF-OTHERS')));
    const [first, second] = (await api.items('/invoices')).toReversed();
    // The first was put right meanwhile: what it meant by that number is not the invoice that stands now.
    await api.post(`/invoices/${String(first?.id)}/corrections`, { reason: 'put right' });
    await on.settle();
    const id = await heldOf(api, 'application-advice');
    expect(await release(api, id, 'enter')).toMatchObject({
      status: 409,
      body: { detail: 'Say in "means" which document of ours is meant.' },
    });
    const order = (await api.items('/orders'))[0];
    expect(await release(api, id, 'enter', String(order?.id))).toMatchObject({ status: 409 });
    expect(await release(api, id, 'enter', String(second?.document))).toMatchObject({ status: 200 });
    expect(
      await on.rows(
        `select number, state, replaced_by is not null as replaced from document where kind = 'invoice' order by at, id`,
      ),
    ).toEqual([
      { number: 'INV0000001', state: 'rejected', replaced: true },
      { number: 'INV0000002', state: 'rejected', replaced: false },
      { number: 'INV0000001', state: 'sent', replaced: false },
    ]);
    expect(await on.rows(`select id from event where type = 'invoice/partner-rejected'`)).toHaveLength(2);
  });

  test('is set aside; replacing nothing, it cannot replace', async () => {
    const on = await testGateway();
    const api = await operator(on);
    await take(on, advice824(...refusing('INV-OF-OTHERS')));
    const id = await heldOf(api, 'application-advice');
    expect(await release(api, id, 'replace')).toMatchObject({ status: 409 });
    expect(await release(api, id, 'set-aside')).toMatchObject({ status: 200, body: { state: 'processed' } });
    expect(await release(api, id, 'retry')).toMatchObject({ status: 409 });
  });
});

describe('a held 812', () => {
  test('under a known number is another claim when a person says so', async () => {
    const on = await testGateway();
    const api = await operator(on);
    await billed(on, api, 'HM-4');
    await take(on, claim812(control++, 'CB-1', '2500', 'INV0000001'));
    await take(on, claim812(control++, 'CB-1', '1250', 'INV0000001'));
    const id = await heldOf(api, 'debit-credit-advice');
    expect(await release(api, id, 'retry')).toMatchObject({
      status: 409,
      body: { detail: 'A claim CB-1 was made before.' },
    });
    expect(await release(api, id, 'enter')).toMatchObject({ status: 200, body: { state: 'processed' } });
    expect((await api.items('/claims')).map(({ number, amount }) => [number, amount])).toEqual([
      ['CB-1', '12.50'],
      ['CB-1', '25.00'],
    ]);
  });

  test('whose amount is no money is not, whoever says so', async () => {
    const on = await testGateway();
    const api = await operator(on);
    await billed(on, api, 'HM-5');
    await take(on, claim812(control++, 'CB-2', '-2500', 'INV0000001'));
    const id = await heldOf(api, 'debit-credit-advice');
    expect(await release(api, id, 'enter')).toMatchObject({
      status: 409,
      body: { detail: 'Claim CB-2 is over -25.00 USD, which is no amount of money.' },
    });
    expect(await api.items('/claims')).toEqual([]);
  });
});

const with945 = (configuration: Configuration): Configuration => ({
  ...configuration,
  agreements: configuration.agreements.flatMap((agreement): Agreement[] => [
    agreement,
    ...(agreement.id.startsWith('brightmart/in/820')
      ? [
          {
            ...agreement,
            id: agreement.id.replace('820', '945'),
            message: '945',
            map: 'x12/004010/945',
            document: 'warehouse-shipment' as const,
          },
        ]
      : []),
  ]),
});
const shipped945 = (order: string, quantity: number) =>
  interchange('SW', control++, '945', [
    `W06*F*WO-1*20361123*SHP-${order}**${order}`,
    'N1*ST*STORE 12*92*0012',
    'LX*1',
    `W12*CC*10*${quantity}*0*EA**VN*HT-1001`,
    `W03*${quantity}`,
  ]);

describe('a held 945', () => {
  test('ships the order a person names, of this company and usage', async () => {
    const on = await testGateway(with945);
    const api = await operator(on);
    const order = await entered(on, 'HM-7');
    await take(on, shipped945('SPELLED-OTHERWISE', 10));
    const id = await heldOf(api, 'warehouse-shipment');
    expect(await release(api, id, 'retry')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('which we never told it to ship') },
    });
    expect(await release(api, id, 'enter')).toMatchObject({
      status: 409,
      body: { detail: 'Say in "means" which order is meant.' },
    });
    expect(await release(api, id, 'enter', '00000000-0000-7000-8000-000000000000')).toMatchObject({ status: 409 });
    expect(await release(api, id, 'enter', order)).toMatchObject({ status: 200 });
    expect((await api.get(`/orders/${order}`)).body).toMatchObject({ state: 'invoiced' });
  });

  test('that ships more than is promised stays held, and nothing has moved', async () => {
    const on = await testGateway(with945);
    const api = await operator(on);
    const order = await entered(on, 'HM-8');
    await take(on, shipped945('HM-8', 11));
    const id = await heldOf(api, 'warehouse-shipment');
    expect(await release(api, id, 'enter', order)).toMatchObject({ status: 409 });
    expect((await api.get(`/orders/${order}`)).body).toMatchObject({ state: 'decided' });
    expect(await api.items('/documents?state=held')).toHaveLength(1);
    expect(await releases(on)).toEqual([]);
  });
});

test('a held change of an order is decided, not set aside: its buyer is owed an answer', async () => {
  const on = await testGateway((configuration) => ({
    ...configuration,
    agreements: configuration.agreements.map((agreement) =>
      agreement.message === '850'
        ? { ...agreement, decision: { ...agreement.decision, decideBy: 'back-office', announceUrl: null } }
        : agreement,
    ),
  }));
  const api = await operator(on);
  const order = await entered(on, 'HM-9');
  await api.post(`/orders/${order}/decision`, { decision: 'accept' });
  await on.settle();
  await take(
    on,
    interchange('PC', control++, '860', [
      'BCH*04*SA*HM-9**1*20261122*****20261124',
      'POC*1*QD*7*7*EA*12.5**VN*HT-1001',
      'CTT*1',
    ]),
  );
  const id = await heldOf(api, 'order-change');
  for (const act of ['set-aside', 'retry', 'enter'])
    expect(await release(api, id, act)).toMatchObject({
      status: 409,
      body: { detail: 'A change of an order is decided: POST /orders/:id/changes.' },
    });
});
