import { type TSchema, Type } from 'typebox';
import { USAGES } from '../core/usage.ts';
import { LANES, WORK_KINDS } from '../core/work.ts';
import { DOCUMENT_KINDS } from '../documents/index.ts';
import { CurrencyText, DecimalText, LocalDateText, object } from '../documents/parts.ts';
import { CLAIM_STATES } from '../store/money/claims.ts';
import type { ListName } from '../store/views/lists.ts';
import {
  ACKNOWLEDGMENT_KINDS,
  ACKNOWLEDGMENT_STATES,
  DELIVERY_STATES,
  DOCUMENT_STATES,
  EXPECTATION_STATES,
  FILE_STATES,
  INTERCHANGE_STATES,
  ORDER_STATES,
  REMITTANCE_STATES,
  TRANSACTION_STATES,
  VERDICTS,
} from '../store/views/words.ts';
import { Id, oneOf } from './schemas.ts';

/*
 * The rows of the lists, as they are told. A column that is added to a list and not here fails a test, and so does one of another type.
 */
export const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);
export const Instant = Type.String({ format: 'date-time' });
const Word = Type.String();
const Count = Type.Integer({ minimum: 0 });
const IdOrNull = orNull(Id);
const TextOrNull = orNull(Type.String());
const DateOrNull = orNull(LocalDateText);
const InstantOrNull = orNull(Instant);
const Direction = oneOf(['in', 'out']);
const Usage = oneOf(USAGES);
const Verdict = orNull(oneOf(VERDICTS));

const owned = { company: Word, partner: Word, usage: Usage };

