import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameDecimal } from '../../src/core/decimal.ts';
import type { InvoiceLine } from '../../src/documents/invoice.ts';
import type { Charge, Tax } from '../../src/documents/parts.ts';
import {
  chargeAmount,
  counts,
  extension,
  invoiceTotals,
  lineAmount,
  type Rounding,
  roundingOf,
  type Totalled,
} from '../../src/documents/totals.ts';

const twoPlaces: Rounding = { each: 'line', places: 2 };
const line = (quantity: string, amount: string, more: Partial<InvoiceLine> = {}): InvoiceLine => ({
  quantity: { value: quantity },
  price: { amount },
  ...more,
});
const allowance = (more: Partial<Charge>): Charge => ({ kind: { code: 'allowance' }, ...more });
const charge = (more: Partial<Charge>): Charge => ({ kind: { code: 'charge' }, ...more });
const tax = (more: Partial<Tax>): Tax => ({ kind: { code: 'sales' }, ...more });

test.each`
  quantity               | amount            | per          | result
  ${'3'}                 | ${'0.1'}          | ${undefined} | ${'0.3'}
  ${'250'}               | ${'199'}          | ${'100'}     | ${'497.5'}
  ${'7'}                 | ${'12.3456'}      | ${undefined} | ${'86.4192'}
  ${'1'}                 | ${'10'}           | ${'3'}       | ${'3.333333333333333333333333333333'}
  ${'0'}                 | ${'9.99'}         | ${undefined} | ${'0'}
  ${'4'}                 | ${'0'}            | ${undefined} | ${'0'}
  ${'2'}                 | ${'5'}            | ${'0'}       | ${'10'}
  ${'12345678901234567'} | ${'0.0000000001'} | ${undefined} | ${'1234567.8901234567'}
`('$quantity × $amount per $per is $result', ({ quantity, amount, per, result }) => {
  expect(extension(quantity, per === undefined ? { amount } : { amount, per })).toBe(result);
});

test.each`
  what                                    | charge                                                              | counted  | amount
  ${'an amount'}                          | ${charge({ amount: '12.50' })}                                      | ${true}  | ${'12.5'}
  ${'a percent'}                          | ${allowance({ percent: '2.5' })}                                    | ${true}  | ${'25'}
  ${'an amount beside its percent'}       | ${allowance({ percent: '2.5', amount: '24.99' })}                   | ${true}  | ${'24.99'}
  ${'a rate by its own quantity'}         | ${charge({ rate: '0.15', quantity: { value: '40' } })}              | ${true}  | ${'6'}
  ${'a rate by the quantity of the line'} | ${charge({ rate: '0.15' })}                                         | ${true}  | ${'1.5'}
  ${'nothing said'}                       | ${charge({})}                                                       | ${true}  | ${'0'}
  ${'off the invoice'}                    | ${allowance({ amount: '5', handling: { code: 'off-invoice' } })}    | ${true}  | ${'5'}
  ${'billed back'}                        | ${allowance({ amount: '5', handling: { code: 'bill-back' } })}      | ${false} | ${'5'}
  ${'credited to the account'}            | ${allowance({ amount: '5', handling: { code: 'credit-account' } })} | ${false} | ${'5'}
  ${'information only'}                   | ${charge({ amount: '5', handling: { code: 'information-only' } })}  | ${false} | ${'5'}
  ${'a handling we do not know'}          | ${charge({ amount: '5', handling: { original: 'QQ' } })}            | ${true}  | ${'5'}
  ${'neither allowance nor charge'}       | ${{ kind: { code: 'none' }, amount: '5' }}                          | ${false} | ${'5'}
  ${'a kind we do not know'}              | ${{ kind: { original: 'Z' }, amount: '5' }}                         | ${false} | ${'5'}
`('of 1000: $what', ({ charge: one, counted, amount }) => {
  expect(counts(one)).toBe(counted);
  expect(sameDecimal(chargeAmount(one, '1000', { value: '10' }), amount)).toBe(true);
});

