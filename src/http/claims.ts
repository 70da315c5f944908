import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { object } from '../documents/parts.ts';
import type { FlowContext } from '../flows/context.ts';
import { decideClaim } from '../flows/decide-claim.ts';
import { CLAIM_STATES, type ClaimState } from '../store/money/claims.ts';
import { rowOrFailure } from './lists.ts';
import { once } from './once.ts';
import {
  actorOf,
  answers,
  By,
  forBodies,
  IdempotencyHeaders,
  IdParams,
  named,
  oneOf,
  plainText,
  told,
} from './schemas.ts';

const ClaimDecision = object({
  state: Type.Unsafe<ClaimState>(oneOf(CLAIM_STATES)),
  reason: plainText(1_000),
  by: By,
});

/** What a person says of a partner's claim. */
export const claims =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/claims/:id/decision',
      {
        schema: {
          ...told(
            'money',
            'decideClaim',
            'Say how a claim stands',
            'Disputed, accepted or closed, with the reason. No money moves: a deduction comes with a remittance, a credit with a credit note.',
          ),
          params: IdParams,
          headers: IdempotencyHeaders,
          body: ClaimDecision,
          response: answers('The claim as it stands now.', named('ClaimRow'), forBodies),
        },
      },
      async ({ params: { id }, headers, body }, reply) => {
        const { state, reason, by } = body;
        const key = headers['idempotency-key'] ?? null;
        // The same may be said again, after something else was: without a key each request is one of its own.
        const asked = {
          scope: `claim/decision/${id}`,
          key,
          posted: body,
          impliedKey: async () => context.newId(),
          status: 200 as const,
        };
        return once(context, reply, asked, async (tx) => {
          await decideClaim(context, tx, id, state, { actor: actorOf(by), reason });
          return { ok: true, value: await rowOrFailure(tx, 'claims', id) };
        });
      },
    );
  };
