import type { Queryable } from '../database.ts';

/** Everything on the wire that concerns one order, as the ladder needs it. */
export interface LadderSent {
  readonly kind: string;
  readonly document_id: string;
  readonly number: string;
  readonly document_state: string;
  readonly message: string | null;
  readonly interchange_control_number: string | null;
  readonly group_control_number: string | null;
  readonly control_number: string | null;
  readonly verdict: string | null;
  readonly file_name: string | null;
  readonly delivery_state: string | null;
  readonly sent_at: Date | null;
  readonly made_at: Date;
  readonly acknowledged_at: Date | null;
  readonly acknowledgment_file: string | null;
  readonly acknowledgment_number: string | null;
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
  readonly acknowledgment_state: string | null;
  readonly acknowledgment_number: string | null;
  readonly acknowledgment_file: string | null;
  readonly acknowledgment_sent_at: Date | null;
}

/** What we sent about an order, in the order it was made, with what the partner answered. */
export async function sentForOrder(client: Queryable, orderId: string): Promise<readonly LadderSent[]> {
  const { rows } = await client.query<LadderSent & Record<string, unknown>>(
    `select d.kind, d.id as document_id, d.number, d.state as document_state, t.message, i.control_number as interchange_control_number,
       g.control_number as group_control_number, t.control_number, t.verdict, y.file_name, y.state as delivery_state, y.sent_at, d.at as made_at,
       x.met_at as acknowledged_at, a.file_name as acknowledgment_file, a.control_number as acknowledgment_number
     from document d left join transaction t on t.id = d.transaction_id left join functional_group g on g.id = t.group_id
       left join interchange i on i.id = t.interchange_id left join delivery y on y.document_id = d.id
       left join expectation x on x.kind = 'acknowledgment' and x.subject_kind = 'interchange' and x.subject_id = i.id and x.state = 'met'
       left join lateral (
         select tr.name as file_name, ai.control_number from event_object eo
           join event_object es on es.event_id = eo.event_id and es.object_kind = 'acknowledgment' and es.qualifier = 'subject'
           join acknowledgment ak on ak.id = es.object_id::uuid join interchange ai on ai.id = ak.interchange_id
           join raw_file af on af.id = ai.raw_file_id join transmission tr on tr.id = af.transmission_id
         where eo.object_kind = 'interchange' and eo.object_id = i.id::text and eo.qualifier = 'answered' order by eo.event_id limit 1) a on true
     where d.order_id = $1 order by d.at, d.id`,
    [orderId],
  );
  return rows;
}

const RECEIVED = `select d.id as document_id, t.message, i.control_number as interchange_control_number, g.control_number as group_control_number, t.control_number,
    tr.name as file_name, tr.at, t.verdict, a.kind as acknowledgment_kind, a.state as acknowledgment_state, ai.control_number as acknowledgment_number,
    ay.file_name as acknowledgment_file, ay.sent_at as acknowledgment_sent_at
  from document d join transaction t on t.id = d.transaction_id join functional_group g on g.id = t.group_id join interchange i on i.id = t.interchange_id
    join raw_file f on f.id = i.raw_file_id join transmission tr on tr.id = f.transmission_id
    left join acknowledgment a on a.group_id = g.id and a.direction = 'out' left join delivery ay on ay.acknowledgment_id = a.id
    left join interchange ai on ai.id = ay.interchange_id`;

/** How a document of theirs came, and how we acknowledged it. */
export async function receivedDocument(client: Queryable, documentId: string): Promise<LadderReceived | undefined> {
  const { rows } = await client.query<LadderReceived & Record<string, unknown>>(
    `${RECEIVED} where d.id = $1 order by ay.at limit 1`,
    [documentId],
  );
  return rows[0];
}

export interface LadderPayment {
  readonly remittance_id: string;
  readonly document_id: string;
  readonly trace: string;
  readonly state: string;
  readonly at: Date;
  readonly invoice_number: string;
  readonly cash_minor: bigint;
  readonly currency: string;
  readonly remaining_minor: bigint;
}

/** Money applied to the invoices of an order, payment by payment. */
export async function paymentsForOrder(client: Queryable, orderId: string): Promise<readonly LadderPayment[]> {
  const { rows } = await client.query<LadderPayment & Record<string, unknown>>(
    `select r.id as remittance_id, r.document_id, r.trace, r.state, p.at, o.number as invoice_number, p.cash_minor, o.currency, o.remaining_minor
     from invoice v join open_item o on o.invoice_id = v.id join application p on p.open_item_id = o.id join remittance r on r.id = p.remittance_id
     where v.order_id = $1 order by p.at, p.id`,
    [orderId],
  );
  return rows;
}

/** What is owed on the invoices of an order. */
export async function openAmountForOrder(
  client: Queryable,
  orderId: string,
): Promise<readonly { number: string; currency: string; amount_minor: bigint; remaining_minor: bigint }[]> {
  const { rows } = await client.query<{
    number: string;
    currency: string;
    amount_minor: bigint;
    remaining_minor: bigint;
  }>(
    `select o.number, o.currency, o.amount_minor, o.remaining_minor from invoice v join open_item o on o.invoice_id = v.id where v.order_id = $1 order by o.at`,
    [orderId],
  );
  return rows;
}
