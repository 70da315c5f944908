import { expect, test } from 'vitest';
import { findItem, gtin14, indexItems, lessReserved } from '../../src/orders/items.ts';
import { chair, lamp } from './orders.ts';

test.each`
  text                 | digits
  ${'036000291452'}    | ${'00036000291452'}
  ${'0036000291452'}   | ${'00036000291452'}
  ${'00036000291452'}  | ${'00036000291452'}
  ${'96385074'}        | ${'00000096385074'}
  ${'0-36000-29145-2'} | ${'00036000291452'}
  ${'36000291452'}     | ${null}
  ${'03600029145X'}    | ${null}
  ${''}                | ${null}
`('$text as a GTIN-14 is $digits', ({ text, digits }) => expect(gtin14(text)).toBe(digits));

const index = indexItems([lamp, chair]);
test.each`
  what                                | products                                                                                                       | found
  ${'UPC-12'}                         | ${[{ scheme: { code: 'upc' }, value: '036000291452' }]}                                                        | ${'LAMP'}
  ${'EAN-13 with a zero before'}      | ${[{ scheme: { code: 'ean' }, value: '0036000291452' }]}                                                       | ${'LAMP'}
  ${'GTIN-14 with two zeros before'}  | ${[{ scheme: { code: 'gtin' }, value: '00036000291452' }]}                                                     | ${'LAMP'}
  ${'our item number'}                | ${[{ scheme: { code: 'supplier-item' }, value: 'C-7' }]}                                                       | ${'CHAIR'}
  ${'their id and ours'}              | ${[{ scheme: { code: 'buyer-item' }, value: '99' }, { scheme: { code: 'supplier-item' }, value: 'C-7' }]}      | ${'CHAIR'}
  ${'two ids of one item'}            | ${[{ scheme: { code: 'upc' }, value: '036000291452' }, { scheme: { code: 'supplier-item' }, value: 'L-100' }]} | ${'LAMP'}
  ${'ids of two items'}               | ${[{ scheme: { code: 'upc' }, value: '036000291452' }, { scheme: { code: 'supplier-item' }, value: 'C-7' }]}   | ${'ambiguous'}
  ${'the value under another scheme'} | ${[{ scheme: { code: 'buyer-item' }, value: 'C-7' }]}                                                          | ${'unknown'}
  ${'no scheme'}                      | ${[{ value: 'C-7' }]}                                                                                          | ${'unknown'}
  ${'nothing'}                        | ${undefined}                                                                                                   | ${'unknown'}
`('$what finds $found', ({ products, found }) => {
  const match = findItem(products, index);
  expect(match.kind === 'found' ? match.item.id : match.kind).toBe(found);
});

test('one id on two items is ambiguous', () => {
  const twin = { ...chair, id: 'CHAIR-2' };
  const match = findItem([{ scheme: { code: 'supplier-item' }, value: 'C-7' }], indexItems([chair, twin]));
  expect(match.kind).toBe('ambiguous');
});

test('what is promised is free no more, at its place only, and the items given are left as they were', () => {
  const [place] = lamp.stock;
  if (place === undefined) throw new Error('the lamp has no place');
  const reservations = [1, 2].map((quantity) => ({
    item: lamp.id,
    location: place.location,
    quantity: `${quantity}.5`,
  }));
  const [left, untouched] = lessReserved([lamp, chair], reservations);
  expect(left?.stock).toEqual([{ ...place, quantity: String(Number(place.quantity) - 4) }, ...lamp.stock.slice(1)]);
  expect(untouched).toBe(chair);
  expect(lamp.stock[0]).toBe(place);
});
