import { USAGES } from '../../core/usage.ts';
import { LANES, WORK_KINDS } from '../../core/work.ts';
import { DOCUMENT_KINDS } from '../../documents/index.ts';
import type { Queryable } from '../database.ts';
import { CLAIM_STATES } from '../money/claims.ts';
import {
  type Filter,
  id,
  type ListedRow,
  type ListPage,
  type ListView,
  pageOf,
  rowOf,
  state,
  text,
  word,
} from './list-view.ts';
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
} from './words.ts';

const direction = (column: string) => word(column, ['in', 'out']);
const usage = (column: string) => word(column, USAGES);

const LISTS = {
  orders: {
    select: `select o.id, o.number, nullif(o.release, '') as release, o.company_id as company, o.partner_id as partner, o.usage, o.state, o.at as "receivedAt"
      from purchase_order o`,
    page: 'o.id',
    filters: {
      state: state('o.state', ORDER_STATES),
      partner: text('o.partner_id'),
      usage: usage('o.usage'),
      number: text('o.number'),
    },
  },
  transmissions: {
    select: `select t.id, t.direction, t.channel_id as channel, t.name, t.remote, t.at, f.id as file, f.byte_length as "byteLength", f.state as "fileState"
      from transmission t left join raw_file f on f.transmission_id = t.id and f.ordinal = 1`,
    page: 't.id',
    filters: {
      direction: direction('t.direction'),
      channel: text('t.channel_id'),
      name: text('t.name'),
    },
  },
  files: {
    select: `select f.id, f.direction, f.channel_id as channel, f.transmission_id as transmission, t.name, f.state, f.byte_length as "byteLength",
        encode(f.sha256, 'hex') as sha256, f.first_id as "sameAs", f.at from raw_file f join transmission t on t.id = f.transmission_id`,
    page: 'f.id',
    filters: {
      direction: direction('f.direction'),
      channel: text('f.channel_id'),
      state: word('f.state', FILE_STATES),
      transmission: id('f.transmission_id'),
    },
  },
  interchanges: {
    select: `select i.id, i.direction, i.company_id as company, i.partner_id as partner, i.usage, i.channel_id as channel, i.syntax, i.version, i.sender,
        i.receiver, i.control_number as "controlNumber", i.state, i.verdict, i.quarantine_reason as "quarantineReason", i.group_count as "groups",
        i.transaction_count as "transactions", i.raw_file_id as file, i.at from interchange i`,
    page: 'i.id',
    filters: {
      direction: direction('i.direction'),
      partner: text('i.partner_id'),
      usage: usage('i.usage'),
      state: state('i.state', INTERCHANGE_STATES),
      verdict: word('i.verdict', VERDICTS),
      controlNumber: text('i.control_number'),
      file: id('i.raw_file_id'),
    },
  },
  transactions: {
    select: `select t.id, t.interchange_id as interchange, t.direction, t.partner_id as partner, t.usage, t.message, t.version, t.control_number as "controlNumber",
        t.state, t.verdict, t.segment_count as "segmentCount", t.byte_offset as "byteOffset", t.byte_length as "byteLength",
        (select d.id from document d where d.transaction_id = t.id limit 1) as document from transaction t`,
    page: 't.id',
    filters: {
      interchange: id('t.interchange_id'),
      direction: direction('t.direction'),
      partner: text('t.partner_id'),
      usage: usage('t.usage'),
      message: text('t.message'),
      state: state('t.state', TRANSACTION_STATES),
      verdict: word('t.verdict', VERDICTS),
      controlNumber: text('t.control_number'),
    },
  },
  documents: {
    select: `select d.id, d.kind, d.direction, d.company_id as company, d.partner_id as partner, d.usage, d.number, d.state, d.state_reason as "stateReason",
        d.map_name as map, d.transaction_id as transaction, d.order_id as "order", d.at from document d`,
    page: 'd.id',
    filters: {
      kind: word('d.kind', DOCUMENT_KINDS),
      direction: direction('d.direction'),
      partner: text('d.partner_id'),
      usage: usage('d.usage'),
      state: state('d.state', DOCUMENT_STATES),
      number: text('d.number'),
      order: id('d.order_id'),
    },
  },
  shipments: {
    select: `select s.id, s.company_id as company, s.partner_id as partner, s.usage, s.number, s.order_id as "order", s.document_id as document,
        s.body ->> 'shippedOn' as "shippedOn", s.at, (select count(*)::int from sscc c where c.shipment_id = s.id) as packs from shipment s`,
    page: 's.id',
    filters: {
      partner: text('s.partner_id'),
      usage: usage('s.usage'),
      number: text('s.number'),
      order: id('s.order_id'),
    },
  },
  invoices: {
    select: `select v.id, v.company_id as company, v.partner_id as partner, v.usage, v.number, v.order_id as "order", v.shipment_id as shipment,
        v.document_id as document, o.id as "openItem", o.currency, o.amount_minor as amount, o.remaining_minor as remaining, o.due_on as "dueOn", v.at
      from invoice v left join open_item o on o.invoice_id = v.id and o.kind = 'invoice'`,
    page: 'v.id',
    money: ['amount', 'remaining'],
    filters: {
      partner: text('v.partner_id'),
      usage: usage('v.usage'),
      number: text('v.number'),
      order: id('v.order_id'),
    },
  },
  openItems: {
    select: `select o.id, o.company_id as company, o.partner_id as partner, o.usage, o.kind, o.number, o.currency, o.amount_minor as amount,
        o.remaining_minor as remaining, o.discount_minor as discount, o.discount_until as "discountUntil", o.discount_taken_minor as "discountTaken",
        o.issued_on as "issuedOn", o.due_on as "dueOn", o.invoice_id as invoice, v.order_id as "order",
        case when o.remaining_minor = 0 then 'settled' when o.remaining_minor < o.amount_minor then 'partly-paid' else 'open' end as state, o.at
      from open_item o left join invoice v on v.id = o.invoice_id`,
    page: 'o.id',
    money: ['amount', 'remaining', 'discount', 'discountTaken'],
    filters: {
      partner: text('o.partner_id'),
      usage: usage('o.usage'),
      number: text('o.number'),
      kind: word('o.kind', ['invoice', 'credit']),
      invoice: id('o.invoice_id'),
      state: {
        kind: 'state',
        conditions: {
          open: 'o.remaining_minor > 0 and o.remaining_minor = o.amount_minor',
          'partly-paid': 'o.remaining_minor > 0 and o.remaining_minor < o.amount_minor',
          settled: 'o.remaining_minor = 0',
        },
      },
    },
  },
  remittances: {
    select: `select r.id, r.company_id as company, r.partner_id as partner, r.usage, r.trace, r.currency, r.amount_minor as amount, r.applied_minor as applied,
        r.state, r.balance, r.document_id as document, r.at from remittance r`,
    page: 'r.id',
    money: ['amount', 'applied'],
    filters: {
      partner: text('r.partner_id'),
      usage: usage('r.usage'),
      state: state('r.state', REMITTANCE_STATES),
      trace: text('r.trace'),
    },
  },
  claims: {
    select: `select c.id, c.company_id as company, c.partner_id as partner, c.usage, c.number, c.direction, c.currency, c.amount_minor as amount,
        c.handling, c.reference, c.invoice_id as invoice, c.open_item_id as "openItem", c.reasons, c.state, c.document_id as document, c.at from claim c`,
    page: 'c.id',
    money: ['amount'],
    filters: {
      partner: text('c.partner_id'),
      usage: usage('c.usage'),
      state: state('c.state', CLAIM_STATES),
      number: text('c.number'),
      invoice: id('c.invoice_id'),
      openItem: id('c.open_item_id'),
    },
  },
  deliveries: {
    select: `select y.id, y.company_id as company, y.partner_id as partner, y.usage, y.channel_id as channel, y.file_name as "fileName", y.state,
        y.transmission_id as transmission, y.raw_file_id as file, y.interchange_id as interchange, y.document_id as document,
        y.acknowledgment_id as acknowledgment, y.replaces, y.at, y.sent_at as "sentAt" from delivery y`,
    page: 'y.id',
    filters: {
      partner: text('y.partner_id'),
      usage: usage('y.usage'),
      channel: text('y.channel_id'),
      state: state('y.state', DELIVERY_STATES),
      document: id('y.document_id'),
      interchange: id('y.interchange_id'),
      acknowledgment: id('y.acknowledgment_id'),
    },
  },
  acknowledgments: {
    select: `select a.id, a.direction, a.kind, a.company_id as company, a.partner_id as partner, a.usage, a.state, a.interchange_id as interchange,
        a.group_id as "group", a.waits_for as "waitsFor", a.at from acknowledgment a`,
    page: 'a.id',
    filters: {
      direction: direction('a.direction'),
      kind: word('a.kind', ACKNOWLEDGMENT_KINDS),
      partner: text('a.partner_id'),
      usage: usage('a.usage'),
      state: state('a.state', ACKNOWLEDGMENT_STATES),
      interchange: id('a.interchange_id'),
    },
  },
  expectations: {
    select: `select e.id, e.company_id as company, e.partner_id as partner, e.usage, e.kind, e.subject_kind as "subjectKind", e.subject_id as subject,
        e.outstanding, e.due_at as "dueAt", e.state, e.at, e.met_at as "metAt" from expectation e`,
    page: 'e.id',
    filters: {
      partner: text('e.partner_id'),
      usage: usage('e.usage'),
      kind: word('e.kind', ['order-response', 'ship-notice', 'invoice', 'remittance', 'acknowledgment', 'receipt']),
      state: state('e.state', EXPECTATION_STATES),
      subject: id('e.subject_id'),
    },
  },
  work: {
    select: `select w.id, w.kind, w.subject_id as subject, w.lane, w.fairness_key as "fairnessKey", w.order_key as "orderKey", w.state, w.attempts, w.failures,
        w.not_before as "notBefore", w.failure_kind as "failureKind", w.failure_message as "failureMessage", w.created_at as at from work w`,
    page: 'w.id',
    filters: {
      state: {
        kind: 'state',
        conditions: {
          // Ready work stands in two indexes: what has its turn, and what waits for it.
          ready: "((w.state = 'ready' and w.has_turn) or (w.state = 'ready' and not w.has_turn))",
          queued: "w.state = 'queued'",
          parked: "w.state = 'parked'",
          done: "w.state = 'done'",
        },
      },
      kind: word('w.kind', WORK_KINDS),
      lane: word('w.lane', LANES),
      subject: text('w.subject_id'),
    },
  },
} as const satisfies Readonly<Record<string, ListView>>;

export type ListName = keyof typeof LISTS;
export const LIST_NAMES = Object.keys(LISTS) as readonly ListName[];

/** The filters a list takes, by name. */
export const filtersOf = (name: ListName): Readonly<Record<string, Filter>> => LISTS[name].filters;

/** One page of a list, newest first; `before` is the `next` of the page before. */
export const listPage = (
  client: Queryable,
  name: ListName,
  filter: Readonly<Record<string, string | undefined>>,
  limit: number,
  before: string | null,
): Promise<ListPage> => pageOf(client, LISTS[name], filter, limit, before);

/** One row of a list by its id. */
export const listedRow = (client: Queryable, name: ListName, rowId: string): Promise<ListedRow | undefined> =>
  rowOf(client, LISTS[name], rowId);
