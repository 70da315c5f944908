import type { OrderResponse } from '../../documents/order-response.ts';
import type { Queryable } from '../database.ts';

/** A document of ours about an order: how it left, what the partner answered, and what keeps it. */
export interface LadderSent {
  readonly kind: string;
  readonly document_id: string;
  readonly number: string;
  /** What an answer to an order or a change says; null for every other document. */
  readonly response: OrderResponse | null;
  readonly document_state: string;
  /** The document that says the same again, put right. */
  readonly replaced_by: string | null;
  readonly message: string | null;
  readonly interchange_control_number: string | null;
  readonly group_control_number: string | null;
  readonly control_number: string | null;
  readonly verdict: string | null;
  readonly file_name: string | null;
  readonly delivery_state: string | null;
  /** Composed, and for a mailbox there to be fetched. */
  readonly available_at: Date | null;
  readonly sent_at: Date | null;
  /** Whether it went as an AS2 message; it left at `left_at`, and a receipt follows. */
  readonly is_as2: boolean | null;
  readonly left_at: Date | null;
  /** "mdn", "fetched"; null while the partner has not shown that it has it. */
  readonly receipt_kind: string | null;
  readonly receipt_at: Date | null;
  readonly receipt_detail: string | null;
  readonly made_at: Date;
  /** When the answer that this document gave was due; null for what answers nothing, or nothing with a deadline. */
  readonly owed_by: Date | null;
  /** State of what we are owed for it: its acknowledgment. Null when none is. */
  readonly awaited: 'open' | 'overdue' | 'met' | null;
  readonly due_at: Date | null;
  readonly acknowledged_at: Date | null;
  readonly acknowledgment_kind: string | null;
  readonly acknowledgment_rejects: boolean | null;
  readonly acknowledgment_file: string | null;
  readonly acknowledgment_number: string | null;
  /** Work on it that failed: parked for a person, or to be tried again. */
  readonly failure: string | null;
  readonly is_parked: boolean | null;
}

/** A repeat carries the same bytes again: the first delivery that no other channel stands in for tells when they left. */
const SENT = `select d.kind, d.id as document_id, d.number, case when d.kind = 'order-response' then d.body end as response, d.state as document_state, d.replaced_by, t.message, i.control_number as interchange_control_number,
    g.control_number as group_control_number, t.control_number, t.verdict, y.file_name, y.state as delivery_state, y.at as available_at, y.sent_at,
    r.kind as receipt_kind, r.at as receipt_at, r.detail ->> 'detail' as receipt_detail,
    exists (select 1 from as2_sent s where s.delivery_id = y.id) as is_as2,
    (select min(started_at) from delivery_attempt m where m.delivery_id = y.id and m.outcome = 'sent') as left_at,
    d.at as made_at, q.due_at as owed_by, x.state as awaited, x.due_at, a.at as acknowledged_at, a.kind as acknowledgment_kind, a.rejects as acknowledgment_rejects,
    a.file_name as acknowledgment_file, a.control_number as acknowledgment_number, w.failure_message as failure, w.is_parked
  from document d left join transaction t on t.id = d.transaction_id left join functional_group g on g.id = t.group_id
    left join interchange i on i.id = t.interchange_id
    left join lateral (
      select id, file_name, state, at, sent_at from delivery where document_id = d.id order by state = 'replaced', at, id limit 1) y on true
    left join lateral (select kind, at, detail from receipt where delivery_id = y.id order by at limit 1) r on true
    left join lateral (
      select due_at from expectation where d.kind = 'order-response' and subject_id = d.order_id and kind = d.kind and subject_kind = 'order'
        and state = 'met' and at <= d.at and met_at >= d.at order by at desc limit 1) q on true
    left join lateral (
      select state, due_at from expectation where subject_id = i.id and subject_kind = 'interchange' and kind = 'acknowledgment' and state <> 'cancelled'
      order by at desc limit 1) x on true
    left join lateral (
      select e.at, e.data ->> 'kind' as kind, e.type like '%-rejected' as rejects, tr.name as file_name, ai.control_number
      from event_object eo join event e on e.id = eo.event_id
        join event_object es on es.event_id = e.id and es.object_kind = 'acknowledgment' and es.qualifier = 'subject'
        join acknowledgment ak on ak.id = es.object_id::uuid join interchange ai on ai.id = ak.interchange_id
        join raw_file af on af.id = ai.raw_file_id join transmission tr on tr.id = af.transmission_id
      where eo.object_kind = 'interchange' and eo.object_id = i.id::text and eo.qualifier = 'answered'
        and (e.type like 'group/partner-%' or e.type = 'interchange/partner-rejected'
          or (e.type like 'interchange/partner-%' and e.type <> 'interchange/partner-received' and e.data ->> 'kind' = 'CONTRL'))
      order by e.type like '%-rejected' desc, e.id limit 1) a on true
    left join lateral (
      select failure_message, state = 'parked' as is_parked from work
      where subject_id in (d.id::text, y.id::text) and state <> 'done' and failure_message is not null order by state = 'parked' desc limit 1) w on true
  where d.order_id = $1 and d.direction = 'out' order by d.at, d.id`;

