import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDecimals, compareDecimals, sameDecimal, sumDecimals } from '../../src/core/decimal.ts';
import type { OrderLine } from '../../src/documents/order.ts';
import { decideByRules } from '../../src/orders/decide.ts';
import { checkDecision, promisedQuantity } from '../../src/orders/decision.ts';
import type { DecisionPolicy } from '../../src/orders/decision-policy.ts';
import { indexItems } from '../../src/orders/items.ts';
import { chair, lamp, lineOf, orderOf, policy, today } from './orders.ts';

const items = indexItems([lamp, chair]);
const decide = (lines: readonly OrderLine[], more: Partial<DecisionPolicy> = {}, order = {}) =>
  decideByRules(orderOf(lines, order), items, { ...policy, ...more }, today);
/** "accepted 10 2026-03-10, backordered 5 2026-03-24" */
const told = (decision: ReturnType<typeof decide>, index = 0) =>
  decision.lines[index]?.promises
    .map(({ status, quantity, on }) => [status, quantity, on].filter(Boolean).join(' '))
    .join(', ');
const wanted = (on: string, kind = 'delivery-requested') => ({ dates: [{ kind: { code: kind }, at: on }] });

describe('a line', () => {
  test.each`
    what                              | line                                                                               | rules                            | promises                                                | verdict
    ${'in stock'}                     | ${lineOf('10')}                                                                    | ${{}}                            | ${'accepted 10'}                                        | ${'accepted'}
    ${'all that is in stock'}         | ${lineOf('100')}                                                                   | ${{}}                            | ${'accepted 100'}                                       | ${'accepted'}
    ${'a part of a piece'}            | ${lineOf('0.5')}                                                                   | ${{}}                            | ${'held 0.5'}                                           | ${'held'}
    ${'wanted later'}                 | ${lineOf('10', wanted('2026-04-01'))}                                              | ${{}}                            | ${'accepted 10 2026-04-01'}                             | ${'accepted'}
    ${'wanted before today'}          | ${lineOf('10', wanted('2026-03-01'))}                                              | ${{}}                            | ${'rescheduled 10 2026-03-10'}                          | ${'accepted-with-changes'}
    ${'more than there is'}           | ${lineOf('130')}                                                                   | ${{}}                            | ${'accepted 100, backordered 30 2026-03-24'}            | ${'accepted-with-changes'}
    ${'more, wanted after lead time'} | ${lineOf('130', wanted('2026-05-01'))}                                             | ${{}}                            | ${'accepted 100 2026-05-01, backordered 30 2026-05-01'} | ${'accepted-with-changes'}
    ${'more, cut'}                    | ${lineOf('130')}                                                                   | ${{ onShortage: 'cut' }}         | ${'quantity-changed 100, rejected 30'}                  | ${'accepted-with-changes'}
    ${'more, not split'}              | ${lineOf('130')}                                                                   | ${{ onShortage: 'reject-line' }} | ${'rejected 130'}                                       | ${'rejected'}
    ${'more, cancelled too early'}    | ${lineOf('130', wanted('2026-03-20', 'cancel-after'))}                             | ${{}}                            | ${'accepted 100, rejected 30'}                          | ${'accepted-with-changes'}
    ${'more, cancelled late enough'}  | ${lineOf('130', wanted('2026-03-24', 'cancel-after'))}                             | ${{}}                            | ${'accepted 100, backordered 30 2026-03-24'}            | ${'accepted-with-changes'}
    ${'unknown'}                      | ${lineOf('5', { products: [{ scheme: { code: 'upc' }, value: '999999999993' }] })} | ${{}}                            | ${'unknown-item 5'}                                     | ${'rejected'}
    ${'without products'}             | ${{ number: '1', quantity: { value: '5' } }}                                       | ${{}}                            | ${'unknown-item 5'}                                     | ${'rejected'}
    ${'in another unit'}              | ${lineOf('5', { quantity: { value: '5', unit: { code: 'case' } } })}               | ${{}}                            | ${'wrong-unit 5'}                                       | ${'rejected'}
    ${'in our unit by its code'}      | ${lineOf('5', { quantity: { value: '5', unit: { original: 'EACH' } } })}           | ${{}}                            | ${'accepted 5'}                                         | ${'accepted'}
    ${'without a quantity'}           | ${{ number: '1', products: lineOf('5').products }}                                 | ${{}}                            | ${'rejected 0'}                                         | ${'rejected'}
    ${'of zero'}                      | ${lineOf('0')}                                                                     | ${{}}                            | ${'rejected 0'}                                         | ${'rejected'}
    ${'of less than nothing'}         | ${lineOf('-3')}                                                                    | ${{}}                            | ${'rejected -3'}                                        | ${'rejected'}
    ${'of a number beyond all use'}   | ${lineOf('123456789012345678')}                                                    | ${{}}                            | ${'rejected 123456789012345678'}                        | ${'rejected'}
  `('$what: $promises', ({ line, rules, promises, verdict }) => {
    const decision = decide([line], rules);
    expect(told(decision)).toBe(promises);
    expect(decision.verdict).toBe(verdict);
  });

  test('without stock waits by the agreement where the item has no lead time', () => {
    const line = lineOf('3', {
      price: { amount: '40' },
      products: [{ scheme: { code: 'supplier-item' }, value: 'C-7' }],
    });
    expect(told(decide([line]))).toBe('backordered 3 2026-03-31');
    expect(told(decide([line], { onShortage: 'cut' }))).toBe('rejected 3');
  });

  test('with a schedule is promised delivery by delivery', () => {
    const schedule = [
      { on: '2026-03-20', quantity: '70' },
      { on: '2026-04-20', quantity: '50' },
    ];
    const decision = decide([lineOf('120', { schedule })]);
    expect(told(decision)).toBe('accepted 70 2026-03-20, accepted 30 2026-04-20, backordered 20 2026-04-20');
    expect(decision.reservations).toEqual([
      { line: '1', item: 'LAMP', location: 'north', quantity: '60' },
      { line: '1', item: 'LAMP', location: 'south', quantity: '40' },
    ]);
  });

  test('with a schedule that does not add up is promised as a whole', () => {
    const schedule = [{ on: '2026-03-20', quantity: '70' }];
    expect(told(decide([lineOf('80', { schedule })]))).toBe('accepted 80');
  });
});

