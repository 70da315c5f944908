import { type TSchema, Type } from 'typebox';
import { PROBLEM_CODES } from '../core/problem-codes.ts';
import { USAGES } from '../core/usage.ts';
import { DOCUMENT_SCHEMAS } from '../documents/index.ts';
import { Coded, CurrencyText, DecimalText, Identifier, LocalDateText, object, Price } from '../documents/parts.ts';
import { RUNG_STATES } from '../flows/ladder.ts';
import { BackOfficeChangeDecision } from '../orders/change-decision.ts';
import { BackOfficeDecision } from '../orders/decision.ts';
import { InvoiceCorrection, InvoiceRequest } from '../orders/invoice-request.ts';
import { PickRequest } from '../orders/pick-request.ts';
import { ShipmentRequest } from '../orders/ship.ts';
import { LINE_STATUSES, VERDICTS } from '../orders/words.ts';
import type { ListName } from '../store/views/lists.ts';
import { DOCUMENT_STATES } from '../store/views/words.ts';
import { Application, RemittanceLine, RemittanceStanding, SettlementRequest } from './money-schemas.ts';
import { Instant, orNull, ROW_NAMES, ROWS, rowSchema } from './rows.ts';
import { Id, named, oneOf, plainText } from './schemas.ts';

/*
 * Every schema of the API that has a name, for requests and answers alike: one definition each, referred to by routes, published in
 * /openapi.json under the same name. Answers are written as they are, not pressed into their schema: that they fit is what tests check.
 */
const Count = Type.Integer({ minimum: 0 });
const TextOrNull = orNull(Type.String());

/** RFC 9457. `kind`, `faults`, `findings` and `invoice` are ours. */
const ProblemDetails = Type.Object({
  type: Type.Literal('about:blank'),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  kind: Type.Optional(Type.String({ description: 'The kind of failure, when one of ours lies behind it.' })),
  faults: Type.Optional(Type.Array(Type.Object({ at: Type.String(), message: Type.String() }))),
  findings: Type.Optional(Type.Array(named('Finding'))),
  invoice: Type.Optional(
    Type.Object(
      {
        id: Id,
        number: Type.String(),
        document: Id,
        state: oneOf(DOCUMENT_STATES),
        due: DecimalText,
        currency: CurrencyText,
      },
      { description: 'The invoice as it stands, when it was corrected already.' },
    ),
  ),
});

/** What a rule has against a posted document. */
const Finding = object({
  code: Type.String(),
  severity: oneOf(['error', 'warning']),
  path: Type.String({ description: 'Where in what was posted: "lines[2].quantity"; "" for the whole.' }),
  message: Type.String(),
  found: TextOrNull,
  expected: TextOrNull,
});

const PROBLEM_CODE_NAMES: readonly string[] = Object.keys(PROBLEM_CODES);

/** What a partner did wrong, as `tallyport check --json` tells it. */
const Problem = object({
  code: Type.String({ examples: PROBLEM_CODE_NAMES.slice(0, 3) }),
  severity: oneOf(['error', 'warning']),
  message: Type.String(),
  source: oneOf(['standard', 'guide']),
  byteOffset: Count,
  segmentNumber: orNull(Count),
  tag: TextOrNull,
  elementNumber: orNull(Count),
  componentNumber: orNull(Count),
  repetition: orNull(Count),
  loop: TextOrNull,
  found: TextOrNull,
  expected: TextOrNull,
  earlierInterchange: Type.Optional(
    Type.String({ format: 'uuid', description: 'The interchange that used the control number before.' }),
  ),
});

const Rung = object({
  rung: Type.String(),
  state: oneOf(RUNG_STATES),
  at: orNull(Instant),
  direction: oneOf(['in', 'out', 'none']),
  message: TextOrNull,
  interchangeControlNumber: TextOrNull,
  groupControlNumber: TextOrNull,
  controlNumber: TextOrNull,
  fileName: TextOrNull,
  detail: TextOrNull,
  subject: object({ kind: Type.String(), id: Type.String() }),
});
const Ladder = object({
  order: object({
    id: Id,
    number: Type.String(),
    partner: Type.String(),
    usage: oneOf(USAGES),
    state: ROWS.orders.state,
  }),
  rungs: Type.Array(named('Rung')),
});