/** What we sent about an order, in the order it was made, with what the partner answered. */
export async function sentForOrder(client: Queryable, orderId: string): Promise<readonly LadderSent[]> {
  const { rows } = await client.query<LadderSent & Record<string, unknown>>(SENT, [orderId]);
  return rows;
}

export interface LadderReceived {
  readonly document_id: string;
  readonly message: string;
  readonly interchange_control_number: string;
  readonly group_control_number: string | null;
  readonly control_number: string;
  readonly file_name: string | null;
  readonly at: Date;
  readonly verdict: string | null;
  readonly acknowledgment_kind: string | null;
  readonly acknowledgment_number: string | null;
  readonly acknowledgment_file: string | null;
  readonly acknowledgment_delivery_state: string | null;
  readonly acknowledgment_available_at: Date | null;
  readonly acknowledgment_sent_at: Date | null;
  /** Our AS2 receipt of it: `answered` in the same exchange, `sent` to its address, `ready` while it waits for that. Null: it came another way. */
  readonly mdn_state: 'answered' | 'ready' | 'sent' | null;
  readonly mdn_at: Date | null;
  readonly mic: string | null;
  readonly mic_digest: string | null;
}

/** How documents of theirs came, and how we acknowledged their groups; in the order of the ids, those without a wire left out. */
export async function receivedDocuments(
  client: Queryable,
  documentIds: readonly string[],
): Promise<ReadonlyMap<string, LadderReceived>> {
  const { rows } = await client.query<LadderReceived & Record<string, unknown>>(
    `select distinct on (d.id) d.id as document_id, t.message, i.control_number as interchange_control_number, g.control_number as group_control_number,
       t.control_number, tr.name as file_name, tr.at, t.verdict, a.kind as acknowledgment_kind, ai.control_number as acknowledgment_number,
       ay.file_name as acknowledgment_file, ay.state as acknowledgment_delivery_state, ay.at as acknowledgment_available_at,
       ay.sent_at as acknowledgment_sent_at, m.state as mdn_state, coalesce(m.sent_at, m.at) as mdn_at, rc.mic, rc.layers #>> '{signed,digest}' as mic_digest
     from document d join transaction t on t.id = d.transaction_id join functional_group g on g.id = t.group_id join interchange i on i.id = t.interchange_id
       join raw_file f on f.id = i.raw_file_id join transmission tr on tr.id = f.transmission_id
       left join as2_received rc on rc.transmission_id = tr.id left join as2_mdn m on m.id = rc.mdn_id
       left join acknowledgment a on a.interchange_id = i.id and (a.group_id = g.id or a.kind = 'CONTRL') and a.direction = 'out'
       left join delivery ay on ay.acknowledgment_id = a.id left join interchange ai on ai.id = ay.interchange_id
     where d.id = any ($1) order by d.id, ay.state = 'replaced', ay.at, ay.id`,
    [documentIds],
  );
  return new Map(rows.map((row) => [row.document_id, row]));
}