describe('a price', () => {
  test.each`
    theirs                            | rules                                   | status             | ours                              | verdict
    ${{ amount: '12.50' }}            | ${{}}                                   | ${'accepted'}      | ${{ amount: '12.50' }}            | ${'accepted'}
    ${{ amount: '12.44' }}            | ${{}}                                   | ${'accepted'}      | ${{ amount: '12.44' }}            | ${'accepted'}
    ${{ amount: '12.4375' }}          | ${{}}                                   | ${'accepted'}      | ${{ amount: '12.4375' }}          | ${'accepted'}
    ${{ amount: '12.4374' }}          | ${{}}                                   | ${'price-changed'} | ${{ amount: '12.5' }}             | ${'accepted-with-changes'}
    ${{ amount: '12.57' }}            | ${{}}                                   | ${'price-changed'} | ${{ amount: '12.5' }}             | ${'accepted-with-changes'}
    ${{ amount: '12.00' }}            | ${{ priceTolerancePercent: '10' }}      | ${'accepted'}      | ${{ amount: '12.00' }}            | ${'accepted'}
    ${{ amount: '11.49' }}            | ${{ priceTolerancePercent: '10' }}      | ${'price-changed'} | ${{ amount: '12.5' }}             | ${'accepted-with-changes'}
    ${{ amount: '1250', per: '100' }} | ${{}}                                   | ${'accepted'}      | ${{ amount: '1250', per: '100' }} | ${'accepted'}
    ${{ amount: '1200', per: '100' }} | ${{}}                                   | ${'price-changed'} | ${{ amount: '1250', per: '100' }} | ${'accepted-with-changes'}
    ${{ amount: '9' }}                | ${{ onPriceMismatch: 'accept-theirs' }} | ${'accepted'}      | ${{ amount: '9' }}                | ${'accepted'}
    ${{ amount: '-9' }}               | ${{ onPriceMismatch: 'accept-theirs' }} | ${'price-changed'} | ${{ amount: '12.5' }}             | ${'held'}
    ${{ amount: '9' }}                | ${{ onPriceMismatch: 'hold' }}          | ${'price-changed'} | ${{ amount: '12.5' }}             | ${'held'}
    ${undefined}                      | ${{}}                                   | ${'accepted'}      | ${{ amount: '12.50' }}            | ${'accepted'}
  `('of $theirs under $rules is $status', ({ theirs, rules, status, ours, verdict }) => {
    const { price: _price, ...bare } = lineOf('10');
    const decision = decide([theirs === undefined ? bare : { ...bare, price: theirs }], rules);
    expect(decision.lines[0]?.promises[0]?.status).toBe(status);
    expect(decision.lines[0]?.price).toEqual(ours);
    expect(decision.verdict).toBe(verdict);
    expect(decision.reservations.length > 0).toBe(verdict !== 'held');
  });
});

