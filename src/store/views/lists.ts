import type { Queryable } from '../database.ts';

/*
 * The lists operators page through, newest first. Each names its columns, the filters it takes and the column its pages go by (an id ordered
 * by time). Filters are looked up here by name: what a caller asks for never becomes SQL.
 */
interface ListView {
  readonly select: string;
  readonly page: string;
  readonly pageType: 'uuid' | 'bigint';
  readonly filters: Readonly<Record<string, string>>;
}

const LISTS = {
  transmissions: {
    select: `select t.id, t.direction, t.channel_id as channel, t.name, t.remote, t.at, f.id as file, f.byte_length as "byteLength", f.state as "fileState"
      from transmission t left join raw_file f on f.transmission_id = t.id`,
    page: 't.id',
    pageType: 'uuid',
    filters: { direction: 't.direction', channel: 't.channel_id', name: 't.name', fileState: 'f.state' },
  },
  interchanges: {
    select: `select i.id, i.direction, i.company_id as company, i.partner_id as partner, i.usage, i.channel_id as channel, i.syntax, i.version, i.sender,
        i.receiver, i.control_number as "controlNumber", i.state, i.verdict, i.quarantine_reason as "quarantineReason", i.group_count as "groups",
        i.transaction_count as "transactions", i.raw_file_id as file, i.at from interchange i`,
    page: 'i.id',
    pageType: 'uuid',
    filters: {
      direction: 'i.direction',
      partner: 'i.partner_id',
      usage: 'i.usage',
      state: 'i.state',
      verdict: 'i.verdict',
      controlNumber: 'i.control_number',
      file: 'i.raw_file_id::text',
    },
  },
  transactions: {
    select: `select t.id, t.interchange_id as interchange, t.direction, t.partner_id as partner, t.usage, t.message, t.version, t.control_number as "controlNumber",
        t.state, t.verdict, t.segment_count as "segmentCount", t.byte_offset as "byteOffset", t.byte_length as "byteLength", d.id as document
      from transaction t left join document d on d.transaction_id = t.id`,
    page: 't.id',
    pageType: 'uuid',
    filters: {
      interchange: 't.interchange_id::text',
      partner: 't.partner_id',
      usage: 't.usage',
      message: 't.message',
      state: 't.state',
      verdict: 't.verdict',
      controlNumber: 't.control_number',
      direction: 't.direction',
    },
  },
  documents: {
    select: `select d.id, d.kind, d.direction, d.company_id as company, d.partner_id as partner, d.usage, d.number, d.state, d.state_reason as "stateReason",
        d.map_name as map, d.transaction_id as transaction, d.order_id as "order", d.at from document d`,
    page: 'd.id',
    pageType: 'uuid',
    filters: {
      kind: 'd.kind',
      direction: 'd.direction',
      partner: 'd.partner_id',
      usage: 'd.usage',
      state: 'd.state',
      number: 'd.number',
    },
  },
  shipments: {
    select: `select s.id, s.partner_id as partner, s.usage, s.number, s.order_id as "order", s.document_id as document, s.at,
        (select count(*)::int from sscc c where c.shipment_id = s.id) as packs from shipment s`,
    page: 's.id',
    pageType: 'uuid',
    filters: { partner: 's.partner_id', usage: 's.usage', number: 's.number', order: 's.order_id::text' },
  },
  invoices: {
    select: `select v.id, v.partner_id as partner, v.usage, v.number, v.order_id as "order", v.shipment_id as shipment, v.document_id as document, v.at from invoice v`,
    page: 'v.id',
    pageType: 'uuid',
    filters: { partner: 'v.partner_id', usage: 'v.usage', number: 'v.number', order: 'v.order_id::text' },
  },
  openItems: {
    select: `select o.id, o.partner_id as partner, o.usage, o.kind, o.number, o.currency, o.amount_minor as amount, o.remaining_minor as remaining,
        o.issued_on as "issuedOn", o.due_on as "dueOn", o.invoice_id as invoice,
        case when o.remaining_minor = 0 then 'settled' when o.remaining_minor < o.amount_minor then 'partly-paid' else 'open' end as state from open_item o`,
    page: 'o.id',
    pageType: 'uuid',
    filters: { partner: 'o.partner_id', usage: 'o.usage', number: 'o.number', kind: 'o.kind' },
  },
  remittances: {
    select: `select r.id, r.partner_id as partner, r.usage, r.trace, r.currency, r.amount_minor as amount, r.applied_minor as applied, r.state, r.balance,
        r.document_id as document, r.at from remittance r`,
    page: 'r.id',
    pageType: 'uuid',
    filters: { partner: 'r.partner_id', usage: 'r.usage', state: 'r.state', trace: 'r.trace' },
  },
  deliveries: {
    select: `select y.id, y.partner_id as partner, y.usage, y.channel_id as channel, y.file_name as "fileName", y.state, y.interchange_id as interchange,
        y.document_id as document, y.acknowledgment_id as acknowledgment, y.at, y.sent_at as "sentAt" from delivery y`,
    page: 'y.id',
    pageType: 'uuid',
    filters: {
      partner: 'y.partner_id',
      usage: 'y.usage',
      channel: 'y.channel_id',
      state: 'y.state',
      document: 'y.document_id::text',
    },
  },
  acknowledgments: {
    select: `select a.id, a.direction, a.kind, a.partner_id as partner, a.usage, a.state, a.interchange_id as interchange, a.group_id as "group",
        a.waits_for as "waitsFor", a.at from acknowledgment a`,
    page: 'a.id',
    pageType: 'uuid',
    filters: { direction: 'a.direction', kind: 'a.kind', partner: 'a.partner_id', state: 'a.state', usage: 'a.usage' },
  },
  expectations: {
    select: `select e.id, e.partner_id as partner, e.usage, e.kind, e.subject_kind as "subjectKind", e.subject_id as subject, e.outstanding, e.due_at as "dueAt",
        e.state, e.at, e.met_at as "metAt" from expectation e`,
    page: 'e.id',
    pageType: 'uuid',
    filters: {
      partner: 'e.partner_id',
      usage: 'e.usage',
      kind: 'e.kind',
      state: 'e.state',
      subject: 'e.subject_id::text',
    },
  },
  work: {
    select: `select w.id, w.kind, w.subject_id as subject, w.lane, w.fairness_key as "fairnessKey", w.order_key as "orderKey", w.state, w.attempts, w.failures,
        w.not_before as "notBefore", w.failure_kind as "failureKind", w.failure_message as "failureMessage", w.created_at as at from work w`,
    page: 'w.id',
    pageType: 'uuid',
    filters: { state: 'w.state', kind: 'w.kind', lane: 'w.lane', subject: 'w.subject_id' },
  },
} as const satisfies Readonly<Record<string, ListView>>;

