import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { FailureError } from '../core/failure.ts';
import type { FlowContext } from '../flows/context.ts';
import type { ActResult } from '../flows/orders/act.ts';
import { postChangeDecision } from '../flows/orders/post-change-decision.ts';
import { postDecision } from '../flows/orders/post-decision.ts';
import { postInvoice } from '../flows/orders/post-invoice.ts';
import { postPick } from '../flows/orders/post-pick.ts';
import { postShipment } from '../flows/orders/post-shipment.ts';
import type { BackOfficeChangeDecision } from '../orders/change-decision.ts';
import type { BackOfficeDecision } from '../orders/decision.ts';
import type { InvoiceRequest } from '../orders/invoice-request.ts';
import type { PickRequest } from '../orders/pick-request.ts';
import type { ShipmentRequest } from '../orders/ship.ts';
import type { Tx } from '../store/database.ts';
import { requestHash } from '../store/idempotency.ts';
import { documentOfOrder } from '../store/views/orders.ts';
import { once } from './once.ts';
import { answers, forBodies, IdempotencyHeaders, IdParams, named, told } from './schemas.ts';

interface Act {
  readonly what: 'decision' | 'changes' | 'picks' | 'shipments' | 'invoices';
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly body: string;
  readonly answer: string;
  readonly run: (context: FlowContext, tx: Tx, orderId: string, posted: object) => Promise<ActResult<object>>;
}

const actor = 'back-office';

const ACTS: readonly Act[] = [
  {
    what: 'decision',
    operationId: 'decideOrder',
    summary: 'Decide an order',
    description:
      'For an order that awaits a decision or is held: the whole at once, or line by line with promises that add up to what was ordered. Our answer goes out.',
    body: 'BackOfficeDecision',
    answer: 'OrderState',
    run: (context, tx, orderId, posted) => {
      const decision = posted as BackOfficeDecision;
      return postDecision(
        context,
        tx,
        orderId,
        decision,
        decision.by === undefined ? actor : `${actor}:${decision.by}`,
      );
    },
  },
  {
    what: 'changes',
    operationId: 'decideOrderChange',
    summary: "Decide a buyer's change of an order",
    description:
      "For a change that waits: `change` is its document's id, the decision is over what is still open of the lines it changes. What has left meanwhile is too late whatever is decided. Our answer goes out.",
    body: 'BackOfficeChangeDecision',
    answer: 'OrderState',
    run: (context, tx, orderId, posted) => {
      const asked = posted as BackOfficeChangeDecision;
      const { by } = asked.decision;
      return postChangeDecision(context, tx, orderId, asked, by === undefined ? actor : `${actor}:${by}`);
    },
  },
  {
    what: 'picks',
    operationId: 'pickOrder',
    summary: 'Tell what the warehouse gets ready of an order',
    description: 'From now no change of the buyer takes it back. Goods that left without it count as picked.',
    body: 'PickRequest',
    answer: 'OrderState',
    run: (context, tx, orderId, posted) => postPick(context, tx, orderId, posted as PickRequest, actor),
  },
  {
    what: 'shipments',
    operationId: 'shipOrder',
    summary: 'Tell what left of an order',
    description:
      'The ship notice goes out, with SSCCs from our own prefix for packs that name none; where rules decide orders, the invoice follows.',
    body: 'ShipmentRequest',
    answer: 'ShipmentPosted',
    run: (context, tx, orderId, posted) => postShipment(context, tx, orderId, posted as ShipmentRequest, actor),
  },
  {
    what: 'invoices',
    operationId: 'invoiceOrder',
    summary: 'Bill what left of an order',
    description: 'The invoice goes out and opens an item in the ledger.',
    body: 'InvoiceRequest',
    answer: 'InvoicePosted',
    run: (context, tx, orderId, posted) => postInvoice(context, tx, orderId, posted as InvoiceRequest, actor),
  },
];

/** What a back office says of an order: decision, shipments, invoices. Each act happens once, however often it is asked for. */
export const orderActs =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    for (const { what, operationId, summary, description, body, answer, run } of ACTS) {
      app.post(
        `/orders/:id/${what}`,
        {
          schema: {
            ...told('orders', operationId, summary, description),
            params: IdParams,
            headers: IdempotencyHeaders,
            body: named(body),
            response: answers('Done, now or the first time it was asked.', named(answer), [...forBodies, 422], {
              status: 201,
            }),
          },
        },
        async ({ params, headers, body: posted }, reply) => {
          const asked = {
            scope: `order/${what}/${params.id}`,
            key: headers['idempotency-key'] ?? null,
            posted,
            impliedKey: (tx: Tx) => impliedKey(tx, params.id, posted),
          };
          return once(context, reply, asked, (tx) => run(context, tx, params.id, posted));
        },
      );
    }
  };

/**
 * Without a key of the caller's the request is its own: a back office that repeats itself means the same act. The order's document belongs to
 * it: "accept" for an order that was replaced since is another decision.
 */
async function impliedKey(tx: Tx, orderId: string, posted: object): Promise<string> {
  const documentId = await documentOfOrder(tx, orderId);
  if (documentId === undefined) throw new FailureError('not-found', `There is no order ${orderId}.`);
  return `implied:${documentId}:${requestHash(posted).toString('hex')}`;
}
