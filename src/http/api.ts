import swagger from '@fastify/swagger';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { OpenAs2 } from '../flows/as2/open-as2.ts';
import type { FlowContext } from '../flows/context.ts';
import { as2 } from './as2.ts';
import { requireKey } from './authenticate.ts';
import { claims } from './claims.ts';
import { answerClientErrors } from './client-errors.ts';
import { configuration } from './configuration.ts';
import { deliveries } from './deliveries.ts';
import { health } from './health.ts';
import { heldDocuments } from './held-documents.ts';
import { history } from './history.ts';
import { invoiceActs } from './invoice-acts.ts';
import { items } from './items.ts';
import { takeJsonOnly } from './json-body.ts';
import { keys } from './keys.ts';
import { lists } from './lists.ts';
import { metrics } from './metrics.ts';
import { money } from './money.ts';
import { openapi } from './openapi.ts';
import { orderActs } from './order-acts.ts';
import { orders } from './orders.ts';
import { answerError, answerWithProblems } from './problem-details.ts';
import { PUBLISHED_SCHEMAS } from './published.ts';
import { sendDocuments } from './send-documents.ts';
import { settlements } from './settlements.ts';
import { validateRequests } from './validation.ts';
import { wire } from './wire.ts';
import { work } from './work.ts';

export interface ApiOptions {
  readonly context: FlowContext;
  /** Hexadecimal SHA-256 of the API key: the key itself is kept nowhere. */
  readonly keySha256: string;
  /** What private keys are sealed with; null: none was given. */
  readonly masterKey?: Buffer | null;
  /** Sends a test over AS2; null: this process speaks none. */
  readonly rehearse?: OpenAs2['rehearse'] | null;
  readonly loggerInstance?: FastifyBaseLogger;
}

/** A decision on 10,000 lines is 2 MB; nothing an operator posts is larger, but a whole configuration. */
const bodyBytesMax = 4 * 1024 * 1024;
/** The longest id in a path: "<company>/<item>" percent-encoded. */
const paramLengthMax = 700;
/** A request that takes longer to arrive is not one of an operator's program. */
const requestMsMax = 60_000;
const headersMsMax = 15_000;

/** The operators' API: a server of its own, on 127.0.0.1 unless told otherwise. `GET /openapi.json` tells all of it. */
export async function operatorApi({
  context,
  keySha256,
  masterKey = null,
  rehearse = null,
  loggerInstance,
}: ApiOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    ...(loggerInstance === undefined ? {} : { loggerInstance }),
    // Programs poll: a line for every answer would bury what matters. Failures are logged where they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    http: { headersTimeout: headersMsMax },
    routerOptions: { maxParamLength: paramLengthMax },
    frameworkErrors: (error, request, reply) =>
      void answerError(error, reply, () => request.log.error({ err: error }, 'request failed')),
    clientErrorHandler: answerClientErrors,
  });
  validateRequests(app);
  // Answers are written as they are: a serializer made of the schema would drop what the schema forgot, silently.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  takeJsonOnly(app);
  answerWithProblems(app);
  app.addHook('onRequest', requireKey(keySha256));
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  const { database } = context;
  const figures = metrics(context);
  app.addHook('onResponse', figures.count);
  await app.register(swagger, openapi);
  for (const schema of PUBLISHED_SCHEMAS) app.addSchema(schema);

  await app.register(health(context));
  await app.register(figures.route);
  await app.register(lists(database));
  await app.register(orders(context));
  await app.register(orderActs(context));
  await app.register(invoiceActs(context));
  await app.register(claims(context));
  await app.register(items(context));
  await app.register(wire(context));
  await app.register(deliveries(context));
  await app.register(money(database));
  await app.register(settlements(context));
  await app.register(sendDocuments(context));
  await app.register(heldDocuments(context));
  await app.register(work(context));
  await app.register(history(database));
  await app.register(configuration(context));
  await app.register(keys(context, masterKey, rehearse));
  await app.register(as2(context, masterKey));
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.ready();
  return app;
}
