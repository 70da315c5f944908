import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import type { FlowContext } from '../flows/context.ts';
import { eventsAfter, type TimelineEvent, timelineOf } from '../store/views/timeline.ts';
import { cancelWork, releaseWork } from '../store/work/release-work.ts';
import { writeRows } from '../store/write-rows.ts';
import { Anything, IdParams, problems } from './schemas.ts';

const Reason = Type.Object({
  reason: Type.String({ minLength: 1, maxLength: 1_000 }),
  by: Type.Optional(Type.String({ maxLength: 200 })),
});
const After = Type.Object({
  after: Type.Optional(Type.String({ pattern: '^\\d{1,18}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
});

/** Parked work is released or left by a person, with a reason; and the timeline of anything. */
export const work =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { database, clock } = context;
    const act = (what: 'release' | 'cancel', summary: string, run: typeof releaseWork) =>
      app.post(
        `/work/:id/${what}`,
        { schema: { summary, params: IdParams, body: Reason, response: { 200: Anything, ...problems } } },
        async ({ params, body }) => {
          await database.inTransaction(async (tx) => {
            if (!(await run(tx, params.id)))
              throw new FailureError('usage-wrong', `The work ${params.id} is not waiting for a person.`);
            await writeRows(tx, {}, [
              {
                at: clock.now(),
                type: `work/${what}d`,
                actor: `operator:${body.by ?? 'api'}`,
                reason: body.reason,
                objects: [{ kind: 'work', id: params.id, qualifier: 'subject' }],
              },
            ]);
          });
          return { id: params.id };
        },
      );
    act('release', 'Try parked work again now', releaseWork);
    act('cancel', 'Leave work undone', cancelWork);

    app.get(
      '/events',
      { schema: { summary: 'What happened, in order', querystring: After, response: { 200: Anything, ...problems } } },
      async ({ query }) => ({
        items: (await eventsAfter(database, BigInt(query.after ?? '0'), query.limit ?? 200)).map(told),
      }),
    );
    app.get(
      '/timeline/:kind/:id',
      {
        schema: {
          summary: 'What happened to one object, in order',
          params: Type.Object({
            kind: Type.String({ pattern: '^[a-z-]{1,40}$' }),
            id: Type.String({ maxLength: 200 }),
          }),
          querystring: After,
          response: { 200: Anything, ...problems },
        },
      },
      async ({ params, query }) => ({
        items: (await timelineOf(database, params.kind, params.id, BigInt(query.after ?? '0'), query.limit ?? 200)).map(
          told,
        ),
      }),
    );
  };

const told = ({ id, at, ...event }: TimelineEvent) => ({ id: id.toString(), at: at.toISOString(), ...event });
