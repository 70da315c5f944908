import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roundDecimal, sumDecimals } from '../../src/core/decimal.ts';
import { Invoice } from '../../src/documents/invoice.ts';
import type { Order } from '../../src/documents/order.ts';
import type { Rounding } from '../../src/documents/totals.ts';
import { decisionFrom } from '../../src/orders/decision.ts';
import type { Outcome } from '../../src/orders/finding.ts';
import { billable, type InvoiceContext, type ShippedGoods, toInvoice } from '../../src/orders/invoice.ts';
import { InvoiceRequest, invoiceFromRequest } from '../../src/orders/invoice-request.ts';
import { decideOrder, type OrderState, receivedOrder, shipOrder } from '../../src/orders/order-state.ts';
import { lineOf, orderOf } from './orders.ts';

const ajv = new Ajv({ strict: true });
const rounding: Rounding = { each: 'line', places: 2 };
const context: InvoiceContext = { number: 'INV-1', issuedOn: '2026-03-12', rounding, currency: 'USD' };
const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.findings.map(({ message }) => message).join(' '));
  return outcome.value;
};
const codes = (outcome: Outcome<unknown>) => (outcome.ok ? [] : outcome.findings.map(({ code }) => code));
const goods = (shipment: string, ...quantities: [string, string][]): ShippedGoods => ({
  shipment,
  shippedOn: '2026-03-11',
  change: null,
  quantities: quantities.map(([line, quantity]) => ({ line, quantity })),
});
const decided = (order: Order) =>
  value(decideOrder(receivedOrder(order), value(decisionFrom(order, { decision: 'accept' }))));
const after = (state: OrderState, ...shipments: ShippedGoods[]) =>
  value(
    shipOrder(
      state,
      shipments.flatMap(({ quantities }) => quantities),
    ),
  );

const order = orderOf(
  [lineOf('10', { description: 'Lamp' }), lineOf('4', { number: '2', price: { amount: '1250', per: '100' } })],
  {
    release: 'R1',
    references: [{ kind: { code: 'department', original: 'DP' }, value: '031' }],
    terms: [{ kind: { code: 'basic' }, discountPercent: '2', discountDays: '10', netDays: '30' }],
    taxes: [{ kind: { code: 'sales' }, rate: '5' }],
    charges: [
      { kind: { code: 'allowance' }, percent: '10', amount: '17.50' },
      { kind: { code: 'charge' }, amount: '8' },
    ],
  },
);

describe('an invoice', () => {
  const shipment: ShippedGoods = {
    ...goods('S-1', ['1', '6']),
    references: [{ kind: { code: 'bill-of-lading' }, value: 'BOL-7' }],
  };
  const made = value(toInvoice(order, after(decided(order), shipment), [shipment], context));

  test('is a document by its schema', () => {
    const isInvoice = ajv.compile(Invoice);
    expect(isInvoice(made.invoice), JSON.stringify(isInvoice.errors)).toBe(true);
  });
  test('bills what left at the acknowledged price, with charges, taxes and terms', () => {
    expect(made.invoice).toEqual({
      kind: { code: 'invoice' },
      number: 'INV-1',
      issuedOn: '2026-03-12',
      orderNumber: 'PO-1001',
      orderedOn: '2026-03-09',
      release: 'R1',
      currency: 'USD',
      references: order.references,
      terms: order.terms,
      shipment: { number: 'S-1', shippedOn: '2026-03-11', references: shipment.references },
      lines: [
        {
          number: '1',
          orderLine: '1',
          orderNumber: 'PO-1001',
          quantity: { value: '6', unit: { code: 'each', original: 'EA' } },
          price: { amount: '12.50' },
          products: order.lines[0]?.products,
          description: 'Lamp',
          amount: '75.00',
        },
      ],
      charges: [
        { kind: { code: 'allowance' }, percent: '10', amount: '7.50' },
        { kind: { code: 'charge' }, amount: '8.00' },
      ],
      taxes: [{ kind: { code: 'sales' }, rate: '5', base: '75.50', amount: '3.78' }],
      totals: {
        lines: '75.00',
        charges: '0.50',
        taxable: '75.50',
        tax: '3.78',
        due: '79.28',
        discountable: '79.28',
        discount: '1.59',
        discounted: '77.69',
      },
    });
    expect(made.billed).toEqual([{ line: '1', quantity: '6' }]);
    expect(made.state.status).toBe('partly-shipped');
  });
  test('after the first bills no fixed charge again, and ends the order', () => {
    const rest = goods('S-2', ['1', '4'], ['2', '4']);
    const last = value(toInvoice(order, after(made.state, rest), [rest], { ...context, number: 'INV-2' }));
    expect(last.invoice.charges).toEqual([{ kind: { code: 'allowance' }, percent: '10', amount: '10.00' }]);
    expect(last.invoice.totals.lines).toBe('100.00');
    expect(last.state.status).toBe('invoiced');
  });
});

