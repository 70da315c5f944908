import type { DocumentKind } from '../../documents/index.ts';
import type { Queryable } from '../database.ts';
import type { ClaimState } from '../money/claims.ts';

/** What a document of theirs did with an order, the newest word of it. */
export interface LadderTheirs {
  readonly document_id: string;
  readonly kind: DocumentKind;
  readonly document_state: string;
  /** Why the document stands as it does: what a held one waits for. */
  readonly state_reason: string | null;
  /** "source", "further", "change", "advice": how it stands in the event. */
  readonly qualifier: string;
  /** "order/changed", "invoice/partner-rejected". */
  readonly event: string;
  readonly at: Date;
  readonly reason: string | null;
  /** The number of the document of ours an advice speaks of. */
  readonly about: string | null;
  /** Our answer to a change. */
  readonly response_id: string | null;
}

/**
 * Documents of theirs that an order was made, changed or judged by, in the order in which they first did something. A change that waited and
 * was then decided is one, by what was decided.
 */
export async function theirsForOrder(client: Queryable, orderId: string): Promise<readonly LadderTheirs[]> {
  const { rows } = await client.query<LadderTheirs & Record<string, unknown>>(
    `select * from (
       select distinct on (d.id) d.id as document_id, d.kind, d.state as document_state, d.state_reason, t.qualifier, e.type as event, e.at, e.reason, e.data ->> 'number' as about,
         (select r.object_id from event_object r where r.event_id = e.id and r.object_kind = 'document' and r.qualifier = 'response') as response_id,
         min(e.id) over (partition by d.id) as first_event
       from event_object o join event e on e.id = o.event_id
         join event_object t on t.event_id = e.id and t.object_kind = 'document' and t.qualifier in ('source', 'further', 'change', 'advice')
         join document d on d.id = t.object_id::uuid and d.direction = 'in'
       where o.object_kind = 'order' and o.object_id = $1 and d.kind in ('order', 'order-change', 'application-advice')
       order by d.id, e.id desc) x
     order by first_event`,
    [orderId],
  );
  return rows;
}

export interface LadderClaim {
  readonly id: string;
  readonly document_id: string;
  readonly number: string;
  readonly direction: 'debit' | 'credit';
  readonly currency: string;
  readonly amount_minor: bigint;
  readonly invoice_number: string;
  readonly state: ClaimState;
  /** When a person last said how it stands, and why. */
  readonly decided_at: Date | null;
  readonly reason: string | null;
}

/** What the partner claims of the invoices of an order. */
export async function claimsForOrder(client: Queryable, orderId: string): Promise<readonly LadderClaim[]> {
  const { rows } = await client.query<LadderClaim & Record<string, unknown>>(
    `select c.id, c.document_id, c.number, c.direction, c.currency, c.amount_minor, v.number as invoice_number, c.state, w.at as decided_at, w.reason
     from invoice v join claim c on c.invoice_id = v.id
       left join lateral (
         select e.at, e.reason from event_object o join event e on e.id = o.event_id
         where o.object_kind = 'claim' and o.object_id = c.id::text and o.qualifier = 'subject' and e.type <> 'claim/opened'
         order by e.id desc limit 1) w on true
     where v.order_id = $1 order by c.at, c.id`,
    [orderId],
  );
  return rows;
}
