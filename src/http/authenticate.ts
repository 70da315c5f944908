import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from './problem-details.ts';

/** Paths that tell nothing but that we are here. */
const OPEN: ReadonlySet<string> = new Set(['/livez', '/readyz']);

/** Lets in whoever presents the API key, as `Authorization: Bearer …`, before anything of a body is read. Compared by digest in constant time. */
export const requireKey = (keySha256: string) => {
  const expected = Buffer.from(keySha256, 'hex');
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (OPEN.has(request.routeOptions.url ?? '')) return undefined;
    const [, token = ''] = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
    const presented = createHash('sha256').update(token).digest();
    if (timingSafeEqual(presented, expected)) return undefined;
    return sendProblem(
      reply.header('www-authenticate', 'Bearer realm="tallyport"'),
      401,
      'An API key is needed: Authorization: Bearer <key>.',
    );
  };
};
