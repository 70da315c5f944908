import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Remittance, RemittanceItem } from '../../src/documents/remittance.ts';
import type { RemittanceMatch } from '../../src/receivables/match.ts';
import { applyTo, type OpenItem } from '../../src/receivables/open-item.ts';
import { match, openItem, paying, remittance } from './ledger.ts';

/* Remittances at random over a small ledger: numbers that meet, spellings that differ, credits, discounts, deductions. */
const numbers = ['INV-10001', 'INV-10002', '10003', 'INV-10004', 'CM-20001', 'INV-10001', '0010003', 'INV-99999'];
const cents = fc.integer({ min: 0, max: 60 }).map((steps) => BigInt(steps * 50));
const decimal = (minor: bigint) =>
  `${minor < 0n ? '-' : ''}${(minor < 0n ? -minor : minor) / 100n}.${String((minor < 0n ? -minor : minor) % 100n).padStart(2, '0')}`;
const anyItem: fc.Arbitrary<OpenItem> = fc
  .record({
    number: fc.constantFrom(...numbers.slice(0, 5), ...numbers.slice(0, 6)),
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
    amount: cents.map((minor) => minor + 50n),
    paid: fc.oneof({ weight: 4, arbitrary: fc.constant(0n) }, cents),
    partner: fc.constantFrom('shop', 'shop', 'shop', 'shop', 'mill'),
    usage: fc.constantFrom('production', 'production', 'production', 'production', 'test'),
    until: fc.constantFrom('2026-03-19', '2026-03-20'),
  })
  .map(({ number, id, amount, paid, partner, usage, until }) =>
    openItem(number, amount, {
      id,
      partner,
      usage: usage === 'test' ? 'test' : 'production',
      kind: number.startsWith('CM') ? 'credit' : 'invoice',
      remaining: paid < amount ? amount - paid : 0n,
      discount: amount > 100n ? { amount: 50n, until } : null,
    }),
  );
const anyLedger = fc.uniqueArray(anyItem, { minLength: 1, maxLength: 6, selector: ({ id }) => id });
/** A line that mostly means one of the items: what remains, a discount less, or anything. */
const lineOn = (ledger: readonly OpenItem[]): fc.Arbitrary<RemittanceItem> =>
  fc
    .record({
      item: fc.option(fc.nat({ max: ledger.length - 1 }), { freq: 8, nil: undefined }),
      stray: fc.constantFrom(...numbers),
      how: fc.constantFrom('all', 'all', 'discounted', 'any'),
      any: cents,
      discount: fc.option(fc.constantFrom('0.50', '1.00'), { nil: undefined }),
      inner: fc.constantFrom(undefined, undefined, undefined, undefined, '-1.00', '2.00'),
      action: fc.constantFrom(undefined, undefined, undefined, 'pay', 'on-account'),
    })
    .map(({ item: index, stray, how, any, discount, inner, action }) => {
      const item = index === undefined ? undefined : ledger[index];
      const size = item === undefined || how === 'any' ? any : how === 'all' ? item.remaining : item.remaining - 50n;
      const paid = item?.kind === 'credit' ? -size : size;
      return paying(item?.number ?? stray, decimal(paid), {
        ...(discount !== undefined && { discount }),
        ...(inner !== undefined && { adjustments: [{ amount: inner }] }),
        ...(action !== undefined && { action: { code: action } }),
      });
    });
const adviceOn = (ledger: readonly OpenItem[]): fc.Arbitrary<Remittance> =>
  fc
    .record({
      lines: fc.array(lineOn(ledger), { minLength: 1, maxLength: 5 }),
      outer: fc.constantFrom<string[]>([], [], [], ['-2.00'], ['1.50']),
      error: fc.constantFrom(0n, 0n, 0n, 0n, 0n, 0n, 0n, 1n),
    })
    .map(({ lines, outer, error }) => {
      const amounts = [...lines.map(({ paid }) => paid ?? '0'), ...outer];
      const sum = amounts.reduce<bigint>((total, text) => total + BigInt(text.replace('.', '')), error);
      return remittance(decimal(sum), lines, { adjustments: outer.map((amount) => ({ amount })) });
    });
