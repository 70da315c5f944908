import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { OrderResponse } from '../../src/documents/order-response.ts';
import { decideByRules } from '../../src/orders/decide.ts';
import { BackOfficeDecision, checkDecision, decisionFrom } from '../../src/orders/decision.ts';
import { indexItems } from '../../src/orders/items.ts';
import { toOrderResponse } from '../../src/orders/order-response.ts';
import { lamp, lineOf, orderOf, policy, today } from './orders.ts';

const ajv = new Ajv({ strict: true });
const order = orderOf([lineOf('10'), lineOf('4', { number: '2' })]);
const lines = (...of: { line: string; promises: { status: string; quantity: string; on?: string }[] }[]) => ({
  decision: 'lines',
  lines: of,
});
const accept = (line: string, quantity: string, status = 'accepted') => ({ line, promises: [{ status, quantity }] });

describe('what a back office posts', () => {
  const isDecision = ajv.compile(BackOfficeDecision);
  test.each`
    body                                                                                               | fine
    ${{ decision: 'accept' }}                                                                          | ${true}
    ${{ decision: 'reject', reason: 'No credit', by: 'ada' }}                                          | ${true}
    ${lines(accept('1', '10'))}                                                                        | ${true}
    ${{ decision: 'perhaps' }}                                                                         | ${false}
    ${{ decision: 'accept', extra: 1 }}                                                                | ${false}
    ${lines(accept('1', '10', 'sure'))}                                                                | ${false}
    ${{ decision: 'lines', lines: [{ line: '1', promises: [{ status: 'accepted', quantity: 10 }] }] }} | ${false}
    ${{ decision: 'lines', lines: [] }}                                                                | ${false}
  `('$body is a decision: $fine', ({ body, fine }) => expect(isDecision(body)).toBe(fine));

  test.each`
    body                                                                                                            | codes
    ${{ decision: 'accept' }}                                                                                       | ${[]}
    ${{ decision: 'reject' }}                                                                                       | ${[]}
    ${lines(accept('1', '10'), accept('2', '4.0'))}                                                                 | ${[]}
    ${lines({ line: '1', promises: [{ status: 'accepted', quantity: '6' }, { status: 'rejected', quantity: '4' }] }, accept('2', '4'))} | ${[]}
    ${lines(accept('1', '10'))}                                                                                     | ${['decision/line-missing']}
    ${lines(accept('1', '9'), accept('2', '5'))}                                                                    | ${['decision/promises-differ', 'decision/promises-differ']}
    ${lines(accept('1', '10'), accept('2', '4'), accept('3', '1'))}                                                 | ${['decision/unknown-line']}
    ${lines(accept('1', '10'), accept('1', '10'), accept('2', '4'))}                                                | ${['decision/duplicate-line']}
    ${lines({ line: '1', promises: [{ status: 'accepted', quantity: '14' }, { status: 'rejected', quantity: '-4' }] }, accept('2', '4'))} | ${['decision/quantity-malformed']}
    ${lines({ line: '1', promises: [{ status: 'accepted', quantity: '10', on: '2026-02-30' }] }, accept('2', '4'))} | ${['decision/date-invalid']}
  `('$body has $codes', ({ body, codes }) => {
    const outcome = decisionFrom(order, body);
    expect(outcome.ok ? [] : outcome.findings.map(({ code }) => code)).toEqual(codes);
  });

  test.each`
    body                                                                      | verdict
    ${{ decision: 'accept' }}                                                 | ${'accepted'}
    ${{ decision: 'reject' }}                                                 | ${'rejected'}
    ${lines(accept('1', '10'), accept('2', '4', 'rejected'))}                 | ${'accepted-with-changes'}
    ${lines(accept('1', '10', 'rejected'), accept('2', '4', 'unknown-item'))} | ${'rejected'}
    ${lines(accept('1', '10'), accept('2', '4', 'held'))}                     | ${'held'}
  `('$body makes the order $verdict', ({ body, verdict }) => {
    const outcome = decisionFrom(order, body);
    expect(outcome.ok && outcome.value.verdict).toBe(verdict);
  });

  test('names the price that is billed: of the line, else of a promise, else as ordered', () => {
    const price = { amount: '11' };
    const body: BackOfficeDecision = {
      decision: 'lines',
      lines: [
        {
          line: '1',
          promises: [
            { status: 'rejected', quantity: '3', price: { amount: '1' } },
            { status: 'price-changed', quantity: '7', price },
          ],
        },
        { line: '2', price: { amount: '12' }, promises: [{ status: 'price-changed', quantity: '4', price }] },
      ],
    };
    const outcome = decisionFrom(order, body);
    expect(outcome.ok && outcome.value.lines.map((line) => line.price?.amount)).toEqual(['11', '12']);
  });

  test('a decision of another order does not fit', () => {
    const decision = decideByRules(order, indexItems([lamp]), policy, today);
    const codes = checkDecision(orderOf([lineOf('10', { number: '7' })]), decision).map(({ code }) => code);
    expect(codes).toEqual(['decision/unknown-line', 'decision/unknown-line', 'decision/line-missing']);
  });
});

describe('the answer to an order', () => {
  const isResponse = ajv.compile(OrderResponse);
  const rich = orderOf([lineOf('130', { description: 'Lamp' }), { number: '2', products: [{ value: 'X' }] }], {
    release: 'R1',
    contract: 'C-9',
    references: [{ kind: { code: 'department', original: 'DP' }, value: '031' }],
    dates: [{ kind: { code: 'cancel-after', original: '001' }, at: '2026-04-30' }],
    parties: [{ role: { code: 'ship-to', original: 'ST' }, name: 'Store 12' }],
    texts: [{ text: 'Ring the bell' }],
  });
  const response = toOrderResponse(rich, decideByRules(rich, indexItems([lamp]), policy, today), {
    respondedOn: today,
    currency: 'USD',
  });

  test('is a document by its schema', () => {
    expect(isResponse(response), JSON.stringify(isResponse.errors)).toBe(true);
  });
  test('echoes the header and tells the promises', () => {
    expect(response).toEqual({
      purpose: { code: 'original' },
      verdict: { code: 'accepted-with-changes' },
      orderNumber: 'PO-1001',
      release: 'R1',
      orderedOn: '2026-03-09',
      respondedOn: today,
      contract: 'C-9',
      currency: 'USD',
      references: rich.references,
      dates: rich.dates,
      parties: rich.parties,
      lines: [
        {
          number: '1',
          quantity: rich.lines[0]?.quantity,
          price: { amount: '12.50' },
          products: rich.lines[0]?.products,
          description: 'Lamp',
          promises: [
            { status: { code: 'accepted' }, quantity: '100', unit: { code: 'each', original: 'EA' } },
            {
              status: { code: 'backordered' },
              quantity: '30',
              unit: { code: 'each', original: 'EA' },
              date: { kind: { code: 'ship-scheduled' }, on: '2026-03-24' },
            },
          ],
        },
        { number: '2', products: [{ value: 'X' }], promises: [{ status: { code: 'rejected' } }] },
      ],
    });
  });
});
