import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { newId } from '../core/ids.ts';
import { object } from '../documents/parts.ts';
import type { FlowContext } from '../flows/context.ts';
import { reverseApplication } from '../flows/remittances/reverse.ts';
import { dismissRemittance, settleRemittance } from '../flows/remittances/settle.ts';
import type { ActedBy } from '../flows/remittances/settling.ts';
import type { SettlementRequest } from './money-schemas.ts';
import { once } from './once.ts';
import {
  actorOf,
  answers,
  By,
  forBodies,
  Id,
  IdempotencyHeaders,
  IdParams,
  named,
  plainText,
  Reason,
  told,
} from './schemas.ts';

const Reversal = object({ application: Id, reason: plainText(1_000), by: By });

const byOf = ({ by, reason }: { readonly by?: string; readonly reason: string }): ActedBy => ({
  actor: actorOf(by),
  reason,
});

/** What a person does with money that no rule could tie: settled, taken back, set aside. Exact, in one transaction, with actor and reason. */
export const settlements =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    const answer = answers(
      'Done, now or the first time it was asked.',
      named('RemittanceStanding'),
      [...forBodies, 422],
      {
        status: 201,
      },
    );
    app.post(
      '/remittances/:id/settlements',
      {
        schema: {
          ...told(
            'money',
            'settleRemittance',
            'Settle what no rule could tie of a payment',
            'Lays parts of it against chosen open items, gives up deductions for a reason, leaves an amount on account; what remains waits.',
          ),
          params: IdParams,
          headers: IdempotencyHeaders,
          body: Type.Unsafe<Static<typeof SettlementRequest>>({ $ref: 'SettlementRequest#' }),
          response: answer,
        },
      },
      async ({ params: { id }, headers, body }, reply) => {
        const { reason, by, ...request } = body;
        const key = headers['idempotency-key'] ?? null;
        // The same settlement may be meant twice, when the first was taken back: without a key each request is one of its own.
        const asked = { scope: `remittance/settlement/${id}`, key, posted: body, impliedKey: async () => newId() };
        return once(context, reply, asked, (tx) =>
          settleRemittance(context, tx, id, request, byOf({ reason, ...(by === undefined ? {} : { by }) })),
        );
      },
    );
    app.post(
      '/remittances/:id/reversals',
      {
        schema: {
          ...told(
            'money',
            'reverseApplication',
            'Take back what was applied of a payment',
            'One application, once: its money is unapplied again, its item open, and its line waits for a person.',
          ),
          params: IdParams,
          headers: IdempotencyHeaders,
          body: Reversal,
          response: answer,
        },
      },
      async ({ params: { id }, headers, body }, reply) => {
        const key = headers['idempotency-key'] ?? null;
        const asked = {
          scope: `remittance/reversal/${id}`,
          key,
          posted: body,
          impliedKey: async () => body.application,
        };
        return once(context, reply, asked, async (tx) => ({
          ok: true,
          value: await reverseApplication(context, tx, id, body.application, byOf(body)),
        }));
      },
    );
    app.post(
      '/remittances/:id/dismissal',
      {
        schema: {
          ...told(
            'money',
            'dismissRemittance',
            'Set a payment aside',
            'One that was announced twice, or never came. Nothing of it may be applied.',
          ),
          params: IdParams,
          body: Reason,
          response: answers('Set aside.', named('RemittanceStanding'), forBodies),
        },
      },
      async ({ params: { id }, body }) =>
        context.database.inTransaction((tx) => dismissRemittance(context, tx, id, byOf(body))),
    );
  };
