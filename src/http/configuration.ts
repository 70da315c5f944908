import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { applyConfiguration, checkConfiguration } from '../flows/apply-configuration.ts';
import type { FlowContext } from '../flows/context.ts';
import { sendProblem } from './problem-details.ts';
import { Anything, problems } from './schemas.ts';

const Files = Type.Object({
  /** What relative paths of directory channels begin at. */
  base: Type.String({ minLength: 1 }),
  files: Type.Array(
    Type.Object({ path: Type.String({ maxLength: 500 }), text: Type.String({ maxLength: 1_000_000 }) }),
    { maxItems: 5_000 },
  ),
  by: Type.Optional(Type.String({ maxLength: 200 })),
});

/** Configuration as code: the same files `partners apply` reads, checked again here and put in force as a whole. */
export const configuration =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/configuration',
      { schema: { summary: 'The configuration in force', response: { 200: Anything, ...problems } } },
      async () => {
        const known = await context.configuration();
        return { version: known.version, agreements: known.agreements };
      },
    );
    app.post(
      '/configuration',
      {
        bodyLimit: 64 * 1024 * 1024,
        schema: { summary: 'Put a configuration in force', body: Files, response: { 200: Anything, ...problems } },
      },
      async ({ body }, reply) => {
        const checked = checkConfiguration(context, body.files, body.base);
        if (checked.configuration === null)
          return sendProblem(reply, 422, 'The configuration has faults.', { faults: checked.faults });
        await applyConfiguration(context, checked.configuration, `operator:${body.by ?? 'api'}`);
        return { partners: checked.configuration.partners.length, agreements: checked.configuration.agreements.length };
      },
    );
  };
