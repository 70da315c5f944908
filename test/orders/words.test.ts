import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  LAST_DATES,
  LINE_STATUSES,
  ORDER_PURPOSES,
  PROMISED_DATE,
  REQUESTED_DATES,
  VERDICTS,
} from '../../src/orders/words.ts';

/** The words of a code table, over both syntaxes. */
const wordsOf = (table: string): ReadonlySet<string> => {
  const { x12 = {}, edifact = {} } = parse(readFileSync(`maps/tables/${table}.yaml`, 'utf8'));
  return new Set([...Object.keys(x12), ...Object.keys(edifact)]);
};

/** A word that rules know and no table has would never be read, or never be written. */
test.each`
  table                 | words
  ${'line-status'}      | ${LINE_STATUSES}
  ${'verdict'}          | ${VERDICTS}
  ${'date-kind'}        | ${[...REQUESTED_DATES, ...LAST_DATES, PROMISED_DATE]}
  ${'order-purpose'}    | ${ORDER_PURPOSES}
  ${'party-role'}       | ${['ship-to', 'bill-and-ship-to', 'sold-and-ship-to', 'consignee', 'carrier']}
  ${'charge-kind'}      | ${['allowance', 'charge', 'line-allowance', 'line-charge']}
  ${'handling'}         | ${['bill-back', 'vendor-check', 'credit-account', 'paid-by-vendor', 'optional', 'issued-by-supplier', 'issued-by-reseller', 'denied', 'cancelled', 'amount-wanted', 'information-only', 'tax-not-payable', 'accrual-fund', 'flat-fund', 'collect', 'prepaid']}
  ${'invoice-kind'}     | ${['invoice', 'credit']}
  ${'terms-kind'}       | ${['end-of-month', 'ten-days-after-end-of-month', 'no-discount']}
  ${'terms-basis'}      | ${['shipped', 'delivered', 'goods-received']}
  ${'open-item'}        | ${['order', 'supplier-order', 'bill-of-lading', 'waybill', 'freight-bill', 'shipment', 'contract', 'account', 'billing-account', 'master-account', 'customer', 'statement']}
  ${'payment-action'}   | ${['on-account', 'advance']}
  ${'payment-handling'} | ${['prenotification']}
  ${'credit-debit'}     | ${['debit']}
  ${'product-id'}       | ${['upc', 'ean', 'gtin', 'gtin-14', 'upc-case', 'upc-consumer']}
`('maps can say $table: $words', ({ table, words }) => {
  const known = wordsOf(table);
  expect(words.filter((word: string) => !known.has(word))).toEqual([]);
});
