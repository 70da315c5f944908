import { describe, expect, test } from 'vitest';
import { ladderOf } from '../../src/flows/ladder.ts';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { acknowledgmentOf, interchange, order850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';

const outbox = 'exchange/brightmart/outbox';

describe('the road from an 850 to cash', async () => {
  const gateway = await testGateway();
  const { database, context } = gateway;
  let orderId = '';

  test('an 850 is answered with a 997 and an 855', async () => {
    await gateway.receive('brightmart/folder', order850('PO-1', 101));
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    const texts = [...(await gateway.outbox(outbox)).values()];
    expect(texts).toHaveLength(2);
    const [response = '', acknowledgment = ''] = texts.toSorted((a, b) =>
      a.includes('ST*855') ? -1 : b.includes('ST*855') ? 1 : 0,
    );
    expect(acknowledgment).toContain('AK1*PO*101~\nAK2*850*0001~\nAK5*A~\nAK9*A*1*1*1~\n');
    expect(response).toContain('BAK*00*AD*PO-1*20261122');
    expect(response).toContain('PO1*1*10*EA*12.5**VN*HT-1001~\nACK*IA*10*EA~\n');
    const [row] = await gateway.rows<{ id: string; state: string }>('select id, state from purchase_order');
    expect(row?.state).toBe('decided');
    orderId = row?.id ?? '';
    await gateway.receive('brightmart/folder', acknowledgmentOf(response, 102));
    await gateway.settle();
  });

  test('a shipment is told with an 856 and billed with an 810, in that order', async () => {
    const posted = await database.inTransaction((tx) =>
      postShipment(
        context,
        tx,
        orderId,
        {
          shipment: 'S-1',
          packs: [{ contents: [{ line: '1', quantity: '6' }] }, { contents: [{ line: '1', quantity: '4' }] }],
        },
        'back-office',
      ),
    );
    expect(posted).toMatchObject({ ok: true, value: { number: 'S-1', invoiceNumber: 'INV0000001' } });
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    const texts = [...(await gateway.outbox(outbox)).values()];
    const notice = texts.find((text) => text.includes('ST*856')) ?? '';
    const invoice = texts.find((text) => text.includes('ST*810')) ?? '';
    expect(notice).toMatch(/BSN\*00\*S-1\*20361122\*1000\d*\*0001~/);
    expect(notice.match(/MAN\*GM\*\d{20}~/g)).toHaveLength(2);
    expect(notice.match(/SN1\*\*\d+\*EA/g)).toEqual(['SN1**6*EA', 'SN1**4*EA']);
    expect(invoice).toContain('BIG*20361122*INV0000001*20261122*PO-1');
    expect(invoice).toContain('TDS*12500~');
    const number = (text: string) => Number(/^ISA(?:\*[^*]*){12}\*(\d{9})/.exec(text)?.[1]);
    expect(number(notice)).toBeLessThan(number(invoice));
    await gateway.receive('brightmart/folder', acknowledgmentOf(notice, 103));
    await gateway.receive('brightmart/folder', acknowledgmentOf(invoice, 104));
    await gateway.settle();
  });

  test('an 820 settles the invoice', async () => {
    await gateway.receive(
      'brightmart/folder',
      interchange('RA', 105, '820', [
        'BPR*C*125*C*ACH*CTX***********20261125',
        'TRN*1*PAY-1*1611239000',
        'N1*PR*Brightmart Stores*1*611239000',
        'ENT*1',
        'RMR*IV*INV0000001*PI*125*125*0',
      ]),
    );
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    expect(await gateway.rows('select number, amount_minor, remaining_minor from open_item')).toEqual([
      { number: 'INV0000001', amount_minor: 12500n, remaining_minor: 0n },
    ]);
    const [answer = ''] = [...(await gateway.outbox(outbox)).values()];
    expect(answer).toContain('AK1*RA*105~');
  });

  test('every rung of the ladder is met', async () => {
    const ladder = await ladderOf(database, orderId);
    expect(ladder?.rungs.map(({ rung, state }) => `${rung} ${state}`)).toEqual([
      'order-received met',
      'order-acknowledged met',
      'order-decided met',
      'response-sent met',
      'response-acknowledged met',
      'shipped met',
      'ship-notice-sent met',
      'ship-notice-acknowledged met',
      'invoice-sent met',
      'invoice-acknowledged met',
      'remittance-received met',
      'remittance-acknowledged met',
      'cash-applied met',
    ]);
    expect(await gateway.rows(`select kind, state from expectation where state <> 'met'`)).toEqual([]);
  });
});
