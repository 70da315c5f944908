import { describe, expect, test } from 'vitest';
import type { Rung } from '../../src/flows/ladder.ts';
import { withAgreements } from '../support/answers.ts';
import { acknowledgmentOf, claim812, interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { type Operator, operator } from './operator.ts';

/* What a buyer says after its order stands on the order's ladder: changes, refusals, claims. */
const channel = 'brightmart/folder';
let control = 1;

const twoLines = [line850(1, 10, '12.5', 'HT-1001'), line850(2, 4, '21.75', 'HT-1002')];
const change860 = (number: string, change: string, ...lines: readonly string[]) =>
  interchange('PC', control++, '860', [
    `BCH*04*SA*${number}**${change}*20261122*****20261124`,
    ...lines,
    `CTT*${lines.length}`,
  ]);
const poc = (line: number, action: string, quantity: number, price = '12.5', item = 'HT-1001') =>
  `POC*${line}*${action}*${quantity}*${quantity}*EA*${price}**VN*${item}`;

async function take(on: TestGateway, text: string): Promise<void> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  // Rungs stand in the order of time: let there be some.
  on.clock.move(1);
}
async function entered(on: TestGateway, number: string): Promise<string> {
  await take(on, order850(number, control++, twoLines));
  const [row] = await on.rows<{ id: string }>('select id from purchase_order where number = $1', number);
  return row?.id ?? '';
}
const rungsOf = async (api: Operator, id: string) => (await api.get(`/orders/${id}/ladder`)).body.rungs as Rung[];
const told = (rungs: readonly Rung[], name: RegExp) =>
  rungs.filter(({ rung }) => name.test(rung)).map(({ rung, state, message, detail }) => [rung, state, message, detail]);

describe('a changed order', () => {
  test('keeps the rungs of its 850, and has rungs of its own for each change', async () => {
    const on = await testGateway();
    const api = await operator(on);
    const id = await entered(on, 'L-1');
    const [before] = await rungsOf(api, id);
    await take(on, change860('L-1', '1', poc(1, 'QD', 7)));
    await api.post(`/orders/${id}/shipments`, {
      shipment: 'L-1-1',
      lines: [
        { line: '1', quantity: '7' },
        { line: '2', quantity: '4' },
      ],
    });
    await on.settle();
    on.clock.move(1);
    await take(
      on,
      change860('L-1', '2', poc(1, 'QD', 1), poc(2, 'DI', 4, '21.75', 'HT-1002'), poc(9, 'QI', 4, '1', 'HT-9')),
    );
    const rungs = await rungsOf(api, id);
    expect(rungs.filter(({ rung }) => rung === 'order-received')).toEqual([before]);
    expect(before).toMatchObject({ message: '850' });
    expect(rungs.map(({ rung }) => rung)).toEqual([
      'order-received',
      'order-acknowledged',
      'order-decided',
      'response-sent',
      'response-acknowledged',
      'change-received',
      'change-acknowledged',
      'change-answered',
      'change-answer-acknowledged',
      'shipped',
      'ship-notice-sent',
      'ship-notice-acknowledged',
      'invoice-sent',
      'invoice-acknowledged',
      'change-received',
      'change-acknowledged',
      'change-answered',
      'change-answer-acknowledged',
      'cash-applied',
    ]);
    expect(told(rungs, /^change-(received|acknowledged|answered)$/)).toEqual([
      ['change-received', 'met', '860', 'accepted'],
      ['change-acknowledged', 'met', '997', 'accepted'],
      ['change-answered', 'met', '865', 'accepted'],
      ['change-received', 'met', '860', 'accepted'],
      ['change-acknowledged', 'met', '997', 'accepted'],
      ['change-answered', 'met', '865', 'too late, shipped 7 of line 1, 4 of line 2'],
    ]);
  });

  test('that is cancelled tells so, and what comes after it is refused', async () => {
    const on = await testGateway();
    const api = await operator(on);
    const id = await entered(on, 'L-2');
    await take(on, interchange('PC', control++, '860', ['BCH*01*SA*L-2**1*20261122*****20261124']));
    await take(on, change860('L-2', '2', poc(1, 'QD', 7)));
    const rungs = await rungsOf(api, id);
    expect(rungs[0]).toMatchObject({ rung: 'order-received', message: '850' });
    expect(told(rungs, /^change-answered$/)).toEqual([
      ['change-answered', 'met', '865', 'accepted'],
      ['change-answered', 'met', '865', 'rejected: Order L-2 is cancelled: there is nothing to change.'],
    ]);
  });

  test('by a back office: open until it has decided, then the answer', async () => {
    const on = await testGateway(
      withAgreements('brightmart', 'in', ({ decision }) => ({
        decision: { ...decision, decideBy: 'back-office', announceUrl: null },
      })),
    );
    const api = await operator(on);
    const id = await entered(on, 'L-3');
    await api.post(`/orders/${id}/decision`, { decision: 'accept' });
    await on.settle();
    await take(on, change860('L-3', '1', poc(1, 'QD', 7)));
    expect(told(await rungsOf(api, id), /^change-answered$/)).toEqual([
      ['change-answered', 'open', null, 'Order L-3 is to be changed: the back office decides.'],
    ]);
    const [held] = await api.items('/documents?kind=order-change');
    await api.post(`/orders/${id}/changes`, { change: held?.id, decision: { decision: 'accept' } });
    await on.settle();
    expect(told(await rungsOf(api, id), /^change-answered$/)).toEqual([['change-answered', 'met', '865', 'accepted']]);
  });

  test('of a partner that gets no answer still tells what became of the change', async () => {
    const on = await testGateway((configuration) => ({
      ...configuration,
      agreements: configuration.agreements.filter(({ message }) => message !== '865' && message !== '855'),
    }));
    const api = await operator(on);
    const id = await entered(on, 'L-4');
    await take(on, change860('L-4', '1', poc(1, 'QD', 7)));
    expect(told(await rungsOf(api, id), /^change-answer/)).toEqual([['change-answered', 'met', null, 'accepted']]);
  });
});

