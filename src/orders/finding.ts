/*
 * Finding  something wrong in what a partner or the back office told us, as a value: where in the document, and a sentence to act on.
 *          A Problem stands on the wire and has a byte; a Finding stands in the document, and the trace leads from its path to the wire.
 * Outcome  what a rule gives: its value, or every reason it cannot be given at once.
 */
export type FindingCode =
  // an order
  | 'order/no-lines'
  | 'order/currency-differs'
  | 'line/duplicate-number'
  | 'line/quantity-missing'
  | 'line/quantity-not-positive'
  | 'line/quantity-malformed'
  | 'line/quantity-fractional'
  | 'line/price-malformed'
  | 'line/price-basis-unknown'
  | 'line/price-differs'
  | 'line/product-missing'
  | 'line/product-unknown'
  | 'line/product-ambiguous'
  | 'line/unit-differs'
  | 'line/date-passed'
  // a decision
  | 'decision/unknown-line'
  | 'decision/duplicate-line'
  | 'decision/line-missing'
  | 'decision/promises-differ'
  | 'decision/quantity-malformed'
  | 'decision/price-malformed'
  | 'decision/date-invalid'
  // a change the buyer asks for
  | 'change/unknown'
  | 'change/unknown-line'
  | 'change/line-invalid'
  // a shipment
  | 'shipment/number-taken'
  | 'shipment/empty'
  | 'shipment/unknown-order'
  | 'shipment/unknown-line'
  | 'shipment/quantity-malformed'
  | 'shipment/over-shipped'
  | 'shipment/order-not-decided'
  | 'shipment/pack-empty'
  | 'shipment/pack-duplicate'
  | 'shipment/pack-unknown-parent'
  | 'shipment/pack-circle'
  | 'shipment/sscc-invalid'
  | 'shipment/packs-and-lines'
  | 'shipment/date-invalid'
  // an invoice
  | 'invoice/number-taken'
  | 'invoice/nothing-to-bill'
  | 'invoice/unknown-line'
  | 'invoice/not-shipped'
  | 'invoice/price-missing'
  | 'invoice/price-differs'
  | 'invoice/quantity-malformed'
  | 'invoice/amount-malformed'
  | 'invoice/tax-left-out'
  | 'invoice/not-rejected'
  | 'invoice/paid'
  // what we would send
  | 'document/invalid'
  | 'document/unwritable'
  // a payment, settled by a person
  | 'settlement/nothing-said'
  | 'settlement/unknown-item'
  | 'settlement/currency-differs'
  | 'settlement/amount-malformed'
  | 'settlement/deduction-unexplained'
  | 'settlement/not-on-a-credit'
  | 'settlement/beyond-item'
  | 'settlement/beyond-payment'
  // a change of state
  | 'state/not-allowed'
  | 'state/too-late';

export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning';
  /** Where in the document: "lines[2].quantity.value"; "" for the whole. */
  readonly path: string;
  readonly message: string;
  readonly found: string | null;
  readonly expected: string | null;
}

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export const finding = (
  code: FindingCode,
  path: string,
  message: string,
  more: { found?: string | null; expected?: string | null; severity?: Finding['severity'] } = {},
): Finding => ({
  code,
  severity: more.severity ?? 'error',
  path,
  message,
  found: more.found ?? null,
  expected: more.expected ?? null,
});

export const given = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refused = (
  ...findings: readonly Finding[]
): { readonly ok: false; readonly findings: readonly Finding[] } => ({
  ok: false,
  findings,
});