const totals = (invoice: Partial<Totalled>, rounding = twoPlaces) => invoiceTotals({ lines: [], ...invoice }, rounding);

describe('totals', () => {
  test('of a plain invoice', () => {
    expect(totals({ lines: [line('10', '12.50'), line('3', '0.10')] })).toEqual({
      lines: '125.30',
      charges: '0.00',
      taxable: '125.30',
      tax: '0.00',
      due: '125.30',
    });
  });

  test('of an invoice without lines are zero', () => {
    expect(totals({})).toEqual({ lines: '0.00', charges: '0.00', taxable: '0.00', tax: '0.00', due: '0.00' });
  });

  test('with allowances and charges at both levels, those settled elsewhere left out', () => {
    const lines = [
      line('10', '10', {
        charges: [allowance({ percent: '5' }), charge({ amount: '1', handling: { code: 'information-only' } })],
      }),
      line('1', '100', { charges: [charge({ amount: '2.50' })] }),
    ];
    const charges = [
      allowance({ percent: '10' }),
      charge({ amount: '15' }),
      allowance({ amount: '7', handling: { code: 'bill-back' } }),
    ];
    // 100 − 5 + 100 + 2.50 = 197.50; − 19.75 + 15 = 192.75
    expect(totals({ lines, charges })).toMatchObject({
      lines: '197.50',
      charges: '-4.75',
      taxable: '192.75',
      due: '192.75',
    });
  });

  test('with taxes of lines, charges and header', () => {
    const lines = [line('1', '100', { taxes: [tax({ rate: '7.25' })] })];
    const charges = [charge({ amount: '20', taxes: [tax({ rate: '10' })] })];
    const taxes = [tax({ rate: '1' }), tax({ amount: '0.33' }), tax({ rate: '19', exemption: { code: 'resale' } })];
    // 7.25 + 2.00 + 1.20 + 0.33
    expect(totals({ lines, charges, taxes })).toMatchObject({ taxable: '120.00', tax: '10.78', due: '130.78' });
  });

  test('where header taxes sum up those of the lines, count them once', () => {
    const lines = [
      line('1', '100', { taxes: [tax({ rate: '19' })] }),
      line('1', '50', { taxes: [tax({ rate: '7' })] }),
    ];
    const taxes = [tax({ rate: '19', base: '100' }), tax({ rate: '7', base: '50' })];
    expect(totals({ lines, taxes }, { ...twoPlaces, headerTaxes: 'summary' })).toMatchObject({ tax: '22.50' });
    expect(totals({ lines, taxes }, twoPlaces)).toMatchObject({ tax: '45.00' });
    expect(totals({ lines }, { ...twoPlaces, headerTaxes: 'summary' })).toMatchObject({ tax: '22.50' });
  });

  test('round each line or only the total, and the cent between them is the policy', () => {
    const lines = [line('1', '0.005'), line('1', '0.005'), line('1', '0.005')];
    expect(totals({ lines }, { each: 'line', places: 2 }).due).toBe('0.03');
    expect(totals({ lines }, { each: 'total', places: 2 }).due).toBe('0.02');
  });

  test.each([
    ['JPY', '1235'],
    ['USD', '1234.57'],
    ['KWD', '1234.568'],
  ])('round to the places of %s', (currency, due) => {
    expect(totals({ lines: [line('1', '1234.5678')] }, roundingOf(currency)).due).toBe(due);
  });

  test('believe a line that has only its amount', () => {
    expect(totals({ lines: [{ amount: '12.345' }, { quantity: { value: '2' } }] })).toMatchObject({ lines: '12.35' });
    expect(lineAmount({ amount: '12.3' }, twoPlaces)).toBe('12.30');
  });

  test.each`
    terms                                                   | stated       | expected
    ${[{ discountPercent: '2' }]}                           | ${undefined} | ${{ discountable: '10000.00', discount: '200.00', discounted: '9800.00' }}
    ${[{ discountPercent: '2' }]}                           | ${'5000'}    | ${{ discountable: '5000.00', discount: '100.00', discounted: '9900.00' }}
    ${[{ discountAmount: '150' }]}                          | ${undefined} | ${{ discountable: '10000.00', discount: '150.00', discounted: '9850.00' }}
    ${[{ discountPercent: '1' }, { discountPercent: '3' }]} | ${undefined} | ${{ discountable: '10000.00', discount: '300.00', discounted: '9700.00' }}
  `('discount of $terms on $stated', ({ terms, stated, expected }) => {
    const made = totals({
      lines: [line('100', '100')],
      terms,
      ...(stated !== undefined && { totals: { discountable: stated } }),
    });
    expect(made).toMatchObject(expected);
  });

  test.each([
    [undefined],
    [[]],
    [[{ netDays: '30' }]],
    [[{ discountPercent: '0' }]],
    [[{ kind: { code: 'no-discount' }, discountPercent: '2' }]],
  ])('no discount of %j', (terms) => {
    const made = totals({ lines: [line('1', '1')], ...(terms !== undefined && { terms }) });
    expect(Object.keys(made)).not.toContain('discount');
  });

  test('an invoice of a hundred and fifty thousand lines has a total', () => {
    const many = Array.from({ length: 150_000 }, () => line('1', '0.01'));
    expect(totals({ lines: many }).due).toBe('1500.00');
  });
});

