import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import type { Order } from '../../src/documents/order.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { decisionFrom } from '../../src/orders/decision.ts';
import type { Outcome } from '../../src/orders/finding.ts';
import { toInvoice } from '../../src/orders/invoice.ts';
import { keyedLines } from '../../src/orders/lines.ts';
import { toOrderResponse } from '../../src/orders/order-response.ts';
import { decideOrder, receivedOrder, shipOrder } from '../../src/orders/order-state.ts';
import type { ShipmentRequest } from '../../src/orders/ship.ts';
import { toShipNotice } from '../../src/orders/ship-notice.ts';
import { mapNamed } from './base-maps.ts';
import { type MapName, placedFixture, placedFrom, stemsOf } from './fixtures.ts';

/*
 * What our own rules answer to an order must find a place in the base maps: response, ship notice and invoice of every example.
 */
const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.findings.map(({ message }) => message).join(' '));
  return outcome.value;
};

function orderOf(stem: string): Order {
  const { document } = mapNamed('x12/004010/850').read(placedFixture('x12/004010/850', stem).placed, {});
  if (document === null || !('lines' in document) || !('purpose' in document)) throw new Error('no order');
  return document as Order;
}

const PALLET = { id: 'A', kind: 'pallet' as const, weight: { value: '41.5', unit: { code: 'pound' } } };
const SSCCS = [
  '006141410000030019',
  '006141410000030026',
  '006141410000030033',
  '006141410000030040',
  '006141410000030057',
];

function answersTo(order: Order) {
  const decision = value(decisionFrom(order, { decision: 'accept' }));
  const quantities = keyedLines(order).map(({ key, line }) => ({ line: key, quantity: line.quantity?.value ?? '1' }));
  const request: ShipmentRequest = {
    shipment: 'SHP-1',
    shippedOn: '2026-12-01',
    carrier: { id: { scheme: { code: 'scac' }, value: 'CNWY' }, name: 'CONWAY', mode: 'road' },
    references: [{ kind: { code: 'bill-of-lading' }, value: 'BOL-7' }],
    weight: { value: '41.5', unit: { code: 'pound' } },
    packs: quantities.map((content, index) => ({ id: `${index}`, contents: [content] })),
  };
  const remitTo = {
    role: { code: 'remit-to' },
    name: 'CEDAR RIDGE FOODS INC',
    ids: [{ scheme: { code: 'supplier-assigned' }, value: 'CR1' }],
  };
  const context = { number: 'SHP-1', createdAt: '2026-12-01T14:30:15', shippedOn: '2026-12-01', ssccs: SSCCS };
  const priced = { ...order, lines: order.lines.map((line) => ({ ...line, price: line.price ?? { amount: '1.25' } })) };
  const shipped = value(
    shipOrder(
      value(decideOrder(receivedOrder(priced), value(decisionFrom(priced, { decision: 'accept' })))),
      quantities,
    ),
  );
  const goods = {
    shipment: 'SHP-1',
    shippedOn: '2026-12-01',
    change: null,
    quantities,
    ...(request.carrier && { carrier: request.carrier }),
    ...(request.references && { references: request.references }),
  };
  return {
    response: toOrderResponse(order, decision, { respondedOn: '2026-11-21', number: 'SO-1', currency: 'USD' }),
    // One pallet of mixed cartons cannot stand below one item: only packs above items can tell of it.
    notices: {
      '0001': toShipNotice(
        [order],
        { ...request, packs: [PALLET, ...(request.packs ?? []).map((pack) => ({ ...pack, parent: 'A' }))] },
        context,
      ),
      '0002': toShipNotice([order], request, context),
    },
    invoice: value(
      toInvoice(priced, shipped, [goods], {
        number: 'INV-1',
        issuedOn: '2026-12-01',
        rounding: { each: 'line', places: 2 },
        currency: 'USD',
        remitTo,
        charges: [
          {
            kind: { code: 'charge' },
            code: { code: 'freight' },
            amount: '45.00',
            handling: { code: 'charge-customer' },
            text: 'Freight',
          },
        ],
      }),
    ).invoice,
  };
}

const FUNCTIONAL_IDS: Readonly<Record<string, string>> = { 855: 'PR', 856: 'SH', 810: 'IN' };

function written(map: MapName, document: Document, agreement: object) {
  const kind = mapNamed(map).document;
  const check = validateDocument(kind, document);
  expect(check.valid ? [] : check.faults).toEqual([]);
  const { draft, problems, unwritten } = mapNamed(map).write(document, { ...agreement });
  const body = draft.segments.map(({ tag, elements }) =>
    [tag, ...elements.map((one) => (typeof one === 'string' ? one : [one].flat().join('>')))]
      .join('*')
      .replace(/\*+$/, ''),
  );
  const [, , message = ''] = map.split('/');
  const text = [
    'ISA*00*          *00*          *ZZ*CEDARRIDGE     *ZZ*BUYER          *261201*0915*U*00401*000000001*0*P*>',
    `GS*${FUNCTIONAL_IDS[message]}*CEDARRIDGE*BUYER*20261201*0915*1*X*004010`,
    `ST*${message}*0001`,
    ...body,
    `SE*${body.length + 2}*0001`,
    'GE*1*1',
    'IEA*1*000000001',
    '',
  ].join('~');
  const { placed } = placedFrom(Buffer.from(text));
  const wrong = placed.problems.filter(({ code }) => code !== 'element/invalid-code');
  return {
    problems: problems.map(({ message: told }) => told),
    unwritten,
    wire: wrong.map(({ message: told }) => told),
  };
}

const CLEAN = { problems: [], unwritten: [], wire: [] };

describe.each(stemsOf('x12/004010/850'))('%s', (stem) => {
  const { response, notices, invoice } = answersTo(orderOf(stem));

  test('our response is written whole', () => expect(written('x12/004010/855', response, {})).toEqual(CLEAN));

  test.each(['0001', '0002'] as const)('our ship notice is written whole as %s', (shape) =>
    expect(written('x12/004010/856', notices[shape], { shipNotice: { shape } })).toEqual(CLEAN),
  );

  test('our invoice is written whole', () => expect(written('x12/004010/810', invoice, {})).toEqual(CLEAN));
});