test.each`
  what                    | shipped         | billed          | codes
  ${'what left'}          | ${[['1', '6']]} | ${[['1', '6']]} | ${[]}
  ${'less than left'}     | ${[['1', '6']]} | ${[['1', '5']]} | ${[]}
  ${'more than left'}     | ${[['1', '6']]} | ${[['1', '7']]} | ${['invoice/not-shipped']}
  ${'what did not leave'} | ${[['1', '6']]} | ${[['2', '1']]} | ${['invoice/not-shipped']}
  ${'an unknown line'}    | ${[['1', '6']]} | ${[['9', '1']]} | ${['invoice/unknown-line']}
  ${'nothing'}            | ${[['1', '6']]} | ${[['1', '0']]} | ${['invoice/nothing-to-bill']}
`('billing $what: $codes', ({ shipped, billed, codes: expected }) => {
  expect(
    codes(toInvoice(order, after(decided(order), goods('S', ...shipped)), [goods('S', ...billed)], context)),
  ).toEqual(expected);
});

test('a line without any price is not billed', () => {
  const { price: _price, ...bare } = lineOf('10');
  const priceless = orderOf([bare]);
  const shipment = goods('S', ['1', '1']);
  expect(codes(toInvoice(priceless, after(decided(priceless), shipment), [shipment], context))).toEqual([
    'invoice/price-missing',
  ]);
});

test('a tax without a rate is left out, and said', () => {
  const taxed = orderOf(
    [
      lineOf('10', {
        taxes: [
          { kind: { code: 'sales' }, amount: '3' },
          { kind: { code: 'sales' }, rate: '10' },
        ],
      }),
    ],
    {
      taxes: [{ kind: { code: 'sales' }, amount: '9' }],
    },
  );
  const shipment = goods('S', ['1', '10']);
  const made = value(toInvoice(taxed, after(decided(taxed), shipment), [shipment], context));
  expect(made.warnings.map(({ path, found }) => `${path} ${found}`)).toEqual(['taxes 9', 'lines[0].taxes 3']);
  expect(made.invoice.totals).toMatchObject({ tax: '12.50', due: '137.50' });
});

test('charges of a shipment come on top, and the agreement supplies terms the order has not', () => {
  const plain = orderOf([lineOf('10')]);
  const shipment = goods('S', ['1', '10']);
  const terms = [{ netDays: '45' }];
  const charges = [{ kind: { code: 'charge' }, code: { code: 'freight' }, amount: '20' }];
  const made = value(toInvoice(plain, after(decided(plain), shipment), [shipment], { ...context, charges, terms }));
  expect(made.invoice.terms).toEqual(terms);
  expect(made.invoice.totals).toMatchObject({ lines: '125.00', charges: '20.00', due: '145.00' });
});

