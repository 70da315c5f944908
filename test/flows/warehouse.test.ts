import { describe, expect, test } from 'vitest';
import type { Agreement, Configuration } from '../../src/partners/configuration.ts';
import { DOCUMENT_OF_MESSAGE } from '../../src/partners/defaults.ts';
import { interchange, line850, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/* A warehouse that ships for us (945), and messages that are kept to be read. The example retailer plays it: who sends is a matter of agreements. */
const channel = 'brightmart/folder';
const outbox = 'exchange/brightmart/outbox';
let control = 1;

const receiving =
  (...messages: readonly string[]) =>
  (configuration: Configuration): Configuration => ({
    ...configuration,
    agreements: configuration.agreements.flatMap((agreement): Agreement[] => [
      agreement,
      ...(agreement.id.startsWith('brightmart/in/820')
        ? messages.map((message) => ({
            ...agreement,
            id: agreement.id.replace('820', message),
            message,
            map: `x12/004010/${message}`,
            document: DOCUMENT_OF_MESSAGE[message] ?? agreement.document,
          }))
        : []),
    ]),
  });

async function take(on: TestGateway, text: string): Promise<string[]> {
  await on.receive(channel, text);
  await on.settle();
  expect(on.failures.splice(0)).toEqual([]);
  const left = [...(await on.outbox(outbox)).values()];
  expect(left.filter((one) => one.includes('AK5*R'))).toEqual([]);
  return left.filter((one) => !one.includes('ST*997'));
}
const shipped945 = (order: string, lines: readonly string[], total: number) =>
  interchange('SW', control++, '945', [
    `W06*F*WO-1*20361123*SHP-${order}**${order}`,
    'N1*ST*STORE 12*92*0012',
    'W27*M*CNWY',
    ...lines,
    `W03*${total}`,
  ]);
const line945 = (number: number, ordered: number, quantity: number, item: string, sscc?: string) => [
  `LX*${number}`,
  ...(sscc === undefined ? [] : [`MAN*GM*${sscc}`]),
  `W12*${ordered === quantity ? 'CC' : 'PR'}*${ordered}*${quantity}*${ordered - quantity}*EA**VN*${item}`,
];
const held = (on: TestGateway) =>
  on.rows(`select state, state_reason as reason from document where kind = 'warehouse-shipment'`);

describe('a 945', () => {
  const twoLines = [line850(1, 10, '12.5', 'HT-1001'), line850(2, 4, '21.75', 'HT-1002')];

  test('ships the order: 856 under the labels of the warehouse, and 810 of what left', async () => {
    const on = await testGateway(receiving('945'));
    await take(on, order850('WH-1', control++, twoLines));
    const lines = [
      ...line945(1, 10, 10, 'HT-1001', '006141410000007776'),
      ...line945(2, 4, 3, 'HT-1002', '006141410000007783'),
    ];
    const left = await take(on, shipped945('WH-1', lines, 13));
    const notice = left.find((text) => text.includes('ST*856')) ?? '';
    expect(notice).toContain('BSN*00*SHP-WH-1*');
    expect(notice.match(/MAN\*GM\*\d+/g)).toEqual(['MAN*GM*00006141410000007776', 'MAN*GM*00006141410000007783']);
    expect(notice.match(/SN1\*\*\d+\*EA/g)).toEqual(['SN1**10*EA', 'SN1**3*EA']);
    expect(left.find((text) => text.includes('ST*810'))).toContain('TDS*19025~');
    expect(await on.rows('select state from purchase_order')).toEqual([{ state: 'partly-shipped' }]);
    expect(await held(on)).toEqual([{ state: 'processed', reason: null }]);
  });

  test('without labels ships lines', async () => {
    const on = await testGateway(receiving('945'));
    await take(on, order850('WH-2', control++));
    const left = await take(on, shipped945('WH-2', line945(1, 10, 10, 'HT-1001'), 10));
    expect(left.find((text) => text.includes('ST*856'))).toContain('SN1**10*EA');
    expect(await on.rows('select state from purchase_order')).toEqual([{ state: 'invoiced' }]);
  });

  test.each([
    [
      'an order we do not know',
      'WH-X',
      'HT-1001',
      10,
      'The warehouse shipped WH-X or WO-1, which is no order of ours.',
    ],
    ['goods nobody ordered', 'WH-3', 'HT-4001', 10, 'Line 1 of the warehouse fits no line of order WH-3.'],
    ['more than is promised', 'WH-3', 'HT-1001', 11, expect.stringContaining('Line 1')],
    ['nothing', 'WH-3', 'HT-1001', 0, 'The warehouse shipped nothing of order WH-3.'],
  ])('of %s is held, and ships nothing', async (_what, order, item, quantity, reason) => {
    const on = await testGateway(receiving('945'));
    await take(on, order850('WH-3', control++));
    expect(await take(on, shipped945(order, line945(1, 10, quantity, item), quantity))).toEqual([]);
    expect(await held(on)).toEqual([{ state: 'held', reason }]);
    expect(await on.rows('select id from shipment')).toEqual([]);
  });

  test('that comes twice under new numbers ships once', async () => {
    const on = await testGateway(receiving('945'));
    await take(on, order850('WH-4', control++));
    await take(on, shipped945('WH-4', line945(1, 10, 4, 'HT-1001'), 4));
    await take(on, shipped945('WH-4', line945(1, 10, 4, 'HT-1001'), 4));
    expect(await on.rows('select number from shipment')).toEqual([{ number: 'SHP-WH-4' }]);
  });
});

test('a text message is kept as a document, and told by an event', async () => {
  const on = await testGateway(receiving('864'));
  await take(
    on,
    interchange('TX', control++, '864', [
      'BMG*00*CLOSED IN MAY',
      'N1*FR*BRIGHTMART',
      'MIT*1*RAMP 3',
      'MSG*Ramp 3 is closed.',
    ]),
  );
  expect(await on.rows(`select state from document where kind = 'text-message'`)).toEqual([{ state: 'processed' }]);
  expect(await on.rows(`select actor from event where type = 'text-message/received'`)).toEqual([
    { actor: 'partner:brightmart' },
  ]);
});
