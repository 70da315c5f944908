import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import { type FailureError, failureOf, nextStepAfter } from '../../core/failure.ts';
import type { Channel } from '../../partners/configuration.ts';
import { detailOfBroken, tellBroken } from '../as2/receive/broken-request.ts';
import { type As2RoutesOptions, as2Routes } from '../as2/receive/routes.ts';
import * as limitsOfOurs from '../limits.ts';
import type { Intake } from '../transport.ts';
import { HttpProblem, problemBody, problemType } from './http-problem.ts';
import { type Mailbox, mailboxRoutes } from './mailbox.ts';
import type { BodyLimits } from './paced-body.ts';
import { secureOptions, type TlsPair } from './tls.ts';
import { uploadRoute } from './upload.ts';

/** What of limits.ts a test may tighten. */
export interface ListenerLimits extends BodyLimits {
  readonly headersMsMax: number;
  readonly requestMsMax: number;
  readonly uploadCountMax: number;
  readonly uploadsPerChannelCountMax: number;
}

export interface PartnerListenerOptions {
  /** By its id, "<partner>/<name>". */
  readonly channelOf: (channelId: string) => Promise<Channel | undefined>;
  readonly intake: Intake;
  readonly mailbox: Mailbox;
  /** AS2 beside the rest; absent: none is spoken. */
  readonly as2?: Omit<As2RoutesOptions, 'limits'>;
  /** Told what went wrong on our side; the partner is told only that it did. */
  readonly report: (event: { readonly channelId: string | null; readonly failure: FailureError }) => void;
  readonly limits?: Partial<ListenerLimits>;
  readonly loggerInstance?: FastifyBaseLogger;
  /** HTTPS with this key and certificate; absent: HTTP, for a proxy before it or a test. */
  readonly tls?: TlsPair;
}

/**
 * The partners' listener: a server of its own with no operator's route.
 *
 *   POST   /partners/:partner/:channel/files                  a file's bytes → 202 {transmissionId, isNew} after commit
 *   GET    /partners/:partner/:channel/mailbox                what waits: {deliveries: [{id, fileName, byteLength, contentType, createdAt}]}
 *   GET    /partners/:partner/:channel/mailbox/:id            its bytes
 *   DELETE /partners/:partner/:channel/mailbox/:id            they have it; POST …/:id/received says the same
 *   POST   /as2, /as2/mdn                                     AS2 messages and receipts: see as2/receive/routes.ts
 */
export function partnerListener(options: PartnerListenerOptions): FastifyInstance {
  const limits: ListenerLimits = { ...limitsOfOurs, ...options.limits };
  const server = {
    headersTimeout: limits.headersMsMax,
    maxHeaderSize: limitsOfOurs.headerBytesMax,
    // Node looks for late headers and bodies only this often.
    connectionsCheckingInterval: Math.min(limits.headersMsMax, 5_000),
  };
  const app: FastifyInstance = Fastify({
    ...(options.loggerInstance === undefined ? {} : { loggerInstance: options.loggerInstance }),
    requestTimeout: limits.requestMsMax,
    keepAliveTimeout: limitsOfOurs.keepAliveMsMax,
    exposeHeadRoutes: false,
    ...(options.tls === undefined ? { http: server } : { https: { ...server, ...secureOptions(options.tls) } }),
    clientErrorHandler(error, socket) {
      // Not HTTP, too many headers, or headers too late: there is no request to answer, only a socket.
      const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
      const packet = 'rawPacket' in error && Buffer.isBuffer(error.rawPacket) ? error.rawPacket : null;
      const detail = packet !== null && status === 400 && options.as2 !== undefined ? detailOfBroken(packet) : null;
      const body = JSON.stringify(problemBody(status, detail));
      if (packet !== null && options.as2 !== undefined) {
        const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : null;
        const remote = socket.remoteAddress ?? null;
        tellBroken(options.as2.station, { code: error.code, reason, packet, remote }).catch((thrown) =>
          options.report({ channelId: null, failure: failureOf(thrown) }),
        );
      }
      if (socket.writable)
        socket.write(
          `HTTP/1.1 ${status} ${problemBody(status, null).title}\r\nContent-Type: ${problemType}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
      socket.destroySoon();
    },
  });
  app.server.maxConnections = limitsOfOurs.connectionCountMax;
  // Bytes are bytes: every content type is taken as it stands, and none is parsed.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setNotFoundHandler((_request, reply) => answer(reply, new HttpProblem(404)));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500 && !(error instanceof HttpProblem))
      options.report({ channelId: channelIdOf(request.params), failure: failureOf(error) });
    return answer(reply, problem);
  });
  app.register(
    async (scope) => {
      await scope.register(uploadRoute, { ...options, limits });
      await scope.register(mailboxRoutes, options);
    },
    { prefix: '/partners/:partner/:channel' },
  );
  if (options.as2 !== undefined) app.register(as2Routes, { ...options.as2, limits });
  return app;
}

function answer(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  // A body that is still coming is not waited for.
  if (!reply.request.raw.readableEnded && hasBody(reply)) reply.header('connection', 'close');
  return (
    reply
      .code(problem.status)
      .headers(problem.headers)
      .header('content-type', problemType)
      // As bytes: to text fastify would add a charset, and this media type has none.
      .send(Buffer.from(JSON.stringify(problemBody(problem.status, problem.detail))))
  );
}

const hasBody = ({ request: { headers } }: FastifyReply): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** What a partner is told: our own failures only as now or never. */
function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return new HttpProblem(status); // fastify's own: a malformed path, an unreadable media type
  return nextStepAfter(failureOf(error).kind) === 'retry'
    ? new HttpProblem(503, 'Not stored. Send it again later.', { 'retry-after': '30' })
    : new HttpProblem(500, 'Not stored. The operator has been told.');
}

const channelIdOf = (params: unknown): string | null => {
  const { partner, channel } = Object(params);
  return typeof partner === 'string' && typeof channel === 'string' ? `${partner}/${channel}` : null;
};
