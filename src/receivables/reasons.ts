/*
 * Why a line of a remittance, or the whole of it, came out as it did. Never rename or reuse one: queues, reports and people know them.
 * `applied` says which rule tied the line; everything else says why a person must look, or what is waited for.
 */
export const MATCH_REASONS = {
  // tied
  'exact-amount': 'The reference is an open item, and what was paid is what remains on it.',
  'exact-after-discount': 'The reference is an open item, and what was paid is what remains less the discount earned.',
  'exact-together': 'Several lines pay one open item, and together they are what remains on it.',
  partial: 'The reference is an open item, and less was paid than remains: the rest stays open.',
  'over-on-account': 'The open item is paid in full, and what is over stands on account.',
  'on-account': 'The payer says the money is on account.',
  'nothing-paid': 'No money is said to be paid on this line.',
  'explains-only': 'The adjustment explains a line and moves no money.',
  // waits
  'invoice-not-yet-known': 'No open item has this number yet.',
  // a person must look: the line
  'no-reference': 'The line names no open item.',
  'reference-is-no-item': 'The reference names an order, a shipment or an account, not an open item.',
  'reference-ambiguous': 'Several open items could be meant.',
  'reference-repeated': 'Several lines name one open item, and together they are not what remains on it.',
  'another-payers-item': 'The open item is owed by another partner.',
  'item-claimed': 'A line that waits for a person already claims this open item.',
  'already-paid': 'Nothing remains on the open item.',
  'currency-differs': 'The open item is in another currency.',
  'discount-not-earned': 'A discount was taken after its last day.',
  'discount-too-large': 'A larger discount was taken than is offered.',
  'amount-differs': 'What was paid and taken does not fit what remains.',
  'paid-too-little': 'Less was paid than remains, and parts are not applied by agreement.',
  'paid-too-much': 'More was paid than remains.',
  'credit-not-known': 'The line takes money back, and no open credit has this number.',
  'sign-does-not-fit': 'The line takes money back from an invoice, or pays a credit.',
  'adjustment-to-explain': 'An adjustment beside the lines moves money and names no open item.',
  // a person must look: the whole
  'duplicate-advice': 'The same payer has announced this payment before.',
  'out-of-balance': 'The parts do not add up to the payment.',
  'amounts-unclear': 'A line does not say what was paid on it, or an amount is none.',
  'amount-not-payable': 'An amount has more places than its currency.',
  'payment-negative': 'The payment takes money back as a whole.',
  'no-money-moves': 'The message only tests or announces: no money moves with it.',
  'payment-does-not-close': 'Other lines take more money back than is left: nothing of this payment is applied alone.',
  // a person looked
  'settled-by-person': 'A person settled the line; the event says who and why.',
  'taken-back': 'What was applied on the line was taken back by a person.',
} as const;
export type MatchReason = keyof typeof MATCH_REASONS;