test('over all invoices of a line its fixed charge is billed to the cent, and every cent of goods once', () => {
  const anyParts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(anyParts, fc.integer({ min: 1, max: 99_999 }), (parts, cents) => {
      const ordered = parts.reduce((sum, part) => sum + part, 0);
      const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
      const charged = orderOf([
        lineOf(`${ordered}`, { price: { amount: '1' }, charges: [{ kind: { code: 'charge' }, amount }] }),
      ]);
      let state = decided(charged);
      const billed: string[] = [];
      for (const [index, part] of parts.entries()) {
        const shipment = goods(`S-${index}`, ['1', `${part}`]);
        const made = value(toInvoice(charged, after(state, shipment), [shipment], { ...context, number: `${index}` }));
        state = made.state;
        billed.push(made.invoice.totals.due);
      }
      expect(state.status).toBe('invoiced');
      expect(roundDecimal(sumDecimals(billed), 2)).toBe(roundDecimal(sumDecimals([`${ordered}`, amount]), 2));
    }),
  );
});

describe('an invoice the back office asks for', () => {
  const shipments = [goods('S-1', ['1', '6']), goods('S-2', ['1', '4'], ['2', '1'])];
  const state = after(decided(order), ...shipments);
  const { number: _number, ...known } = context;
  const ask = (more: Partial<InvoiceRequest>) =>
    invoiceFromRequest(order, state, shipments, { number: 'B-9', ...more }, known);

  test('has a schema', () => {
    const isRequest = ajv.compile(InvoiceRequest);
    expect(isRequest({ number: 'B-9', lines: [{ line: '1', quantity: '2', price: { amount: '12.50' } }] })).toBe(true);
    expect(isRequest({ lines: [] })).toBe(false);
    expect(isRequest({ number: 'B-9', lines: [{ line: '1', quantity: 2 }] })).toBe(false);
  });
  test.each`
    what                     | body                                                                                  | billed
    ${'everything open'}     | ${{}}                                                                                 | ${['1 10', '2 1']}
    ${'one shipment'}        | ${{ shipments: ['S-2'] }}                                                             | ${['1 4', '2 1']}
    ${'some lines'}          | ${{ lines: [{ line: '1', quantity: '7' }] }}                                          | ${['1 7']}
    ${'at the agreed price'} | ${{ lines: [{ line: '2', quantity: '1', price: { amount: '1250.0', per: '100' } }] }} | ${['2 1']}
  `('bills $what', ({ body, billed }) => {
    const made = value(ask(body));
    expect(made.invoice.number).toBe('B-9');
    expect(made.billed.map(({ line, quantity }) => `${line} ${quantity}`)).toEqual(billed);
  });
  test.each`
    what                     | body                                                                    | codes
    ${'an unknown shipment'} | ${{ shipments: ['S-9'] }}                                               | ${['invoice/nothing-to-bill']}
    ${'another price'}       | ${{ lines: [{ line: '1', quantity: '1', price: { amount: '13' } }] }}   | ${['invoice/price-differs']}
    ${'another basis'}       | ${{ lines: [{ line: '2', quantity: '1', price: { amount: '1250' } }] }} | ${['invoice/price-differs']}
    ${'goods still here'}    | ${{ lines: [{ line: '2', quantity: '2' }] }}                            | ${['invoice/not-shipped']}
    ${'no quantity'}         | ${{ lines: [{ line: '1', quantity: '-1' }] }}                           | ${['invoice/quantity-malformed']}
    ${'no amount'}           | ${{ charges: [{ kind: { code: 'allowance' }, amount: '-5' }] }}         | ${['invoice/amount-malformed']}
    ${'no day'}              | ${{ issuedOn: '2026-02-30' }}                                           | ${['invoice/amount-malformed']}
  `('refuses $what', ({ body, codes: expected }) => expect(codes(ask(body))).toEqual(expected));

  test('asks again for what is billed and gets nothing', () => {
    const made = value(ask({}));
    expect(codes(invoiceFromRequest(order, made.state, shipments, { number: 'B-10' }, known))).toEqual([
      'invoice/nothing-to-bill',
    ]);
    expect(billable(made.state, [{ line: '1', quantity: '10' }])).toEqual([]);
  });
});
