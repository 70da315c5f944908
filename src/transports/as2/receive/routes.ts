import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from '../../http/http-problem.ts';
import { looksLikeMdn } from '../mdn/read.ts';
import type { Head } from '../mime/head.ts';
import { fieldOf } from '../mime/head.ts';
import { clientChainOf } from './admit.ts';
import { answerMessage } from './answer.ts';
import { answerMdn, type MdnLookups } from './answer-mdn.ts';
import { openReception, type ReceptionLimits } from './reception.ts';
import type { As2Answer, Station } from './station.ts';

export interface As2RoutesOptions {
  readonly station: Station;
  readonly mdns: MdnLookups;
  readonly limits: ReceptionLimits;
  /** Of a request's body: the largest file of any channel, and what base64 and signatures add to it. */
  readonly bodyBytesMax: () => Promise<number>;
}

/**
 *   POST /as2      a message, or a receipt: told by its content, for partners post receipts to the address of messages
 *   POST /as2/mdn  a receipt; the address we name when we ask for one later
 *   GET  /as2      that it is here, for people who try the address in a browser
 */
export async function as2Routes(app: FastifyInstance, options: As2RoutesOptions): Promise<void> {
  const reception = openReception(options.limits);
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const head = headOf(request);
    const bytesMax = await options.bodyBytesMax();
    // By address and name: behind a proxy of ours all come from one address, and a name alone is anybody's to write.
    const sender = { address: request.ip, name: fieldOf(head, 'as2-from') ?? '', bytesMax };
    const body = reception.open(request.raw, sender);
    const { station, mdns } = options;
    let answer: As2Answer;
    try {
      const clientChain = clientChainOf(request.raw.socket);
      const given = { head, body: body.bytes, turn: body.turn, remote: request.ip, clientChain };
      answer = looksLikeMdn(head) ? await answerMdn(station, mdns, given) : await answerMessage(station, given);
    } catch (error) {
      throw body.fault() ?? error; // what the sender did wrong is the truer answer
    } finally {
      body.close();
    }
    await answer.after;
    return send(reply, answer);
  };
  app.post('/as2', handler);
  app.post('/as2/mdn', handler);
  app.get('/as2', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.type('text/plain').send('AS2 messages are posted to this address.\n'),
  );
}

/** Every header as it came, in its order; names in small letters. */
function headOf({ raw: { rawHeaders } }: FastifyRequest): Head {
  const fields: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    fields.push([rawHeaders[at]?.toLowerCase() ?? '', rawHeaders[at + 1] ?? '']);
  const head = { fields, raw: Buffer.alloc(0) };
  if (
    fieldOf(head, 'content-encoding')?.trim().toLowerCase().replace('identity', '') === '' ||
    fieldOf(head, 'content-encoding') === undefined
  )
    return head;
  throw new HttpProblem(415, 'AS2 compresses inside the message: send it without a content encoding.');
}

function send(reply: FastifyReply, { status, mdn, detail = '' }: As2Answer): FastifyReply {
  if (mdn === null) {
    if (status === 429) reply.header('retry-after', '5');
    if (status === 401) reply.header('www-authenticate', 'Basic realm="AS2"');
    // What was not read of a body must not be taken for the next request.
    if (!reply.request.raw.readableEnded) reply.header('connection', 'close');
    if (detail === '') return reply.code(status).header('content-length', '0').send('');
    return reply.code(status).type('text/plain; charset=us-ascii').send(`${detail}\n`);
  }
  // Written past fastify, which would put the names into small letters: old products look for "AS2-To".
  reply.hijack();
  const headers = [...mdn.headers.flat(), 'Content-Length', `${mdn.body.length}`];
  reply.raw.writeHead(status, headers);
  reply.raw.end(mdn.body);
  return reply;
}
