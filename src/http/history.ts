import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { object } from '../documents/parts.ts';
import type { Database } from '../store/database.ts';
import { latestEvents, relatedTimeline, timelineOf } from '../store/views/timeline.ts';
import { answers, EventsAfter, EventsBefore, named, pageOf, plainText, told } from './schemas.ts';

/** What happened: the latest of all, and the timeline of anything. */
export const history =
  (database: Database): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/events',
      {
        schema: {
          ...told(
            'history',
            'listEvents',
            'List what happened, newest first',
            'For looking, not for following: events are numbered when they are written and seen when they are committed.',
          ),
          querystring: EventsBefore,
          response: answers('A page of events.', pageOf(named('Event')), [400]),
        },
      },
      async ({ query: { limit = 200, before } }) => latestEvents(database, before ?? null, limit),
    );
    app.get(
      '/timeline/:kind/:id',
      {
        schema: {
          ...told(
            'history',
            'getTimeline',
            'Show what happened to one object, oldest first',
            'Kinds: order, document, interchange, raw-file, transmission, delivery, acknowledgment, transaction, shipment, invoice, remittance, expectation, work, company, item with the id `<company>/<item>`, and channel with the id `<partner>/<channel>`; a slash in an id is written %2F.',
          ),
          params: object({ kind: Type.String({ pattern: '^[a-z][a-z-]{0,39}$' }), id: plainText(210) }),
          querystring: object({
            ...EventsAfter,
            related: Type.Optional(
              Type.Boolean({
                description:
                  'Also what happened to everything that stands beside it in an event, and to what carried its documents.',
              }),
            ),
          }),
          response: answers('A page of its events.', pageOf(named('Event')), [400]),
        },
      },
      async ({ params: { kind, id }, query: { limit = 200, after = '0', related = false } }) =>
        (related ? relatedTimeline : timelineOf)(database, kind, id, after, limit),
    );
  };
