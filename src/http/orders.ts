import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import type { FlowContext } from '../flows/context.ts';
import { ladderOf } from '../flows/ladder.ts';
import type { ActResult } from '../flows/orders/act.ts';
import { postDecision } from '../flows/orders/post-decision.ts';
import { postInvoice } from '../flows/orders/post-invoice.ts';
import { postShipment } from '../flows/orders/post-shipment.ts';
import { BackOfficeDecision } from '../orders/decision.ts';
import { InvoiceRequest } from '../orders/invoice-request.ts';
import { ShipmentRequest } from '../orders/ship.ts';
import type { Tx } from '../store/database.ts';
import { answerGiven, keepAnswer } from '../store/idempotency.ts';
import { type OrderView, orderList, orderView } from '../store/views/orders.ts';
import { Refused } from './problem-details.ts';
import { Anything, IdempotencyHeaders, IdParams, Page, problems } from './schemas.ts';

const text = Type.Optional(Type.String({ maxLength: 200 }));

/** Orders, and what a back office says of them: decision, shipments, invoices. */
export const orders =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database } = context;
    app.get(
      '/orders',
      {
        schema: {
          summary: 'List orders, newest first',
          querystring: Type.Object(
            { ...Page, state: text, partner: text, usage: text, number: text },
            { additionalProperties: false },
          ),
          response: {
            200: Type.Object({ items: Type.Array(Anything), next: Type.Union([Type.String(), Type.Null()]) }),
            ...problems,
          },
        },
      },
      async ({ query: { limit = 50, before, ...filter } }) => {
        const found = await orderList(database, filter, limit, before ?? null);
        return { items: found.map(listed), next: found.length === limit ? (found.at(-1)?.id ?? null) : null };
      },
    );
    app.get(
      '/orders/:id',
      { schema: { summary: 'Show one order', params: IdParams, response: { 200: Anything, ...problems } } },
      async ({ params }) => {
        const found = await orderView(database, params.id);
        if (found === undefined) throw notFound(params.id);
        return {
          ...listed(found),
          document: found.order,
          decision: found.decision,
          lines: found.body.lines,
          holds: found.body.holds,
        };
      },
    );
    app.get(
      '/orders/:id/ladder',
      {
        schema: {
          summary: 'Show what an order has climbed, from wire to cash',
          params: IdParams,
          response: { 200: Anything, ...problems },
        },
      },
      async ({ params }) => {
        const ladder = await ladderOf(database, params.id);
        if (ladder === undefined) throw notFound(params.id);
        return { ...ladder };
      },
    );
    const act = <Schema extends TSchema>(
      what: string,
      summary: string,
      body: Schema,
      run: (tx: Tx, id: string, posted: unknown) => Promise<ActResult<object>>,
    ) => {
      app.post(
        `/orders/:id/${what}`,
        {
          schema: {
            summary,
            params: IdParams,
            headers: IdempotencyHeaders,
            body,
            response: { 200: Anything, 201: Anything, ...problems },
          },
        },
        async (request, reply) => {
          const { id } = request.params;
          const key = request.headers['idempotency-key'] ?? null;
          return once(context, reply, `order/${what}/${id}`, key, request.body, (tx) => run(tx, id, request.body));
        },
      );
    };
    const actor = 'back-office';
    act('decision', 'Decide an order', BackOfficeDecision, (tx, id, posted) =>
      postDecision(context, tx, id, posted as BackOfficeDecision, actor),
    );
    act('shipments', 'Tell what left of an order', ShipmentRequest, (tx, id, posted) =>
      postShipment(context, tx, id, posted as ShipmentRequest, actor),
    );
    act('invoices', 'Bill what left of an order', InvoiceRequest, (tx, id, posted) =>
      postInvoice(context, tx, id, posted as InvoiceRequest, actor),
    );
  };

/** Runs an act in one transaction with the keeping of its answer: the same key gives the same answer, and the act happens once. */
async function once(
  { database, clock }: FlowContext,
  reply: FastifyReply,
  scope: string,
  key: string | null,
  request: unknown,
  run: (tx: Tx) => Promise<ActResult<object>>,
): Promise<Record<string, unknown>> {
  const kept = await database.inTransaction(async (tx) => {
    // Without a key of the caller's, the request itself is the key: a back office that repeats itself means the same act.
    const idempotencyKey = key ?? `body:${createHash('sha256').update(JSON.stringify(request)).digest('hex')}`;
    const given = await answerGiven(tx, scope, idempotencyKey, request, clock.now());
    if (given !== undefined) return given;
    const result = await run(tx);
    if (!result.ok) throw new Refused(result.findings);
    const answer = { status: 201, response: { ...result.value } };
    await keepAnswer(tx, scope, idempotencyKey, answer);
    return answer;
  });
  reply.code(kept.status);
  return kept.response as Record<string, unknown>;
}

const listed = ({ id, number, release, partner_id, company_id, usage, state, at }: OrderView) => ({
  id,
  number,
  release: release === '' ? null : release,
  partner: partner_id,
  company: company_id,
  usage,
  state,
  receivedAt: at.toISOString(),
});

const notFound = (id: string): FailureError => new FailureError('not-found', `There is no order ${id}.`);