const anyCase = anyLedger.chain((ledger) => fc.record({ ledger: fc.constant(ledger), advice: adviceOn(ledger) }));
const anyPolicy = fc.record({
  onPartial: fc.constantFrom('apply' as const, 'review' as const),
  onOverpayment: fc.constantFrom('on-account' as const, 'review' as const),
  onUnearnedDiscount: fc.constantFrom('partial' as const, 'review' as const),
  applyPart: fc.constantFrom(true, true, false),
});

describe('whatever is announced', () => {
  test('every cent stands once, no item goes below nothing, no other company, usage or payer is touched', () => {
    let tied = 0;
    fc.assert(
      fc.property(anyCase, anyPolicy, ({ advice, ledger }, policy) => {
        const result = match(advice, ledger, policy);
        const money = result.applications.reduce((sum, one) => sum + one.money, 0n);
        expect(money + result.remainder.onAccount + result.remainder.unapplied).toBe(result.total);
        if (result.applications.length > 0) expect(result.remainder.unapplied).toBeGreaterThanOrEqual(0n);
        const items = new Map(ledger.map((item) => [item.id, item]));
        for (const [index, one] of result.applications.entries()) {
          const item = items.get(one.openItem);
          if (item === undefined) throw new Error('an item from nowhere');
          expect([item.partner, item.usage, item.company]).toEqual(['shop', 'production', 'acme']);
          const { openItem: id, cash, discount } = one;
          const after = applyTo(item, {
            id: `a-${index}`,
            openItem: id,
            cash,
            discount,
            valueOn: '2026-03-20',
            reverses: null,
          });
          if (!after.ok) throw new Error(after.message);
          items.set(id, after.item);
          tied += 1;
        }
        if (result.reasons.length > 0) expect(result.applications).toEqual([]);
        const told = result.lines.filter(({ outcome }) => outcome === 'applied').length;
        expect(result.applications.length).toBeLessThanOrEqual(told);
      }),
      { numRuns: 2_000 },
    );
    expect(tied).toBeGreaterThan(100); // else the remittances made up here prove nothing
  });

  test('the order of lines and of open items changes nothing', () => {
    const anyOrder = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(anyCase, anyPolicy, anyOrder, anyOrder, ({ advice, ledger }, policy, one, other) => {
        const lines = advice.entities?.[0]?.items ?? [];
        const order = lines
          .map((_, index) => ({ index, key: one.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key);
        const shuffled = {
          ...advice,
          entities: [{ ...advice.entities?.[0], items: order.flatMap(({ index }) => lines[index] ?? []) }],
        };
        const mixed = ledger
          .map((item) => ({ item, key: other.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ item }) => item);
        const straight = match(advice, ledger, policy);
        const turned = match(shuffled, mixed, policy);
        const sorted = (values: readonly string[]) => values.toSorted();
        const tell = (result: RemittanceMatch, at: (index: number) => number) =>
          sorted(
            result.lines.slice(0, lines.length).map(({ outcome, reason, money, openItem: id }, index) => {
              const laid = result.applications.find(({ path }) => path === result.lines[index]?.path);
              return `${at(index)} ${outcome} ${reason} ${money} ${id} ${laid?.cash} ${laid?.discount}`;
            }),
          );
        expect(tell(turned, (index) => order[index]?.index ?? -1)).toEqual(tell(straight, (index) => index));
        expect([turned.state, turned.total, turned.remainder]).toEqual([
          straight.state,
          straight.total,
          straight.remainder,
        ]);
        expect(sorted(turned.waitsFor)).toEqual(sorted(straight.waitsFor));
      }),
      { numRuns: 500 },
    );
  });
});
