import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { object } from '../documents/parts.ts';
import type { FlowContext } from '../flows/context.ts';
import { reroute } from '../flows/outbound/reroute.ts';
import { rowOrFailure } from './lists.ts';
import { actorOf, answers, By, forBodies, IdParams, named, plainText, told } from './schemas.ts';

const Reroute = object({ channel: plainText(100), reason: plainText(1_000), by: By });

/** What has not arrived leaves by another channel because a person says so. */
export const deliveries =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/deliveries/:id/reroute',
      {
        schema: {
          ...told(
            'wire',
            'rerouteDelivery',
            'Send by another channel',
            'The same bytes under the same name leave by another channel of the partner, and this delivery is replaced. Refused when it has arrived.',
          ),
          params: IdParams,
          body: Reroute,
          response: answers('The delivery that takes its place.', named('DeliveryRow'), forBodies),
        },
      },
      async ({ params: { id }, body: { channel, reason, by } }) =>
        context.database.inTransaction(async (tx) => {
          const newId = await reroute(context, tx, id, channel, { actor: actorOf(by), reason });
          return rowOrFailure(tx, 'deliveries', newId);
        }),
    );
  };