describe('an order', () => {
  test('is held while a person must look, with its proposal, reserving nothing', () => {
    const decision = decide([lineOf('10', { price: { amount: '9' } }), lineOf('5', { number: '2' })], {
      onPriceMismatch: 'hold',
    });
    expect(decision).toMatchObject({ verdict: 'held', reservations: [], holds: [{ reason: 'price', line: '1' }] });
    expect(told(decision, 1)).toBe('accepted 5');
  });

  test.each`
    what                          | lines                         | order                  | reason
    ${'a line number used twice'} | ${[lineOf('1'), lineOf('2')]} | ${{}}                  | ${'duplicate-line-number'}
    ${'another currency'}         | ${[lineOf('1')]}              | ${{ currency: 'EUR' }} | ${'currency'}
    ${'ids of two items'} | ${[lineOf('1', { products: [{ scheme: { code: 'upc' }, value: '036000291452' }, { scheme: { code: 'supplier-item' }, value: 'C-7' }] })]} | ${{}} | ${'ambiguous-product'}
  `('is held for $what', ({ lines, order, reason }) => {
    const decision = decide(lines, {}, order);
    expect(decision.verdict).toBe('held');
    expect(decision.holds.map((hold) => hold.reason)).toEqual([reason]);
  });

  test('is held where a price is by a basis we do not know, unless it is ours all the same', () => {
    const by = (amount: string) => [lineOf('1', { price: { amount, basis: { original: 'DZ' } } })];
    for (const onPriceMismatch of ['answer-our-price', 'hold', 'accept-theirs'] as const) {
      const decision = decide(by('120'), { onPriceMismatch });
      expect([decision.verdict, decision.holds.map(({ reason }) => reason)]).toEqual(['held', ['price']]);
      expect(decision.findings.map(({ path, code }) => `${path} ${code}`)).toEqual([
        'lines[0].price.basis line/price-basis-unknown',
      ]);
    }
    expect(decide(by('12.50')).verdict).toBe('accepted');
  });

  test('without lines is rejected', () => {
    expect(decide([])).toMatchObject({ verdict: 'rejected', findings: [{ code: 'order/no-lines' }] });
  });

  test('is told everything that is wrong at once', () => {
    const decision = decide([
      { number: '1' },
      lineOf('0', { number: '2' }),
      lineOf('1', { number: '2', price: { amount: '-1' } }),
      lineOf('5', { number: '4', quantity: { value: '5', unit: { code: 'case' } } }),
    ]);
    expect(decision.findings.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'lines[0].quantity line/quantity-missing',
      'lines[0].products line/product-missing',
      'lines[1].quantity.value line/quantity-not-positive',
      'lines[2].number line/duplicate-number',
      'lines[2].price.amount line/price-malformed',
      'lines[3].quantity.unit line/unit-differs',
    ]);
  });

  test('does not promise one piece to two lines', () => {
    const decision = decide([lineOf('80'), lineOf('50', { number: '2' })]);
    expect([told(decision, 0), told(decision, 1)]).toEqual(['accepted 80', 'accepted 20, backordered 30 2026-03-24']);
    expect(decision.reservations).toEqual([
      { line: '1', item: 'LAMP', location: 'north', quantity: '60' },
      { line: '1', item: 'LAMP', location: 'south', quantity: '20' },
      { line: '2', item: 'LAMP', location: 'south', quantity: '20' },
    ]);
  });

  test('names lines without a number by their place', () => {
    const { number: _number, ...bare } = lineOf('1');
    expect(decide([bare, bare]).lines.map(({ line }) => line)).toEqual(['#1', '#2']);
  });
});