/* A slow, separate account of the same sums: rationals of two bigints, no decimal library, rounded half up away from zero. */
type Rational = readonly [bigint, bigint];
const rational = (text: string): Rational => {
  const negative = text.startsWith('-');
  const [whole = '', part = ''] = (negative ? text.slice(1) : text).split('.');
  const value = BigInt(`${whole}${part}`);
  return [negative ? -value : value, 10n ** BigInt(part.length)];
};
const plus = ([a, b]: Rational, [c, d]: Rational): Rational => [a * d + c * b, b * d];
const times = ([a, b]: Rational, [c, d]: Rational): Rational => [a * c, b * d];
const negated = ([a, b]: Rational): Rational => [-a, b];
const rounded = ([a, b]: Rational, places: number): Rational => {
  const scale = 10n ** BigInt(places);
  const size = a < 0n ? -a : a;
  const steps = (2n * size * scale + b) / (2n * b);
  return [a < 0n ? -steps : steps, scale];
};
const written = (value: Rational, places: number): string => {
  const [steps] = rounded(value, places);
  const digits = (steps < 0n ? -steps : steps).toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return steps < 0n ? `-${text}` : text;
};
const zero: Rational = [0n, 1n];

function slowTotals(invoice: Totalled, { each, places }: Rounding) {
  const round = (value: Rational) => (each === 'line' ? rounded(value, places) : value);
  const hundredth: Rational = [1n, 100n];
  let tax = zero;
  const addTaxes = (taxes: readonly Tax[] | undefined, base: Rational, sign: 1 | -1) => {
    for (const one of taxes ?? []) {
      const amount =
        one.amount !== undefined
          ? rational(one.amount)
          : one.exemption === undefined
            ? times(times(base, rational(one.rate ?? '0')), hundredth)
            : zero;
      tax = plus(tax, sign === 1 ? round(amount) : negated(round(amount)));
    }
  };
  const sumCharges = (charges: readonly Charge[] | undefined, base: Rational): Rational => {
    let sum = zero;
    for (const one of charges ?? []) {
      if (one.handling?.code === 'information-only' || one.kind.code === 'none') continue;
      const amount = round(
        one.amount !== undefined ? rational(one.amount) : times(times(base, rational(one.percent ?? '0')), hundredth),
      );
      const takesOff = one.kind.code === 'allowance';
      sum = plus(sum, takesOff ? negated(amount) : amount);
      addTaxes(one.taxes, amount, takesOff ? -1 : 1);
    }
    return sum;
  };
  let lines = zero;
  for (const one of invoice.lines) {
    const [perTop, perBottom] = rational(one.price?.per ?? '1');
    const goods = round(
      times(times(rational(one.quantity?.value ?? '0'), rational(one.price?.amount ?? '0')), [perBottom, perTop]),
    );
    const amount = plus(goods, sumCharges(one.charges, goods));
    addTaxes(one.taxes, amount, 1);
    lines = plus(lines, amount);
  }
  const charges = sumCharges(invoice.charges, lines);
  const taxable = plus(lines, charges);
  addTaxes(invoice.taxes, taxable, 1);
  const tell = (value: Rational) => written(value, places);
  return {
    lines: tell(lines),
    charges: tell(charges),
    taxable: tell(taxable),
    tax: tell(tax),
    due: tell(plus(taxable, tax)),
  };
}

