import { type Static, type TSchema, Type } from 'typebox';

/*
 * The pieces every document is made of. No EDI words: a code of ours stands beside the partner's original, so that what they sent can go back.
 * Arrays that may be empty are absent instead: reading and writing then agree on one form.
 */
const closed = { additionalProperties: false };
export const object = <T extends Record<string, TSchema>>(properties: T) => Type.Object(properties, closed);

/** Free text of at least one character. */
export const Text = Type.String({ minLength: 1 });
/** An exact decimal as text: "12.50". Never a JSON number. */
export const DecimalText = Type.String({ pattern: '^-?(\\d{1,60}(\\.\\d{0,40})?|\\.\\d{1,40})$' });
export const LocalDateText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
/** "2026-11-22T13:45", seconds and offset only when they were sent. */
export const LocalDateTimeText = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,2})?)?([+-]\\d{2}:\\d{2}|Z)?$',
});
/** Three letters, ISO 4217. */
export const CurrencyText = Type.String({ pattern: '^[A-Z]{3}$' });

/** Our code and the one that was sent. An unknown code has only `original`; a document of our own making has only `code`. */
export const Coded = object({ code: Type.Optional(Text), original: Type.Optional(Text) });
export type Coded = Static<typeof Coded>;

/** A day, a moment or a period, as sent. */
export const When = Type.Union([
  LocalDateText,
  LocalDateTimeText,
  object({ from: Type.Optional(LocalDateText), to: Type.Optional(LocalDateText) }),
]);
export type When = Static<typeof When>;

export const DatedEntry = object({ kind: Coded, at: When });
/** A number somebody knows something by; `line` and `on` are of what the number names. */
export const Reference = object({
  kind: Coded,
  value: Type.Optional(Text),
  text: Type.Optional(Text),
  line: Type.Optional(Text),
  on: Type.Optional(When),
});
/** An id and who assigned it: {scheme: {code: "gtin"}, value}. */
export const Identifier = object({ scheme: Type.Optional(Coded), value: Text });
/** An id of a product; `role` only when it is not the line's own product: a substitute, a successor. */
export const ProductId = object({ scheme: Type.Optional(Coded), value: Text, role: Type.Optional(Coded) });
export const Quantity = object({ value: DecimalText, unit: Type.Optional(Coded) });
export const FreeText = object({
  kind: Type.Optional(Coded),
  reference: Type.Optional(Text),
  title: Type.Optional(Text),
  text: Type.Optional(Text),
});
/** A trait of a product in words, or as a code of an industry's list. */
export const Feature = object({
  type: Type.Optional(Coded),
  kind: Type.Optional(Coded),
  list: Type.Optional(Text),
  value: Type.Optional(Text),
  text: Type.Optional(Text),
});

/** `amount` is for `per` units (1 when absent) of `perUnit`; `basis` is the partner's own word for per. */
export const Price = object({
  amount: DecimalText,
  per: Type.Optional(DecimalText),
  perUnit: Type.Optional(Coded),
  basis: Type.Optional(Coded),
  kind: Type.Optional(Coded),
});
/** A further price beside the one that is billed: retail, list, promotion. */
export const OtherPrice = object({
  kind: Type.Optional(Coded),
  market: Type.Optional(Coded),
  amount: Type.Optional(DecimalText),
  per: Type.Optional(DecimalText),
  perUnit: Type.Optional(Coded),
  basis: Type.Optional(Coded),
  quantity: Type.Optional(Quantity),
  multiplier: Type.Optional(object({ kind: Type.Optional(Text), value: DecimalText })),
});

export const Address = object({
  lines: Type.Optional(Type.Array(Text)),
  /** Name and address in one, as some senders write it. */
  block: Type.Optional(Type.Array(Text)),
  city: Type.Optional(Text),
  region: Type.Optional(Text),
  postalCode: Type.Optional(Text),
  country: Type.Optional(Text),
});

export const Contact = object({
  kind: Type.Optional(Coded),
  name: Type.Optional(Text),
  id: Type.Optional(Text),
  reference: Type.Optional(Text),
  numbers: Type.Optional(Type.Array(object({ kind: Coded, value: Text }))),
});

export const Party = object({
  role: Coded,
  ids: Type.Optional(Type.Array(Identifier)),
  name: Type.Optional(Text),
  moreNames: Type.Optional(Type.Array(Text)),
  address: Type.Optional(Address),
  contacts: Type.Optional(Type.Array(Contact)),
  references: Type.Optional(Type.Array(Reference)),
});

export const Tax = object({
  kind: Coded,
  category: Type.Optional(Coded),
  rate: Type.Optional(DecimalText),
  base: Type.Optional(DecimalText),
  amount: Type.Optional(DecimalText),
  exemption: Type.Optional(Coded),
  jurisdiction: Type.Optional(Identifier),
  reference: Type.Optional(Text),
});

