import type { Invoice } from '../documents/invoice.ts';
import { invoiceTotals, roundingOf } from '../documents/totals.ts';
import type { AgreementValues, BalanceFunctions } from '../mappers/index.ts';

/** What a document is: only an invoice has lines and totals that must agree. */
const isInvoice = (document: unknown): document is Invoice =>
  typeof document === 'object' &&
  document !== null &&
  'lines' in document &&
  'totals' in document &&
  Array.isArray(document.lines);

function due(document: unknown, agreement: AgreementValues, headerTaxes: 'own' | 'summary'): string | null {
  if (!isInvoice(document)) return null;
  const currency = document.currency ?? (typeof agreement.currency === 'string' ? agreement.currency : undefined);
  return invoiceTotals(document, { ...roundingOf(currency), headerTaxes }).due;
}

/**
 * The functions of balances that know the documents' own rules, for `openMaps`: what an invoice comes to. With `totals(.)` the header's taxes
 * are taxes of their own (X12), with `summaryTotals(.)` they sum up those of the lines (EDIFACT).
 */
export const mapFunctions: BalanceFunctions = {
  totals: (document, agreement) => due(document, agreement, 'own'),
  summaryTotals: (document, agreement) => due(document, agreement, 'summary'),
};