const decimalOf = (places: number, max: number) =>
  fc.integer({ min: 0, max }).map((steps) => written([BigInt(steps), 10n ** BigInt(places)], places));
const anyTax = fc.oneof(
  fc.record({ kind: fc.constant({ code: 'sales' }), rate: decimalOf(3, 25_000) }),
  fc.record({ kind: fc.constant({ code: 'sales' }), amount: decimalOf(2, 10_000) }),
  fc.record({
    kind: fc.constant({ code: 'sales' }),
    rate: decimalOf(2, 2_500),
    exemption: fc.constant({ code: 'resale' }),
  }),
);
const anyCharge: fc.Arbitrary<Charge> = fc
  .tuple(
    fc.constantFrom('allowance', 'charge', 'none'),
    fc.oneof(fc.record({ amount: decimalOf(2, 50_000) }), fc.record({ percent: decimalOf(4, 300_000) })),
    fc.option(fc.constantFrom('off-invoice', 'information-only'), { nil: undefined }),
    fc.array(anyTax, { maxLength: 2 }),
  )
  .map(([kind, how, handling, taxes]) => ({
    kind: { code: kind },
    ...how,
    taxes,
    ...(handling !== undefined && { handling: { code: handling } }),
  }));
const anyLine: fc.Arbitrary<InvoiceLine> = fc
  .tuple(
    decimalOf(3, 5_000_000),
    decimalOf(6, 900_000_000),
    fc.constantFrom('1', '10', '12', '100', '3'),
    fc.array(anyCharge, { maxLength: 3 }),
    fc.array(anyTax, { maxLength: 2 }),
  )
  .map(([quantity, amount, per, charges, taxes]) => ({
    quantity: { value: quantity },
    price: { amount, per },
    charges,
    taxes,
  }));
const anyInvoice: fc.Arbitrary<Totalled> = fc.record({
  lines: fc.array(anyLine, { maxLength: 12 }),
  charges: fc.array(anyCharge, { maxLength: 3 }),
  taxes: fc.array(anyTax, { maxLength: 3 }),
});
const anyRounding: fc.Arbitrary<Rounding> = fc.record({
  each: fc.constantFrom('line', 'total'),
  places: fc.constantFrom(0, 2, 3),
});

test('totals are those of an independent account', () => {
  fc.assert(
    fc.property(anyInvoice, anyRounding, (invoice, rounding) => {
      expect(invoiceTotals(invoice, rounding)).toEqual(slowTotals(invoice, rounding));
    }),
    { numRuns: 500 },
  );
});

test('the order of lines and charges changes no total', () => {
  fc.assert(
    fc.property(anyInvoice, anyRounding, (invoice, rounding) => {
      const turned = { ...invoice, lines: invoice.lines.toReversed(), charges: (invoice.charges ?? []).toReversed() };
      expect(invoiceTotals(turned, rounding)).toEqual(invoiceTotals(invoice, rounding));
    }),
  );
});
