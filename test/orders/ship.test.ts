import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { ShipNotice } from '../../src/documents/ship-notice.ts';
import { decisionFrom } from '../../src/orders/decision.ts';
import { decideOrder, receivedOrder, shipOrder } from '../../src/orders/order-state.ts';
import { checkShipment, ShipmentRequest, shippedLines, ssccsWanted } from '../../src/orders/ship.ts';
import { toShipNotice } from '../../src/orders/ship-notice.ts';
import { ssccOf } from '../../src/orders/sscc.ts';
import { lineOf, orderOf } from './orders.ts';

const ajv = new Ajv({ strict: true });
const one = orderOf([lineOf('10'), lineOf('4', { number: '2', description: 'Lamp, red' })], {
  parties: [
    { role: { code: 'ship-to', original: 'ST' }, name: 'Store 12' },
    { role: { code: 'buyer', original: 'BY' }, name: 'Buyer' },
  ],
  carriage: { payment: { code: 'collect', original: 'CC' } },
});
const two = orderOf([lineOf('3')], { number: 'PO-1002' });
const decided = (order: typeof one) => {
  const decision = decisionFrom(order, { decision: 'accept' });
  const state = decision.ok ? decideOrder(receivedOrder(order), decision.value) : decision;
  if (!state.ok) throw new Error('the fixture does not hold');
  return state.value;
};
const states = [decided(one), decided(two)];
const policy = { overShipPercent: '0' };
const line = (number: string, quantity: string, order?: string) => ({
  line: number,
  quantity,
  ...(order !== undefined && { order }),
});
const request = (more: Partial<ShipmentRequest>): ShipmentRequest => ({ shipment: 'S-1', ...more });

describe('what a back office posts', () => {
  const isRequest = ajv.compile(ShipmentRequest);
  test.each`
    body                                                                                                                                         | fine
    ${{ shipment: 'S-1', lines: [line('1', '10')] }}                                                                                             | ${true}
    ${{ shipment: 'S-1', packs: [{ contents: [line('1', '10')] }] }}                                                                             | ${true}
    ${{ shipment: 'S-1', shippedOn: '2026-03-11T14:30', lines: [line('1', '1')], carrier: { id: { scheme: { code: 'scac' }, value: 'ABCD' } } }} | ${true}
    ${{ lines: [line('1', '10')] }}                                                                                                              | ${false}
    ${{ shipment: 'S-1', lines: [{ line: '1', quantity: 10 }] }}                                                                                 | ${false}
    ${{ shipment: 'S-1', packs: [{ sscc: '123' }] }}                                                                                             | ${false}
    ${{ shipment: 'S-1', shippedOn: 'tomorrow', lines: [line('1', '1')] }}                                                                       | ${false}
  `('$body is a shipment: $fine', ({ body, fine }) => expect(isRequest(body)).toBe(fine));
});

const carton = (id: string, contents: ReturnType<typeof line>[], more = {}) => ({ id, contents, ...more });
test.each`
  what                           | body                                                                                                           | codes
  ${'all of it'}                 | ${{ lines: [line('1', '10'), line('2', '4')] }}                                                                | ${[]}
  ${'some of it'}                | ${{ lines: [line('1', '0.5')] }}                                                                               | ${[]}
  ${'two orders'}                | ${{ lines: [line('1', '1'), line('1', '3', 'PO-1002')] }}                                                      | ${[]}
  ${'packs'}                     | ${{ packs: [carton('a', [line('1', '6')]), carton('b', [line('1', '4')])] }}                                   | ${[]}
  ${'a pallet of cartons'}       | ${{ packs: [{ id: 'p' }, carton('a', [line('1', '6')], { parent: 'p' })] }}                                    | ${[]}
  ${'nothing'}                   | ${{}}                                                                                                          | ${['shipment/empty']}
  ${'too much'}                  | ${{ lines: [line('1', '6'), line('1', '5')] }}                                                                 | ${['shipment/over-shipped']}
  ${'too much over packs'}       | ${{ packs: [carton('a', [line('2', '3')]), carton('b', [line('2', '2')])] }}                                   | ${['shipment/over-shipped']}
  ${'an unknown line and order'} | ${{ lines: [line('9', '1'), line('1', '1', 'PO-9')] }}                                                         | ${['shipment/unknown-line', 'shipment/unknown-order']}
  ${'no quantity'}               | ${{ lines: [line('1', '0'), line('2', '-1')] }}                                                                | ${['shipment/quantity-malformed', 'shipment/quantity-malformed']}
  ${'an empty pack'}             | ${{ packs: [{ id: 'a' }, carton('b', [line('1', '1')])] }}                                                     | ${['shipment/pack-empty']}
  ${'one pack twice'}            | ${{ packs: [carton('a', [line('1', '1')]), carton('a', [line('1', '1')])] }}                                   | ${['shipment/pack-duplicate']}
  ${'a pack on nothing'}         | ${{ packs: [carton('a', [line('1', '1')], { parent: 'x' })] }}                                                 | ${['shipment/pack-unknown-parent']}
  ${'a pack on itself'}          | ${{ packs: [carton('a', [line('1', '1')], { parent: 'a' })] }}                                                 | ${['shipment/pack-circle']}
  ${'packs in a circle'}         | ${{ packs: [carton('a', [line('1', '1')], { parent: 'b' }), carton('b', [line('1', '1')], { parent: 'a' })] }} | ${['shipment/pack-circle', 'shipment/pack-circle']}
  ${'a wrong SSCC'}              | ${{ packs: [carton('a', [line('1', '1')], { sscc: '106141411234567890' })] }}                                  | ${['shipment/sscc-invalid']}
  ${'one SSCC twice'}            | ${{ packs: ['a', 'b'].map((id) => carton(id, [line('1', '1')], { sscc: '106141411234567897' })) }}             | ${['shipment/pack-duplicate']}
  ${'packs and lines'}           | ${{ packs: [carton('a', [line('1', '1')])], lines: [line('2', '1')] }}                                         | ${['shipment/packs-and-lines']}
  ${'a day that is none'}        | ${{ shippedOn: '2026-02-30', lines: [line('1', '1')] }}                                                        | ${['shipment/date-invalid']}
`('a shipment of $what: $codes', ({ body, codes }) => {
  expect(checkShipment(states, request(body), policy).map(({ code }) => code)).toEqual(codes);
});