/** An allowance takes off, a charge puts on; `amount` is never negative: the kind says the sign. */
export const Charge = object({
  kind: Coded,
  code: Type.Optional(Coded),
  agencyCode: Type.Optional(Identifier),
  basis: Type.Optional(Coded),
  percent: Type.Optional(DecimalText),
  percentOf: Type.Optional(Coded),
  amount: Type.Optional(DecimalText),
  rate: Type.Optional(DecimalText),
  quantity: Type.Optional(Quantity),
  handling: Type.Optional(Coded),
  /** Where it stands in a chain of charges on charges. */
  sequence: Type.Optional(Text),
  reference: Type.Optional(Text),
  text: Type.Optional(Text),
  taxes: Type.Optional(Type.Array(Tax)),
});

/** Terms of payment; dates win over days, as X12 ITD says. */
export const PaymentTerm = object({
  kind: Type.Optional(Coded),
  basis: Type.Optional(Coded),
  relation: Type.Optional(Coded),
  discountPercent: Type.Optional(DecimalText),
  discountOn: Type.Optional(LocalDateText),
  discountDays: Type.Optional(DecimalText),
  netOn: Type.Optional(LocalDateText),
  netDays: Type.Optional(DecimalText),
  discountAmount: Type.Optional(DecimalText),
  deferredOn: Type.Optional(LocalDateText),
  deferredAmount: Type.Optional(DecimalText),
  payablePercent: Type.Optional(DecimalText),
  dayOfMonth: Type.Optional(DecimalText),
  text: Type.Optional(Text),
});

export const Carriage = object({
  payment: Type.Optional(Coded),
  stage: Type.Optional(Coded),
  sequence: Type.Optional(Coded),
  mode: Type.Optional(Coded),
  carrier: Type.Optional(Identifier),
  carrierName: Type.Optional(Text),
  routing: Type.Optional(Text),
  place: Type.Optional(object({ kind: Type.Optional(Coded), text: Type.Optional(Text) })),
  titlePassage: Type.Optional(object({ kind: Type.Optional(Coded), text: Type.Optional(Text) })),
  location: Type.Optional(object({ kind: Type.Optional(Coded), value: Text })),
  delivery: Type.Optional(Coded),
  /** Whose terms `delivery` names: Incoterms, trade terms. */
  deliveryList: Type.Optional(Coded),
  service: Type.Optional(Coded),
  status: Type.Optional(Coded),
  reference: Type.Optional(object({ kind: Coded, value: Text })),
});

/** How the goods are packed: so many packs, each of `size` `unit`, holding so many inner packs. */
export const PackSpec = object({
  packs: Type.Optional(DecimalText),
  size: Type.Optional(DecimalText),
  unit: Type.Optional(Coded),
  packaging: Type.Optional(Coded),
  inner: Type.Optional(DecimalText),
  weightKind: Type.Optional(Coded),
  weight: Type.Optional(Quantity),
  volume: Type.Optional(Quantity),
  length: Type.Optional(DecimalText),
  width: Type.Optional(DecimalText),
  height: Type.Optional(DecimalText),
  dimensionUnit: Type.Optional(Coded),
});

/** A measured dimension of the goods. */
export const Measurement = object({
  purpose: Type.Optional(Coded),
  kind: Type.Optional(Coded),
  value: DecimalText,
  unit: Type.Optional(Coded),
});
/** So many of a line for one place. */
export const Allocation = object({
  location: Text,
  scheme: Type.Optional(Coded),
  quantity: DecimalText,
  unit: Type.Optional(Coded),
});
/** So much of a line on one day, or between two. */
export const Delivery = object({
  kind: Type.Optional(Coded),
  status: Type.Optional(Coded),
  on: LocalDateText,
  untilKind: Type.Optional(Coded),
  until: Type.Optional(LocalDateText),
  quantity: DecimalText,
  unit: Type.Optional(Coded),
});
/** What a line is made of: a prepack, a kit, an assortment. */
export const Component = object({
  number: Type.Optional(Text),
  parent: Type.Optional(Text),
  relation: Type.Optional(Coded),
  products: Type.Optional(Type.Array(ProductId)),
  description: Type.Optional(Text),
  features: Type.Optional(Type.Array(Feature)),
  quantity: Type.Optional(Quantity),
  price: Type.Optional(Price),
  pack: Type.Optional(PackSpec),
});

export type Party = Static<typeof Party>;
export type Reference = Static<typeof Reference>;
export type Identifier = Static<typeof Identifier>;
export type ProductId = Static<typeof ProductId>;
export type Quantity = Static<typeof Quantity>;
export type Price = Static<typeof Price>;
export type Charge = Static<typeof Charge>;
export type Tax = Static<typeof Tax>;
export type PaymentTerm = Static<typeof PaymentTerm>;
export type Carriage = Static<typeof Carriage>;
export type DatedEntry = Static<typeof DatedEntry>;
export type FreeText = Static<typeof FreeText>;