export type ListName = keyof typeof LISTS;
/** The filters a list takes. */
export const filtersOf = (name: ListName): readonly string[] => Object.keys(LISTS[name].filters);

export type ListedRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** One page of a list, newest first; `before` is the id the last page ended with. */
export async function listPage(
  client: Queryable,
  name: ListName,
  filter: Readonly<Record<string, string | undefined>>,
  limit: number,
  before: string | null,
): Promise<readonly ListedRow[]> {
  const view: ListView = LISTS[name];
  const values: unknown[] = [before, limit];
  const conditions = [`($1::${view.pageType} is null or ${view.page} < $1)`];
  for (const [key, column] of Object.entries(view.filters)) {
    const value = filter[key];
    if (value === undefined) continue;
    values.push(value);
    conditions.push(`${column} = $${values.length}`);
  }
  const { rows } = await client.query<ListedRow & Record<string, unknown>>(
    `${view.select} where ${conditions.join(' and ')} order by ${view.page} desc limit $2`,
    values,
  );
  return rows;
}

/** One row of a list by its id. */
export async function listedRow(client: Queryable, name: ListName, id: string): Promise<ListedRow | undefined> {
  const view: ListView = LISTS[name];
  const { rows } = await client.query<ListedRow & Record<string, unknown>>(`${view.select} where ${view.page} = $1`, [
    id,
  ]);
  return rows[0];
}
