import type { Queryable } from '../store/database.ts';
import {
  decidedAt,
  type LadderReceived,
  type LadderSent,
  openItemsForOrder,
  owedForOrder,
  paymentsForOrder,
  receivedDocuments,
  sentForOrder,
} from '../store/views/ladder.ts';
import { claimsForOrder, type LadderClaim, type LadderTheirs, theirsForOrder } from '../store/views/ladder-theirs.ts';
import { orderView } from '../store/views/orders.ts';
import type { Rung } from './ladder-rung.ts';
import { decidedRung, openItemRungs, owedRungs, paymentRungs, receivedRungs, sentRungs } from './ladder-rungs.ts';
import { adviceRungs, changeRungs, claimRungs } from './ladder-theirs.ts';

export { RUNG_STATES, type Rung, type RungName } from './ladder-rung.ts';

/*
 * The ladder  what one order has climbed, rung by rung, from wire to cash: what came, what we answered, what was answered to that, and what
 *             is still owed on either side.
 */
export interface Ladder {
  readonly order: {
    readonly id: string;
    readonly number: string;
    readonly partner: string;
    readonly usage: string;
    readonly state: string;
  };
  readonly rungs: readonly Rung[];
}

/** Rungs that belong together, and the time they stand at among others. */
interface Group {
  readonly at: Date;
  readonly rungs: readonly Rung[];
}

/** The ladder of one order; undefined when there is no such order. */
export async function ladderOf(client: Queryable, orderId: string): Promise<Ladder | undefined> {
  const order = await orderView(client, orderId);
  if (order === undefined) return undefined;
  const sent = await sentForOrder(client, orderId);
  const theirs = await theirsForOrder(client, orderId);
  const claims = await claimsForOrder(client, orderId);
  const payments = await paymentsForOrder(client, orderId);
  // A change makes the order's next version: the order itself came with the document that entered it, or took its place.
  const source = theirs.findLast(({ event }) => event === 'order/received' || event === 'order/replaced');
  const sourceId = source?.document_id ?? order.document_id;
  const received = await receivedDocuments(client, [
    ...new Set([sourceId, ...[...theirs, ...claims, ...payments].map(({ document_id }) => document_id)]),
  ]);
  const came = received.get(sourceId);
  const talk = groupsOf(sent, theirs, claims, received);
  const rungs = [
    ...(came === undefined ? [] : receivedRungs('order', came)),
    decidedRung(order, await decidedAt(client, orderId)),
    ...owedRungs(order, talk, await owedForOrder(client, orderId)),
    ...paymentRungs(payments, received),
    ...openItemRungs(await openItemsForOrder(client, orderId)),
  ];
  const { id, number, partner_id, usage, state } = order;
  return { order: { id, number, partner: partner_id, usage, state }, rungs };
}

/** What we sent, and what the buyer said beyond its order, in the order of time; the answer to a change stands with the change. */
function groupsOf(
  sent: readonly LadderSent[],
  theirs: readonly LadderTheirs[],
  claims: readonly LadderClaim[],
  received: ReadonlyMap<string, LadderReceived>,
): readonly Rung[] {
  const byId = new Map(sent.map((one) => [one.document_id, one]));
  const answers = new Set(theirs.flatMap(({ response_id }) => response_id ?? []));
  const groups: readonly Group[] = [
    ...sent
      .filter(({ document_id }) => !answers.has(document_id))
      .map((one) => ({ at: one.made_at, rungs: sentRungs(one) })),
    ...theirs.flatMap((one): Group[] => {
      const came = received.get(one.document_id);
      const at = came?.at ?? one.at;
      if (one.kind === 'order-change') return [{ at, rungs: changeRungs(one, came, byId.get(one.response_id ?? '')) }];
      return one.kind === 'application-advice' ? [{ at, rungs: adviceRungs(one, came) }] : [];
    }),
    ...claims.map((claim): Group => {
      const came = received.get(claim.document_id);
      return { at: came?.at ?? new Date(0), rungs: claimRungs(claim, came) };
    }),
  ];
  return groups.toSorted((a, b) => a.at.getTime() - b.at.getTime()).flatMap(({ rungs }) => rungs);
}
