import { type Static, Type } from 'typebox';
import {
  Coded,
  DatedEntry,
  DecimalText,
  FreeText,
  LocalDateText,
  LocalDateTimeText,
  object,
  Party,
  Reference,
  Text,
} from './parts.ts';

/** Where in what we sent the fault stands, in the receiver's own counting; `found` is what stood there, `wanted` what should have. */
export const FaultPlace = object({
  name: Type.Optional(Text),
  number: Type.Optional(DecimalText),
  field: Type.Optional(DecimalText),
  fieldId: Type.Optional(Text),
  found: Type.Optional(Text),
  wanted: Type.Optional(Text),
});

export const ApplicationFault = object({
  error: Type.Optional(Coded),
  text: Type.Optional(Text),
  place: Type.Optional(FaultPlace),
  references: Type.Optional(Type.Array(Reference)),
  texts: Type.Optional(Type.Array(FreeText)),
});

/** What became of one document at the receiver's: `batch` and `entry` are the numbers it travelled under. */
export const ApplicationAnswer = object({
  verdict: Coded,
  reference: Type.Optional(Reference),
  answeredOn: Type.Optional(LocalDateText),
  /** Which kind of document it was, in the sender's code. */
  documentKind: Type.Optional(Text),
  batch: Type.Optional(Text),
  entry: Type.Optional(Text),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  contacts: Type.Optional(Party.properties.contacts),
  faults: Type.Optional(Type.Array(ApplicationFault)),
});

/** What a receiver's application, beyond all syntax, says of documents it got: taken, taken with faults, refused, and why. */
export const ApplicationAdvice = object({
  number: Type.Optional(Text),
  purpose: Coded,
  issuedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  texts: Type.Optional(Type.Array(FreeText)),
  answers: Type.Array(ApplicationAnswer),
});

export type ApplicationAdvice = Static<typeof ApplicationAdvice>;
export type ApplicationAnswer = Static<typeof ApplicationAnswer>;
export type ApplicationFault = Static<typeof ApplicationFault>;
