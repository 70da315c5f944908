import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { FlowContext } from '../flows/context.ts';
import { requireKey } from './authenticate.ts';
import { configuration } from './configuration.ts';
import { health } from './health.ts';
import { lists } from './lists.ts';
import { metrics } from './metrics.ts';
import { orders } from './orders.ts';
import { answerWithProblems } from './problem-details.ts';
import { wire } from './wire.ts';
import { work } from './work.ts';

export interface ApiOptions {
  readonly context: FlowContext;
  /** Hexadecimal SHA-256 of the API key: the key itself is kept nowhere. */
  readonly keySha256: string;
  readonly loggerInstance?: FastifyBaseLogger;
}

/** A decision on 10,000 lines is 2 MB; nothing an operator posts is larger. */
const bodyBytesMax = 4 * 1024 * 1024;

/** The operators' API: a server of its own, on 127.0.0.1 unless told otherwise. `GET /openapi.json` tells all of it. */
export async function operatorApi({ context, keySha256, loggerInstance }: ApiOptions): Promise<FastifyInstance> {
  const base: FastifyInstance = Fastify({
    ...(loggerInstance === undefined ? {} : { loggerInstance }),
    bodyLimit: bodyBytesMax,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: true } },
  });
  const app = base.withTypeProvider<TypeBoxTypeProvider>();
  answerWithProblems(base);
  base.addHook('onRequest', requireKey(keySha256));
  await base.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Tallyport operator API', version: '1' },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
  });
  await app.register(health(context));
  await app.register(metrics(context));
  await app.register(orders(context));
  await app.register(wire(context));
  await app.register(lists(context.database));
  await app.register(work(context));
  await app.register(configuration(context));
  base.get('/openapi.json', { schema: { hide: true } }, async () => base.swagger());
  await base.ready();
  return base;
}
