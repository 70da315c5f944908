import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { labelOf } from '../label.ts';
import { idempotencyKeyLengthMax } from '../limits.ts';
import { openAdmission } from './admission.ts';
import { authenticate, type ShownChannel } from './authenticate.ts';
import { HttpProblem } from './http-problem.ts';
import type { ListenerLimits, PartnerListenerOptions } from './listener.ts';
import { pacedBody, tooLarge } from './paced-body.ts';

interface ChannelPath {
  readonly Params: { readonly partner: string; readonly channel: string };
}

/** POST …/files: the body as it stands is one file. Everything is judged by the headers before a byte of the body is read. */
export async function uploadRoute(
  app: FastifyInstance,
  { channelOf, intake, limits }: PartnerListenerOptions & { readonly limits: ListenerLimits },
): Promise<void> {
  const admission = openAdmission(limits);
  const shown = new WeakMap<object, ShownChannel>();
  app.post<ChannelPath>('/files', {
    async onRequest(request) {
      const found = await authenticate(channelOf, request.params, request.headers.authorization);
      checkHeaders(request.headers, found.channel.fileBytesMax);
      shown.set(request, found);
    },
    async handler(request, reply) {
      const channel = shown.get(request)?.channel;
      if (channel === undefined) throw new HttpProblem(401);
      const leave = admission.enter(channel.id);
      const body = pacedBody(request.raw, channel.fileBytesMax, limits);
      try {
        const received = await intake.receive({
          channelId: channel.id,
          sourceKey: sourceKeyOf(request.headers),
          name: nameOf(request.headers),
          headers: keptHeaders(request.headers),
          remote: request.ip,
          bytes: body.bytes,
        });
        // Known by its key, it was not read: the rest of it is not waited for.
        if (!request.raw.readableEnded) reply.header('connection', 'close');
        return reply.code(202).send({ transmissionId: received.transmissionId, isNew: received.isNew });
      } catch (error) {
        // The intake may wrap what the body threw; what the sender did wrong is the truer answer.
        throw body.fault() ?? error;
      } finally {
        leave();
      }
    },
  });
}

function checkHeaders(headers: IncomingHttpHeaders, fileBytesMax: number): void {
  if (Number(headers['content-length'] ?? 0) > fileBytesMax) throw tooLarge(fileBytesMax);
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  // A form's boundaries or percent signs would be stored as if they were EDI: a mistake to tell, not to keep.
  if (type.startsWith('multipart/') || type === 'application/x-www-form-urlencoded')
    throw new HttpProblem(
      415,
      'Send the file itself as the body, not a form: with curl, --data-binary @FILE and -H "Content-Type: application/edi-x12".',
    );
  if (!['', 'identity'].includes(headers['content-encoding']?.trim().toLowerCase() ?? ''))
    throw new HttpProblem(415, 'Send the file as it is, without a content encoding.', {
      'accept-encoding': 'identity',
    });
  const key = headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || !isIdempotencyKey(key)))
    throw new HttpProblem(400, `An Idempotency-Key has 1 to ${idempotencyKeyLengthMax} visible characters.`);
}

const isIdempotencyKey = (key: string): boolean => key.length <= idempotencyKeyLengthMax && /^[\x21-\x7e]+$/.test(key);

/** A key of the sender's makes a repeat known; without one, every post is an act of its own. */
function sourceKeyOf({ 'idempotency-key': key }: IncomingHttpHeaders): string | null {
  return typeof key === 'string' ? `key:${createHash('sha256').update(key).digest('hex')}` : null;
}

function nameOf(headers: IncomingHttpHeaders): string | null {
  const given = headers['x-file-name'];
  if (typeof given === 'string') return labelOf(decoded(given));
  const disposition = /filename="([^"]{1,255})"/i.exec(headers['content-disposition'] ?? '')?.[1];
  return disposition === undefined ? null : labelOf(disposition);
}

/** Percent signs may carry UTF-8; text that is no such code is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign: a name like any other
  }
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

const keptHeaders = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || SECRET_HEADERS.has(name) ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
