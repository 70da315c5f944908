import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { object } from '../documents/parts.ts';
import type { FlowContext } from '../flows/context.ts';
import { HELD_ACTS, releaseHeld } from '../flows/orders/release-held.ts';
import { rowOrFailure } from './lists.ts';
import { actorOf, answers, By, forBodies, IdParams, named, oneOf, plainText, told } from './schemas.ts';

const Release = object({
  act: Type.Unsafe<(typeof HELD_ACTS)[number]>(oneOf(HELD_ACTS)),
  reason: plainText(1_000),
  by: By,
});

/** An order that is held because its number is known is a person's to decide. */
export const heldDocuments =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/documents/:id/release',
      {
        schema: {
          ...told(
            'documents',
            'releaseDocument',
            'Decide on a held document',
            'An order whose number is known: it enters as new, takes the place of the first while nothing has left, or is set aside.',
          ),
          params: IdParams,
          body: Release,
          response: answers('The document as it stands now.', named('DocumentRow'), forBodies),
        },
      },
      async ({ params: { id }, body: { act, reason, by } }) =>
        context.database.inTransaction(async (tx) => {
          await releaseHeld(context, tx, id, act, { actor: actorOf(by), reason });
          return rowOrFailure(tx, 'documents', id);
        }),
    );
  };