export interface LadderPayment {
  readonly remittance_id: string;
  readonly document_id: string;
  readonly state: string;
  readonly at: Date;
  readonly invoice_number: string;
  readonly currency: string;
  readonly remaining_minor: bigint;
  /** Null: the line names the invoice and waits, for a person or for another invoice. */
  readonly cash_minor: bigint | null;
  /** Given up by a person, and why: what the payer kept back. */
  readonly deduction_minor: bigint;
  readonly deduction_code: string | null;
  readonly message: string;
}

/** What was paid on the invoices of an order, and what was announced for them and waits; payment by payment. Reversed money is left out. */
export async function paymentsForOrder(client: Queryable, orderId: string): Promise<readonly LadderPayment[]> {
  const { rows } = await client.query<LadderPayment & Record<string, unknown>>(
    `with owed as (
       select o.id, o.number, o.currency, o.remaining_minor from invoice v join open_item o on o.invoice_id = v.id where v.order_id = $1)
     select r.id as remittance_id, r.document_id, r.state, p.at, o.number as invoice_number, o.currency, o.remaining_minor, p.cash_minor, p.deduction_minor, p.deduction_code, '' as message, p.id
     from owed o join application p on p.open_item_id = o.id join remittance r on r.id = p.remittance_id
     where p.reverses_id is null and not exists (select 1 from application b where b.reverses_id = p.id)
     union all
     select r.id, r.document_id, r.state, r.at, o.number, o.currency, o.remaining_minor, null, 0, null, l.message, r.id
     from owed o join remittance_line l on l.open_item_id = o.id join remittance r on r.id = l.remittance_id
     where l.outcome in ('waits', 'review')
     order by at, id`,
    [orderId],
  );
  return rows;
}

export interface LadderOwed {
  readonly kind: 'order-response' | 'ship-notice' | 'invoice';
  readonly state: 'open' | 'overdue';
  readonly due_at: Date | null;
}

/** What we still owe the partner for an order; the most overdue first. */
export async function owedForOrder(client: Queryable, orderId: string): Promise<readonly LadderOwed[]> {
  const { rows } = await client.query<LadderOwed & Record<string, unknown>>(
    `select kind, state, due_at from expectation
     where subject_id = any (array[$1::uuid] || array(select id from shipment where order_id = $1)) and subject_kind in ('order', 'shipment')
       and state in ('open', 'overdue') order by state desc, due_at`,
    [orderId],
  );
  return rows;
}

export interface LadderOpenItem {
  readonly invoice_id: string;
  readonly number: string;
  readonly currency: string;
  readonly remaining_minor: bigint;
  readonly overdue: boolean;
}

/** What is still owed to us on the invoices of an order. */
export async function openItemsForOrder(client: Queryable, orderId: string): Promise<readonly LadderOpenItem[]> {
  const { rows } = await client.query<LadderOpenItem & Record<string, unknown>>(
    `select v.id as invoice_id, o.number, o.currency, o.remaining_minor,
       exists (select 1 from expectation x where x.subject_id = v.id and x.subject_kind = 'invoice' and x.kind = 'remittance' and x.state = 'overdue') as overdue
     from invoice v join open_item o on o.invoice_id = v.id where v.order_id = $1 and o.remaining_minor > 0 order by o.at, o.id`,
    [orderId],
  );
  return rows;
}

/** When an order was last decided, and when it was cancelled; null when it was not. */
export async function decidedAt(
  client: Queryable,
  orderId: string,
): Promise<{ readonly decided: Date | null; readonly cancelled: Date | null }> {
  const { rows } = await client.query<{ decided: Date | null; cancelled: Date | null }>(
    `select max(e.at) filter (where e.type = 'order/decided') as decided, max(e.at) filter (where e.type = 'order/cancelled') as cancelled
     from event_object o join event e on e.id = o.event_id where o.object_kind = 'order' and o.object_id = $1`,
    [orderId],
  );
  return rows[0] ?? { decided: null, cancelled: null };
}
