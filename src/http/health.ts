import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { FlowContext } from '../flows/context.ts';
import { sendProblem } from './problem-details.ts';

const Ok = Type.Object({ status: Type.Literal('ok') });

/** /livez: the process answers. /readyz: it can also work, for its database answers. */
export const health =
  ({ database }: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get('/livez', { schema: { summary: 'The process is up', response: { 200: Ok } } }, async () => ({
      status: 'ok' as const,
    }));
    app.get('/readyz', { schema: { summary: 'The process can work' } }, async (_request, reply) => {
      try {
        await database.query('select 1');
      } catch {
        return sendProblem(reply, 503, 'The database does not answer.');
      }
      return { status: 'ok' };
    });
  };
