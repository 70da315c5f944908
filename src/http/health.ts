import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { FlowContext } from '../flows/context.ts';
import { sendProblem } from './problem-details.ts';
import { named, told } from './schemas.ts';

const Ok = Type.Object({ status: Type.Literal('ok') });
const open = { security: [] };
const problem = { 'application/problem+json': { schema: named('ProblemDetails') } };

/** /livez: the process answers. /readyz: it can also work, for its database answers. Neither asks for a key. */
export const health =
  ({ database }: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/livez',
      {
        schema: {
          ...told('health', 'live', 'The process is up'),
          ...open,
          response: { 200: { description: 'It is.', content: { 'application/json': { schema: Ok } } } },
        },
      },
      async () => ({ status: 'ok' as const }),
    );
    app.get(
      '/readyz',
      {
        schema: {
          ...told('health', 'ready', 'The process can work: its database answers'),
          ...open,
          response: {
            200: { description: 'It can.', content: { 'application/json': { schema: Ok } } },
            503: { description: 'Its database does not answer.', content: problem },
          },
        },
      },
      async (_request, reply) => {
        try {
          await database.query('select 1');
        } catch (failure) {
          app.log.warn({ err: failure }, 'not ready');
          return sendProblem(reply, 503, 'The database does not answer now; try again.');
        }
        return { status: 'ok' as const };
      },
    );
  };
