import type { Invoice } from '../documents/invoice.ts';
import { invoiceTotals, roundingOf } from '../documents/totals.ts';
import type { BalanceFunctions } from '../mappers/index.ts';

/** What a document is: only an invoice has lines and totals that must agree. */
const isInvoice = (document: unknown): document is Invoice =>
  typeof document === 'object' &&
  document !== null &&
  'lines' in document &&
  'totals' in document &&
  Array.isArray(document.lines);

/** The functions of balances that know the documents' own rules, for `openMaps`: `totals(.)` is what an invoice comes to. */
export const mapFunctions: BalanceFunctions = {
  totals(document, agreement) {
    if (!isInvoice(document)) return null;
    const currency = document.currency ?? (typeof agreement.currency === 'string' ? agreement.currency : undefined);
    return invoiceTotals(document, roundingOf(currency)).due;
  },
};
