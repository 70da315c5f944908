import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { object } from '../documents/parts.ts';
import type { FlowContext } from '../flows/context.ts';
import { HELD_ACTS, releaseHeld } from '../flows/orders/release-held.ts';
import { rowOrFailure } from './lists.ts';
import { actorOf, answers, By, forBodies, Id, IdParams, named, oneOf, plainText, told } from './schemas.ts';

const Release = object({
  act: Type.Unsafe<(typeof HELD_ACTS)[number]>(oneOf(HELD_ACTS)),
  /** The document or the order of ours that it is about, where a person must say so. */
  means: Type.Optional(Id),
  reason: plainText(1_000),
  by: By,
});

/** What no rule could take is a person's to decide. */
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
            'It enters, takes the place of the order it repeats, is looked at again, or is set aside. To enter, an 824 or APERAK says in `means` which document of ours it is about, a 945 which order.',
          ),
          params: IdParams,
          body: Release,
          response: answers('The document as it stands now.', named('DocumentRow'), forBodies),
        },
      },
      async ({ params: { id }, body: { act, means, reason, by } }) =>
        context.database.inTransaction(async (tx) => {
          await releaseHeld(context, tx, id, {
            act,
            ...(means !== undefined && { means }),
            actor: actorOf(by),
            reason,
          });
          return rowOrFailure(tx, 'documents', id);
        }),
    );
  };
