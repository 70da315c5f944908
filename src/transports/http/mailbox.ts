import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Channel } from '../../partners/configuration.ts';
import { mailboxListCountMax } from '../limits.ts';
import type { Receipt } from '../transport.ts';
import { authenticate, type ShownChannel } from './authenticate.ts';
import { HttpProblem } from './http-problem.ts';

/** A delivery that waits to be fetched. */
export interface MailboxEntry {
  readonly id: string;
  readonly fileName: string;
  readonly byteLength: number;
  readonly contentType: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What we have for a partner to fetch; each question names the channel, so that nobody reads another's. */
export interface Mailbox {
  /** What waits, oldest first. */
  list(channelId: string, countMax: number): Promise<readonly MailboxEntry[]>;
  /** Also after it was confirmed, for as long as it is kept; undefined when this channel has no such delivery. */
  open(
    channelId: string,
    deliveryId: string,
  ): Promise<{ readonly entry: MailboxEntry; readonly bytes: AsyncIterable<Uint8Array> } | undefined>;
  /** Takes the receipt; true also when it was confirmed before, false when this channel has no such delivery. */
  confirm(channelId: string, deliveryId: string, receipt: Receipt): Promise<boolean>;
}

interface MailboxPath {
  readonly Params: { readonly partner: string; readonly channel: string; readonly deliveryId: string };
}

/** …/mailbox: list, fetch, confirm. A fetch is not a receipt: a connection may break after the last byte left us. */
export async function mailboxRoutes(
  app: FastifyInstance,
  {
    channelOf,
    mailbox,
  }: { readonly channelOf: (id: string) => Promise<Channel | undefined>; readonly mailbox: Mailbox },
): Promise<void> {
  const shown = new WeakMap<object, ShownChannel>();
  app.addHook<MailboxPath>('onRequest', async (request) => {
    const found = await authenticate(channelOf, request.params, request.headers.authorization);
    if (found.settings.pushUrl !== null)
      throw new HttpProblem(403, 'This channel has no mailbox: what we send is posted to your address.');
    shown.set(request, found);
  });
  const channelOfRequest = (request: object): string => {
    const found = shown.get(request);
    if (found === undefined) throw new HttpProblem(401);
    return found.channel.id;
  };
  app.get('/mailbox', async (request) => ({
    deliveries: await mailbox.list(channelOfRequest(request), mailboxListCountMax),
  }));
  app.get<MailboxPath>('/mailbox/:deliveryId', async (request, reply) => {
    const found = await mailbox.open(channelOfRequest(request), idOf(request.params));
    if (found === undefined) throw new HttpProblem(404);
    const { fileName, byteLength, contentType } = found.entry;
    return reply
      .type(contentType)
      .header('content-length', byteLength)
      .header('content-disposition', `attachment; filename="${fileName.replaceAll(/[^A-Za-z0-9._-]/g, '-')}"`)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .send(Readable.from(found.bytes, { objectMode: false }));
  });
  const confirm = async (request: { readonly params: MailboxPath['Params'] }): Promise<void> => {
    const receipt = { kind: 'fetched', detail: 'confirmed by the partner' } as const;
    if (!(await mailbox.confirm(channelOfRequest(request), idOf(request.params), receipt))) throw new HttpProblem(404);
  };
  app.delete<MailboxPath>('/mailbox/:deliveryId', async (request, reply) => {
    await confirm(request);
    return reply.code(204).send();
  });
  app.post<MailboxPath>('/mailbox/:deliveryId/received', async (request, reply) => {
    await confirm(request);
    return reply.code(204).send();
  });
}

/** What cannot be an id of ours is not asked of the database. */
function idOf({ deliveryId }: MailboxPath['Params']): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(deliveryId)) throw new HttpProblem(404);
  return deliveryId;
}