const anyQuantity = fc.oneof(
  fc.integer({ min: -2, max: 150 }).map(String),
  fc.constantFrom('0.25', '33.333', '1e5', '99999999999999999999'),
);
const anyLine: fc.Arbitrary<OrderLine> = fc
  .record({
    number: fc.option(fc.constantFrom('1', '2', '3', '4'), { nil: undefined }),
    quantity: fc.option(fc.record({ value: anyQuantity }), { nil: undefined }),
    price: fc.option(fc.record({ amount: fc.constantFrom('12.50', '12.49', '9', '0', '40') }), { nil: undefined }),
    product: fc.constantFrom('036000291452', '0036000291452', 'C-7', 'X'),
    on: fc.option(fc.constantFrom('2026-03-01', '2026-03-12', '2026-06-01', '2026-02-30'), { nil: undefined }),
  })
  .map(({ number, quantity, price, product, on }) => ({
    ...(number !== undefined && { number }),
    ...(quantity !== undefined && { quantity }),
    ...(price !== undefined && { price }),
    ...(on !== undefined && wanted(on)),
    products: [{ scheme: { code: product === 'C-7' ? 'supplier-item' : 'ean' }, value: product }],
  }));
const anyPolicy: fc.Arbitrary<Partial<DecisionPolicy>> = fc.record({
  onShortage: fc.constantFrom('backorder', 'cut', 'reject-line'),
  onPriceMismatch: fc.constantFrom('answer-our-price', 'hold', 'accept-theirs'),
});

describe('whatever is ordered', () => {
  test('promises add up to it, and stock is never promised twice', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), anyPolicy, (lines, rules) => {
        const order = orderOf(lines);
        const decision = decide(lines, rules);
        for (const line of decision.lines) {
          const all = line.promises.filter(({ quantity }) => !quantity.includes('e')).map(({ quantity }) => quantity);
          if (!line.ordered.includes('e')) expect(sameDecimal(sumDecimals(all), line.ordered)).toBe(true);
        }
        expect(checkDecision(order, decision).filter(({ found }) => found !== '1e5')).toEqual([]);
        for (const { location, quantity } of lamp.stock) {
          const taken = sumDecimals(
            decision.reservations.filter((one) => one.location === location).map((one) => one.quantity),
          );
          expect(compareDecimals(taken, quantity)).toBeLessThanOrEqual(0);
        }
        const reserved = sumDecimals(decision.reservations.map(({ quantity }) => quantity));
        const promised = addDecimals('0', ...decision.lines.filter(({ item }) => item !== null).map(promisedQuantity));
        expect(compareDecimals(reserved, promised)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('the same order is decided the same way, and survives being stored as JSON', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 6 }), anyPolicy, (lines, rules) => {
        const decision = decide(lines, rules);
        expect(decide(structuredClone(lines), rules)).toEqual(decision);
        expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
      }),
    );
  });
});
