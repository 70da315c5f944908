import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import { object } from '../documents/parts.ts';
import { checkConfiguration, putInForce } from '../flows/apply-configuration.ts';
import type { FlowContext } from '../flows/context.ts';
import { sendProblem } from './problem-details.ts';
import { actorOf, answers, By, oneOf, plainText, told } from './schemas.ts';

/** A thousand partners of four files each, 16 KB a file. */
const filesBytesMax = 64 * 1024 * 1024;

const Files = object({
  base: Type.String({
    minLength: 1,
    maxLength: 4_000,
    pattern: '^[^\\u0000]+$',
    description: 'What relative paths of directory channels begin at.',
  }),
  files: Type.Array(object({ path: plainText(500), text: Type.String({ maxLength: 1_000_000 }) }), { maxItems: 5_000 }),
  by: By,
});
const Known = object({
  version: Type.Integer(),
  channels: Type.Array(
    object({
      id: Type.String(),
      partner: Type.String(),
      kind: oneOf(['directory', 'http', 'as2', 'sftp', 'ftps', 'sftp-mailbox']),
    }),
  ),
  agreements: Type.Array(Type.Object({ id: Type.String() })),
});
const Applied = object({ partners: Type.Integer(), agreements: Type.Integer() });

/** Configuration as code: the same files `partners apply` reads, checked again here and put in force as a whole. */
export const configuration =
  (context: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/configuration',
      {
        schema: {
          ...told('configuration', 'getConfiguration', 'Show the agreements and channels in force'),
          response: answers('Without addresses and credentials of channels.', Known),
        },
      },
      async () => {
        const { version, agreements, channels } = await context.configuration();
        return {
          version,
          channels: channels.map(({ id, partner, settings }) => ({ id, partner, kind: settings.kind })),
          agreements: agreements.map((agreement) => ({ ...agreement })),
        };
      },
    );
    app.post(
      '/configuration',
      {
        bodyLimit: filesBytesMax,
        schema: {
          ...told(
            'configuration',
            'applyConfiguration',
            'Put a configuration in force',
            'All of it or, when a file has a fault, nothing; every fault is told with its file, line and column.',
          ),
          body: Files,
          response: answers('It is in force.', Applied, [400, 413, 415, 422]),
        },
      },
      async ({ body }, reply) => {
        const checked = await checkConfiguration(context, body.files, body.base);
        if (checked.configuration === null)
          return sendProblem(reply, 422, 'The configuration has faults.', { faults: checked.faults });
        try {
          await putInForce(context, checked.configuration, actorOf(body.by));
        } catch (error) {
          const fault = folderFault(error);
          if (fault === null) throw error;
          return sendProblem(reply, 422, fault);
        }
        return { partners: checked.configuration.partners.length, agreements: checked.configuration.agreements.length };
      },
    );
  };

/** A directory channel whose folder cannot be made is the configuration's fault, and nothing was changed yet. */
const folderFault = (error: unknown): string | null =>
  error instanceof FailureError && error.kind === 'config-invalid'
    ? [error.message, error.remedy].filter((text) => text !== null).join(' ')
    : null;