const OrderLineState = object({
  line: Type.String(),
  ordered: DecimalText,
  promised: DecimalText,
  picked: DecimalText,
  shipped: DecimalText,
  invoiced: DecimalText,
  unit: orNull(Coded),
  price: orNull(Price),
});
const OrderState = object({
  number: Type.String(),
  version: Type.Integer(),
  change: TextOrNull,
  status: ROWS.orders.state,
  lines: Type.Array(named('OrderLineState')),
  holds: Type.Array(named('Hold')),
});
const Hold = object({ reason: Type.String(), line: TextOrNull, message: Type.String() });
const OrderDecision = object({
  verdict: oneOf(VERDICTS),
  lines: Type.Array(
    object({
      line: Type.String(),
      ordered: DecimalText,
      price: orNull(Price),
      item: TextOrNull,
      promises: Type.Array(
        object({
          status: oneOf(LINE_STATUSES),
          quantity: DecimalText,
          on: orNull(LocalDateText),
          price: orNull(Price),
          products: orNull(Type.Array(Identifier)),
          reason: TextOrNull,
        }),
      ),
    }),
  ),
  holds: Type.Array(named('Hold')),
  reservations: Type.Array(
    object({ line: Type.String(), item: Type.String(), location: Type.String(), quantity: DecimalText }),
  ),
  findings: Type.Array(named('Finding')),
});
const OrderDetail = object({
  ...ROWS.orders,
  version: Type.Integer({ description: '1 as ordered; one more with each change that was taken.' }),
  agreement: Type.String(),
  document: named('Order'),
  documentId: Id,
  decision: orNull(named('OrderDecision')),
  lines: Type.Array(named('OrderLineState')),
  holds: Type.Array(named('Hold')),
  shipments: Type.Array(named('ShipmentRow')),
  invoices: Type.Array(named('InvoiceRow')),
  sent: Type.Array(named('DocumentRow')),
});

const ShipmentPosted = object({
  shipmentId: Id,
  number: Type.String(),
  ssccs: Type.Array(Type.String({ pattern: '^\\d{18}$' })),
  invoiceNumber: orNull(Type.String({ description: 'Set where the gateway bills by itself.' })),
  state: named('OrderState'),
});
const InvoicePosted = object({ invoiceId: Id, number: Type.String(), due: DecimalText, state: named('OrderState') });

const DocumentDetail = object({
  id: Id,
  kind: ROWS.documents.kind,
  direction: ROWS.documents.direction,
  company: Type.String(),
  partner: Type.String(),
  usage: ROWS.documents.usage,
  agreement: Type.String(),
  number: Type.String(),
  state: ROWS.documents.state,
  stateReason: TextOrNull,
  transaction: orNull(Id),
  order: orNull(Id),
  map: TextOrNull,
  mapHash: TextOrNull,
  body: Type.Union(Object.keys(DOCUMENT_SCHEMAS).map((kind) => named(documentName(kind)))),
  trace: Type.Unknown({ description: 'Which place on the wire each path of the document came from or went to.' }),
  unmapped: Type.Unknown({ description: 'What they sent that no field read.' }),
  unwritten: Type.Unknown({ description: 'What we wanted to say that the map has no place for.' }),
  at: Instant,
});

const Stock = object({
  usage: oneOf(USAGES),
  location: Type.String(),
  onHand: DecimalText,
  reserved: DecimalText,
  free: DecimalText,
});
const Item = object({
  company: Type.String(),
  id: Type.String(),
  description: Type.String(),
  products: Type.Array(object({ scheme: Type.String(), value: Type.String() })),
  unit: Type.String(),
  price: DecimalText,
  currency: CurrencyText,
  leadTimeDays: Count,
  stock: Type.Array(named('Stock')),
});
export const StockRequest = object({
  usage: oneOf(USAGES),
  location: plainText(100),
  onHand: Type.String({
    pattern: '^(\\d{1,30}(\\.\\d{0,12})?|\\.\\d{1,12})$',
    description: 'What stands on the shelf, promised goods included. A decimal as text.',
  }),
  reason: Type.Optional(plainText(1_000)),
  by: Type.Optional(plainText(200)),
});

const Event = object({
  id: Type.String({ pattern: '^\\d+$' }),
  at: Instant,
  type: Type.String(),
  actor: Type.String(),
  reason: TextOrNull,
  company: TextOrNull,
  usage: TextOrNull,
  data: Type.Unknown(),
  objects: Type.Array(object({ kind: Type.String(), id: Type.String(), qualifier: Type.String() })),
});

const rows = (Object.keys(ROW_NAMES) as ListName[]).map((name): [string, TSchema] => [
  ROW_NAMES[name],
  rowSchema(name),
]);
const documents = Object.entries(DOCUMENT_SCHEMAS).map(([kind, schema]): [string, TSchema] => [
  documentName(kind),
  schema,
]);

/** "ship-notice" → "ShipNotice". */
function documentName(kind: string): string {
  return kind.replace(/(?:^|-)([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
}

/** By name. */
export const PUBLISHED: Readonly<Record<string, TSchema>> = {
  ProblemDetails,
  Problem,
  Finding,
  ...Object.fromEntries(documents),
  BackOfficeChangeDecision,
  BackOfficeDecision,
  ShipmentRequest,
  InvoiceRequest,
  InvoiceCorrection,
  PickRequest,
  ...Object.fromEntries(rows),
  OrderDetail,
  OrderState,
  OrderLineState,
  OrderDecision,
  Hold,
  ShipmentPosted,
  InvoicePosted,
  Ladder,
  Rung,
  RemittanceLine,
  Application,
  SettlementRequest,
  RemittanceStanding,
  DocumentDetail,
  Item,
  Stock,
  StockRequest,
  Event,
};

/** As they are handed to fastify and to the validators: plain JSON Schema with the name as its id. */
export const PUBLISHED_SCHEMAS: readonly Readonly<Record<string, unknown>>[] = Object.entries(PUBLISHED).map(
  ([name, schema]) => ({ $id: name, ...(JSON.parse(JSON.stringify(schema)) as Record<string, unknown>) }),
);
