import { expect, test } from 'vitest';
import { defaultTermPolicy, discountUntil, termDates } from '../../src/orders/terms.ts';

const kind = (code: string) => ({ kind: { code } });
/** Saturday 2026-01-31 is the trap of every month-end rule; 2024 is a leap year. */
test.each`
  what                                        | term                                                                                                          | invoicedOn      | rules                              | due             | discount
  ${'none'}                                   | ${undefined}                                                                                                  | ${'2026-01-15'} | ${{}}                              | ${'2026-02-14'} | ${null}
  ${'net 30'}                                 | ${{ ...kind('basic'), netDays: '30' }}                                                                        | ${'2026-01-31'} | ${{}}                              | ${'2026-03-02'} | ${null}
  ${'net 30 in a leap year'}                  | ${{ netDays: '30' }}                                                                                          | ${'2024-01-31'} | ${{}}                              | ${'2024-03-01'} | ${null}
  ${'2 percent 10 net 30'}                    | ${{ ...kind('basic'), discountPercent: '2', discountDays: '10', netDays: '30' }}                              | ${'2026-01-15'} | ${{}}                              | ${'2026-02-14'} | ${'2026-01-25'}
  ${'days win over nothing, dates over days'} | ${{ discountPercent: '2', discountDays: '10', discountOn: '2026-02-01', netDays: '30', netOn: '2026-03-01' }} | ${'2026-01-15'} | ${{}}                              | ${'2026-03-01'} | ${'2026-02-01'}
  ${'a day that does not exist, then days'}   | ${{ netOn: '2026-02-30', netDays: '10' }}                                                                     | ${'2026-01-15'} | ${{}}                              | ${'2026-01-25'} | ${null}
  ${'from the shipment'}                      | ${{ basis: { code: 'shipped' }, netDays: '30' }}                                                              | ${'2026-01-15'} | ${{}}                              | ${'2026-02-09'} | ${null}
  ${'from a delivery not known yet'}          | ${{ basis: { code: 'delivered' }, netDays: '30' }}                                                            | ${'2026-01-15'} | ${{}}                              | ${'2026-02-09'} | ${null}
  ${'end of month + 30'}                      | ${{ ...kind('end-of-month'), netDays: '30' }}                                                                 | ${'2026-01-15'} | ${{}}                              | ${'2026-03-02'} | ${null}
  ${'end of month after the cut-off'}         | ${{ ...kind('end-of-month'), netDays: '30' }}                                                                 | ${'2026-01-26'} | ${{ cutOffDay: 26 }}               | ${'2026-03-30'} | ${null}
  ${'ten days after end of month'}            | ${kind('ten-days-after-end-of-month')}                                                                        | ${'2026-01-15'} | ${{}}                              | ${'2026-02-10'} | ${null}
  ${'proximo'}                                | ${{ ...kind('proximo'), dayOfMonth: '15' }}                                                                   | ${'2026-01-20'} | ${{}}                              | ${'2026-02-15'} | ${null}
  ${'proximo on a 31st'}                      | ${{ ...kind('proximo'), dayOfMonth: '31' }}                                                                   | ${'2026-01-20'} | ${{}}                              | ${'2026-02-28'} | ${null}
  ${'proximo after the cut-off'}              | ${{ ...kind('proximo'), dayOfMonth: '15' }}                                                                   | ${'2026-12-27'} | ${{ cutOffDay: 26 }}               | ${'2027-02-15'} | ${null}
  ${'2 percent proximo 10, net 30'}           | ${{ ...kind('proximo'), discountPercent: '2', dayOfMonth: '10', netDays: '30' }}                              | ${'2026-01-20'} | ${{}}                              | ${'2026-02-19'} | ${'2026-02-10'}
  ${'a discount without a last day'}          | ${{ discountPercent: '2', netDays: '30' }}                                                                    | ${'2026-01-15'} | ${{}}                              | ${'2026-02-14'} | ${null}
  ${'a discount later than the net'}          | ${{ discountPercent: '2', discountDays: '40', netDays: '30' }}                                                | ${'2026-01-15'} | ${{}}                              | ${'2026-02-24'} | ${'2026-02-24'}
  ${'no discount, whatever it says'}          | ${{ ...kind('no-discount'), discountPercent: '2', discountDays: '10', netDays: '30' }}                        | ${'2026-01-15'} | ${{}}                              | ${'2026-02-14'} | ${null}
  ${'zero percent'}                           | ${{ discountPercent: '0', discountDays: '10', netDays: '30' }}                                                | ${'2026-01-15'} | ${{}}                              | ${'2026-02-14'} | ${null}
  ${'on receipt'}                             | ${kind('due-on-receipt')}                                                                                     | ${'2026-01-15'} | ${{}}                              | ${'2026-01-15'} | ${null}
  ${'days nobody means'}                      | ${{ netDays: '999999999' }}                                                                                   | ${'2026-01-15'} | ${{}}                              | ${'2026-01-15'} | ${null}
  ${'a Saturday, to Monday'}                  | ${{ netDays: '16' }}                                                                                          | ${'2026-01-15'} | ${{ weekend: 'next-weekday' }}     | ${'2026-02-02'} | ${null}
  ${'a Sunday, to Monday'}                    | ${{ netDays: '17' }}                                                                                          | ${'2026-01-15'} | ${{ weekend: 'next-weekday' }}     | ${'2026-02-02'} | ${null}
  ${'a Sunday, to Friday'}                    | ${{ netDays: '17' }}                                                                                          | ${'2026-01-15'} | ${{ weekend: 'previous-weekday' }} | ${'2026-01-30'} | ${null}
  ${'a Friday, left'}                         | ${{ netDays: '15' }}                                                                                          | ${'2026-01-15'} | ${{ weekend: 'next-weekday' }}     | ${'2026-01-30'} | ${null}
`('$what: due $due, discount $discount', ({ term, invoicedOn, rules, due, discount }) => {
  const dates = termDates(term, { invoicedOn, shippedOn: '2026-01-10' }, { ...defaultTermPolicy, ...rules });
  expect(dates.dueOn).toBe(due);
  expect(dates.discountOn).toBe(discount);
});

test('grace lengthens the discount and nothing else', () => {
  const rules = { ...defaultTermPolicy, graceDays: 3 };
  const dates = termDates(
    { discountPercent: '2', discountDays: '10', netDays: '30' },
    { invoicedOn: '2026-01-15' },
    rules,
  );
  expect(dates).toEqual({ dueOn: '2026-02-14', discountOn: '2026-01-25', discountPercent: '2', discountAmount: null });
  expect(discountUntil(dates, rules)).toBe('2026-01-28');
  expect(discountUntil(termDates(undefined, { invoicedOn: '2026-01-15' }, rules), rules)).toBe(null);
});