export const ROWS = {
  orders: {
    id: Id,
    number: Word,
    release: TextOrNull,
    ...owned,
    state: oneOf(ORDER_STATES),
    receivedAt: Instant,
  },
  transmissions: {
    id: Id,
    direction: Direction,
    channel: Word,
    name: TextOrNull,
    remote: TextOrNull,
    at: Instant,
    file: IdOrNull,
    byteLength: orNull(Count),
    fileState: orNull(oneOf(FILE_STATES)),
  },
  files: {
    id: Id,
    direction: Direction,
    channel: Word,
    transmission: Id,
    name: TextOrNull,
    state: oneOf(FILE_STATES),
    byteLength: Count,
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    sameAs: orNull(
      Type.String({ format: 'uuid', description: 'The first file with these bytes, when it came before.' }),
    ),
    at: Instant,
  },
  interchanges: {
    id: Id,
    direction: Direction,
    company: TextOrNull,
    partner: TextOrNull,
    usage: Usage,
    channel: Word,
    syntax: Word,
    version: Word,
    sender: Word,
    receiver: Word,
    controlNumber: Word,
    state: oneOf(INTERCHANGE_STATES),
    verdict: Verdict,
    quarantineReason: TextOrNull,
    groups: Count,
    transactions: Count,
    file: Id,
    at: Instant,
  },
  transactions: {
    id: Id,
    interchange: Id,
    direction: Direction,
    partner: TextOrNull,
    usage: Usage,
    message: Word,
    version: Word,
    controlNumber: Word,
    state: oneOf(TRANSACTION_STATES),
    verdict: Verdict,
    segmentCount: Count,
    byteOffset: Count,
    byteLength: Count,
    document: IdOrNull,
  },
  documents: {
    id: Id,
    kind: oneOf(DOCUMENT_KINDS),
    direction: Direction,
    ...owned,
    number: Word,
    state: oneOf(DOCUMENT_STATES),
    stateReason: TextOrNull,
    map: TextOrNull,
    transaction: IdOrNull,
    order: IdOrNull,
    at: Instant,
  },
  shipments: {
    id: Id,
    ...owned,
    number: Word,
    order: Id,
    document: Id,
    shippedOn: DateOrNull,
    at: Instant,
    packs: Count,
  },
  invoices: {
    id: Id,
    ...owned,
    number: Word,
    order: IdOrNull,
    shipment: IdOrNull,
    document: Id,
    openItem: IdOrNull,
    currency: orNull(CurrencyText),
    amount: orNull(DecimalText),
    remaining: orNull(DecimalText),
    dueOn: DateOrNull,
    at: Instant,
  },
  openItems: {
    id: Id,
    ...owned,
    kind: oneOf(['invoice', 'credit']),
    number: Word,
    currency: CurrencyText,
    amount: DecimalText,
    remaining: DecimalText,
    discount: DecimalText,
    discountUntil: DateOrNull,
    discountTaken: DecimalText,
    issuedOn: LocalDateText,
    dueOn: DateOrNull,
    invoice: IdOrNull,
    order: IdOrNull,
    state: oneOf(['open', 'partly-paid', 'settled']),
    at: Instant,
  },
  claims: {
    id: Id,
    ...owned,
    number: Word,
    direction: oneOf(['debit', 'credit']),
    currency: CurrencyText,
    amount: DecimalText,
    handling: TextOrNull,
    reference: TextOrNull,
    invoice: IdOrNull,
    openItem: IdOrNull,
    reasons: Type.Array(
      object({
        code: TextOrNull,
        original: TextOrNull,
        direction: TextOrNull,
        line: TextOrNull,
        amount: TextOrNull,
        quantity: TextOrNull,
      }),
    ),
    state: oneOf(CLAIM_STATES),
    document: Id,
    at: Instant,
  },
  remittances: {
    id: Id,
    ...owned,
    trace: Word,
    currency: CurrencyText,
    amount: DecimalText,
    applied: DecimalText,
    state: oneOf(REMITTANCE_STATES),
    balance: TextOrNull,
    document: Id,
    at: Instant,
  },
  deliveries: {
    id: Id,
    ...owned,
    channel: Word,
    fileName: Word,
    state: oneOf(DELIVERY_STATES),
    transmission: Id,
    file: Id,
    interchange: IdOrNull,
    document: IdOrNull,
    acknowledgment: IdOrNull,
    replaces: IdOrNull,
    at: Instant,
    sentAt: InstantOrNull,
  },
  acknowledgments: {
    id: Id,
    direction: Direction,
    kind: oneOf(ACKNOWLEDGMENT_KINDS),
    ...owned,
    state: oneOf(ACKNOWLEDGMENT_STATES),
    interchange: IdOrNull,
    group: IdOrNull,
    waitsFor: orNull(
      Type.String({ description: 'The interchange or group of ours it answers, while that is not known.' }),
    ),
    at: Instant,
  },
  expectations: {
    id: Id,
    ...owned,
    kind: Word,
    subjectKind: Word,
    subject: Id,
    outstanding: Type.Object({}, { description: 'What is still owed: once, by quantity per line, or money.' }),
    dueAt: InstantOrNull,
    state: oneOf(EXPECTATION_STATES),
    at: Instant,
    metAt: InstantOrNull,
  },
  work: {
    id: Id,
    kind: oneOf(WORK_KINDS),
    subject: Word,
    lane: oneOf(LANES),
    fairnessKey: Word,
    orderKey: TextOrNull,
    state: oneOf(['ready', 'queued', 'done', 'parked']),
    attempts: Count,
    failures: Count,
    notBefore: Instant,
    failureKind: TextOrNull,
    failureMessage: TextOrNull,
    at: Instant,
  },
} as const satisfies Readonly<Record<ListName, Readonly<Record<string, TSchema>>>>;

/** The name under which a list's row is published. */
export const ROW_NAMES = {
  orders: 'OrderRow',
  transmissions: 'TransmissionRow',
  files: 'FileRow',
  interchanges: 'InterchangeRow',
  transactions: 'TransactionRow',
  documents: 'DocumentRow',
  shipments: 'ShipmentRow',
  invoices: 'InvoiceRow',
  openItems: 'OpenItemRow',
  claims: 'ClaimRow',
  remittances: 'RemittanceRow',
  deliveries: 'DeliveryRow',
  acknowledgments: 'AcknowledgmentRow',
  expectations: 'ExpectationRow',
  work: 'WorkRow',
} as const satisfies Readonly<Record<ListName, string>>;

export const rowSchema = (name: ListName): TSchema => object(ROWS[name]);
