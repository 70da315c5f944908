import { type Static, Type } from 'typebox';
import {
  Charge,
  Coded,
  CurrencyText,
  DatedEntry,
  DecimalText,
  FreeText,
  Identifier,
  LocalDateText,
  object,
  Party,
  Price,
  ProductId,
  Quantity,
  Reference,
  Text,
} from './parts.ts';

/** Goods a payment or an adjustment is about: what was received or refused, at which price. */
const RemittanceLine = object({
  number: Type.Optional(Text),
  quantity: Type.Optional(Quantity),
  price: Type.Optional(Price),
  products: Type.Optional(Type.Array(ProductId)),
  references: Type.Optional(Type.Array(Reference)),
  charges: Type.Optional(Type.Array(Charge)),
});

/** A difference the payer explains; signed as sent: whether it is already netted is for the matcher to find out. */
export const Adjustment = object({
  amount: DecimalText,
  reason: Type.Optional(Coded),
  claim: Type.Optional(Identifier),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  texts: Type.Optional(Type.Array(FreeText)),
  lines: Type.Optional(Type.Array(RemittanceLine)),
});

/** One open item the payer settles, wholly or in part. */
export const RemittanceItem = object({
  kind: Type.Optional(Coded),
  reference: Type.Optional(Text),
  action: Type.Optional(Coded),
  paid: Type.Optional(DecimalText),
  gross: Type.Optional(DecimalText),
  discount: Type.Optional(DecimalText),
  adjustment: Type.Optional(object({ reason: Type.Optional(Coded), amount: Type.Optional(DecimalText) })),
  adjustments: Type.Optional(Type.Array(Adjustment)),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  texts: Type.Optional(Type.Array(FreeText)),
  lines: Type.Optional(Type.Array(RemittanceLine)),
});

const Account = object({
  bank: Type.Optional(Identifier),
  account: Type.Optional(Identifier),
});

/** Money announced, and what it is for. */
export const Remittance = object({
  /** The payer's own number of this advice, and why it was sent. */
  number: Type.Optional(Text),
  purpose: Type.Optional(Coded),
  payment: object({
    handling: Type.Optional(Coded),
    amount: DecimalText,
    direction: Type.Optional(Coded),
    method: Type.Optional(Coded),
    format: Type.Optional(Coded),
    trace: Type.Optional(Text),
    traceKind: Type.Optional(Coded),
    traceOriginator: Type.Optional(Text),
    traceMore: Type.Optional(Text),
    payerId: Type.Optional(Text),
    payerSupplement: Type.Optional(Text),
    purpose: Type.Optional(Text),
    payerAccount: Type.Optional(Account),
    payeeAccount: Type.Optional(Account),
    valueOn: Type.Optional(LocalDateText),
  }),
  currency: Type.Optional(CurrencyText),
  exchangeRate: Type.Optional(DecimalText),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  texts: Type.Optional(Type.Array(FreeText)),
  entities: Type.Optional(
    Type.Array(
      object({
        number: Type.Optional(Text),
        role: Type.Optional(Coded),
        party: Type.Optional(Identifier),
        counterRole: Type.Optional(Coded),
        counterParty: Type.Optional(Identifier),
        reference: Type.Optional(Reference),
        parties: Type.Optional(Type.Array(Party)),
        adjustments: Type.Optional(Type.Array(Adjustment)),
        items: Type.Optional(Type.Array(RemittanceItem)),
      }),
    ),
  ),
});

export type Remittance = Static<typeof Remittance>;
export type RemittanceItem = Static<typeof RemittanceItem>;
export type Adjustment = Static<typeof Adjustment>;