test('a refusal of our invoice and a claim on it stand on the ladder, with what a person made of them', async () => {
  const on = await testGateway();
  const api = await operator(on);
  const id = await entered(on, 'L-5');
  await api.post(`/orders/${id}/shipments`, { shipment: 'L-5-1', lines: [{ line: '1', quantity: '10' }] });
  await on.settle();
  on.clock.move(1);
  const sent = [...(await on.outbox('exchange/brightmart/outbox')).values()].find((text) => text.includes('ST*810*'));
  await take(on, acknowledgmentOf((sent ?? '').replaceAll('\n', ''), control++));
  await take(
    on,
    interchange('AG', control++, '824', [
      'BGN*00*AA-1*20361123',
      'N1*FR*BRIGHTMART',
      'OTI*TR*IV*INV0000001***20361122****810',
      'TED*010*FREIGHT IS MISSING',
    ]),
  );
  const invoiceAnswers = async () => told(await rungsOf(api, id), /^invoice-acknowledged$/);
  expect(await invoiceAnswers()).toEqual([['invoice-acknowledged', 'failed', '997', 'rejected']]);
  const [invoice] = await api.items('/invoices');
  await api.post(`/invoices/${String(invoice?.id)}/corrections`, { reason: 'as they wish' });
  await on.settle();
  on.clock.move(1);
  expect(await invoiceAnswers()).toMatchObject([
    ['invoice-acknowledged', 'met', '997', 'rejected, corrected and sent again'],
    ['invoice-acknowledged', 'open', null, expect.stringMatching(/^not answered, due/)],
  ]);
  await take(on, claim812(control++, 'CB-1', '2500', 'INV0000001'));
  const claimed = async () => told(await rungsOf(api, id), /^(advice|claim)-/);
  expect(await claimed()).toEqual([
    ['advice-received', 'met', '824', 'invoice INV0000001 rejected: FREIGHT IS MISSING.'],
    ['advice-acknowledged', 'met', '997', 'accepted'],
    ['claim-received', 'met', '812', 'debit 25.00 USD on INV0000001'],
    ['claim-acknowledged', 'met', '997', 'accepted'],
    ['claim-decided', 'open', null, 'CB-1 open'],
  ]);
  const [claim] = await api.items('/claims');
  await api.post(`/claims/${String(claim?.id)}/decision`, { state: 'accepted', reason: 'two were damaged' });
  expect((await claimed()).at(-1)).toEqual(['claim-decided', 'met', null, 'CB-1 accepted: two were damaged']);
  // What is kept back and given up is cash that never came: it stands beside the cash that did.
  await take(
    on,
    interchange('RA', control++, '820', [
      'BPR*C*100*C*ACH*CTX***********20361125',
      'TRN*1*PAY-L5*1611239000',
      'N1*PR*Brightmart Stores*1*611239000',
      'ENT*1',
      'RMR*IV*INV0000001*PP*100*125*0',
    ]),
  );
  const [remittance] = await api.items('/remittances');
  const settled = await api.post(`/remittances/${String(remittance?.id)}/settlements`, {
    applications: [{ openItem: invoice?.openItem, deduction: '25.00', deductionCode: 'damaged' }],
    reason: 'claim CB-1',
  });
  expect(settled).toMatchObject({ status: 201 });
  expect(told(await rungsOf(api, id), /^cash/)).toEqual([
    ['cash-applied', 'met', null, '100.00 USD on INV0000001, 0.00 open'],
    ['cash-applied', 'met', null, '25.00 USD given up (damaged) on INV0000001, 0.00 open'],
  ]);
});
