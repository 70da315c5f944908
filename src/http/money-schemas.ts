import { Type } from 'typebox';
import { CurrencyText, DecimalText, object } from '../documents/parts.ts';
import { Instant, orNull, ROWS } from './rows.ts';
import { Id, oneOf, plainText } from './schemas.ts';

/* Money applied, and what a person may say of it: published under these names by `published.ts`. */
const TextOrNull = orNull(Type.String());

export const Application = object({
  id: Id,
  remittance: Id,
  path: Type.String({ description: 'The place in the remittance document it stands on.' }),
  openItem: Id,
  number: Type.String(),
  currency: CurrencyText,
  cash: DecimalText,
  discount: DecimalText,
  deduction: DecimalText,
  deductionCode: TextOrNull,
  reverses: orNull(Id),
  at: Instant,
});
export const RemittanceLine = object({
  path: Type.String(),
  reference: TextOrNull,
  openItem: orNull(Id),
  outcome: oneOf(['applied', 'nothing', 'waits', 'review', 'settled']),
  reason: Type.String(),
  message: Type.String(),
  currency: CurrencyText,
  money: orNull(DecimalText),
});

/** What is laid against one open item: of the payment, and beyond it. */
const SettlementPart = object({
  openItem: Id,
  cash: Type.Optional(DecimalText),
  discount: Type.Optional(DecimalText),
  deduction: Type.Optional(DecimalText),
  deductionCode: Type.Optional(plainText(100)),
  path: Type.Optional(plainText(500)),
});
export const SettlementRequest = object({
  applications: Type.Optional(Type.Array(SettlementPart, { maxItems: 10_000 })),
  onAccount: Type.Optional(DecimalText),
  reason: plainText(1_000),
  by: Type.Optional(plainText(200)),
});
export const RemittanceStanding = object({
  id: Id,
  state: ROWS.remittances.state,
  applied: DecimalText,
  onAccount: DecimalText,
  unapplied: DecimalText,
  applications: Type.Array(Id, { description: 'Those just written.' }),
});