test('nothing leaves before the order is decided', () => {
  const codes = checkShipment([receivedOrder(one)], request({ lines: [line('1', '1')] }), policy).map(
    ({ code }) => code,
  );
  expect(codes).toEqual(['shipment/order-not-decided']);
});

test('the second shipment may hold what the first left open, and no more', () => {
  const [state] = states;
  if (state === undefined) throw new Error('no order');
  const after = shipOrder(state, [{ line: '1', quantity: '6' }]);
  if (!after.ok) throw new Error('the first shipment was refused');
  expect(checkShipment([after.value], request({ lines: [line('1', '4')] }), policy)).toEqual([]);
  expect(checkShipment([after.value], request({ lines: [line('1', '5')] }), policy)).toMatchObject([
    { code: 'shipment/over-shipped', found: '5', expected: '4' },
  ]);
});

describe('the ship notice', () => {
  const isNotice = ajv.compile(ShipNotice);
  const context = { number: 'S-1', createdAt: '2026-03-11T15:00', shippedOn: '2026-03-11' };
  const body = request({
    carrier: { id: { scheme: { code: 'scac' }, value: 'ABCD' }, name: 'Abacus Lines' },
    references: [{ kind: { code: 'bill-of-lading' }, value: 'BOL-7' }],
    packs: [
      { id: 'p' },
      { ...carton('a', [line('1', '6')]), parent: 'p', sscc: '106141411234567897' },
      { ...carton('b', [line('1', '4'), line('2', '4')]), parent: 'p' },
      carton('c', [line('1', '3', 'PO-1002')]),
    ],
  });
  const ssccs = [1, 2, 3].map((serial) => ssccOf(0, '0614141', serial));
  const notice = toShipNotice([one, two], body, { ...context, ssccs, structure: { code: 'pick-and-pack' } });

  test('is a document by its schema', () => expect(isNotice(notice), JSON.stringify(isNotice.errors)).toBe(true));
  test('needs a number for every pack that has none', () => expect(ssccsWanted(body)).toBe(3));
  test('tells everything that left', () => {
    const unit = { code: 'each', original: 'EA' };
    const products = one.lines[0]?.products;
    expect(notice).toEqual({
      number: 'S-1',
      purpose: { code: 'original' },
      structure: { code: 'pick-and-pack' },
      createdAt: '2026-03-11T15:00',
      shipment: {
        shippedOn: '2026-03-11',
        carriage: {
          payment: one.carriage?.payment,
          carrier: { scheme: { code: 'scac' }, value: 'ABCD' },
          carrierName: 'Abacus Lines',
        },
        packages: '2',
        references: [{ kind: { code: 'bill-of-lading' }, value: 'BOL-7' }],
        parties: [{ role: { code: 'ship-to', original: 'ST' }, name: 'Store 12' }],
      },
      orders: [
        { number: 'PO-1001', orderedOn: '2026-03-09' },
        { number: 'PO-1002', orderedOn: '2026-03-09' },
      ],
      packs: [
        { id: 'p', kind: 'pallet', sscc: ssccs[0] },
        { id: 'a', parent: 'p', kind: 'carton', sscc: '106141411234567897' },
        { id: 'b', parent: 'p', kind: 'carton', sscc: ssccs[1] },
        { id: 'c', kind: 'carton', sscc: ssccs[2] },
      ],
      contents: [
        {
          order: 'PO-1001',
          line: '1',
          products,
          quantity: { value: '6', unit },
          ordered: { value: '10', unit },
          packs: ['a'],
        },
        {
          order: 'PO-1001',
          line: '1',
          products,
          quantity: { value: '4', unit },
          ordered: { value: '10', unit },
          packs: ['b'],
        },
        {
          order: 'PO-1001',
          line: '2',
          products,
          description: 'Lamp, red',
          quantity: { value: '4', unit },
          ordered: { value: '4', unit },
          packs: ['b'],
        },
        {
          order: 'PO-1002',
          line: '1',
          products,
          quantity: { value: '3', unit },
          ordered: { value: '3', unit },
          packs: ['c'],
        },
      ],
    });
  });
  test('without packs and without a prefix tells lines only, and only the orders that ship', () => {
    const plain = toShipNotice([one, two], request({ lines: [line('2', '1')] }), { ...context, ssccs: [] });
    expect(isNotice(plain)).toBe(true);
    expect(plain.packs).toBeUndefined();
    expect(plain.orders.map(({ number }) => number)).toEqual(['PO-1001']);
    expect(plain.contents).toMatchObject([{ line: '2', quantity: { value: '1' } }]);
  });
  test('the lines of packs and plain lines are told alike', () => {
    expect(shippedLines(body, 'PO-1001')).toEqual([
      { order: 'PO-1001', line: '1', quantity: '6' },
      { order: 'PO-1001', line: '1', quantity: '4' },
      { order: 'PO-1001', line: '2', quantity: '4' },
      { order: 'PO-1002', line: '1', quantity: '3' },
    ]);
  });
});
