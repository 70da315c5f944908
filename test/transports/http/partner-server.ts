import { createHash, randomUUID } from 'node:crypto';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { FailureError } from '../../../src/core/failure.ts';
import type { Channel } from '../../../src/partners/configuration.ts';
import { lineDefaults } from '../../../src/partners/line-settings.ts';
import { type ListenerLimits, partnerListener } from '../../../src/transports/http/listener.ts';
import type { Mailbox, MailboxEntry } from '../../../src/transports/http/mailbox.ts';
import type { Intake, OfferedFile } from '../../../src/transports/transport.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function httpChannel(
  id: string,
  token: string | null,
  more: Partial<Channel> & { pushUrl?: string } = {},
): Channel {
  const [partner = '', name = ''] = id.split('/');
  const { pushUrl = null, ...rest } = more;
  return {
    id,
    partner,
    name,
    settings: {
      kind: 'http',
      tokenSha256: token === null ? null : sha256(token),
      pushUrl,
      pushTokenVariable: null,
      timeoutMs: 1_000,
      ...lineDefaults,
    },
    speaksFor: [],
    fileBytesMax: 100_000,
    inFlightMax: 4,
    firstInFirstOut: false,
    ...rest,
  };
}

export interface KeptFile extends Omit<OfferedFile, 'bytes'> {
  readonly text: string;
}

/** A listener on a real socket over an intake and a mailbox that keep everything in memory. */
export interface PartnerServer {
  readonly app: FastifyInstance;
  readonly origin: string;
  readonly port: number;
  readonly kept: KeptFile[];
  readonly failures: FailureError[];
  /** How each offer to the intake ended, once it has. */
  readonly offers: { state: 'begun' | 'kept' | 'thrown' }[];
  readonly mailbox: Map<string, { channelId: string; entry: MailboxEntry; text: string; confirmed: number }>;
  fetch(path: string, init?: RequestInit & { token?: string | null; duplex?: 'half' }): Promise<Response>;
  socket(): Promise<Socket>;
}

export async function startPartnerServer(
  channels: readonly Channel[],
  more: {
    readonly limits?: Partial<ListenerLimits>;
    readonly beforeCommit?: (file: OfferedFile) => Promise<void> | void;
  } = {},
): Promise<PartnerServer> {
  const kept: KeptFile[] = [];
  const failures: FailureError[] = [];
  const offers: PartnerServer['offers'] = [];
  const byKey = new Map<string, string>();
  const stored: PartnerServer['mailbox'] = new Map();
  const intake: Intake = {
    async receive(file) {
      const key = file.sourceKey === null ? null : `${file.channelId} ${file.sourceKey}`;
      const earlier = key === null ? undefined : byKey.get(key);
      if (earlier !== undefined) return { transmissionId: earlier, isNew: false };
      const offer: PartnerServer['offers'][number] = { state: 'begun' };
      offers.push(offer);
      const chunks: Uint8Array[] = [];
      try {
        for await (const chunk of file.bytes) chunks.push(chunk);
        await more.beforeCommit?.(file);
      } catch (error) {
        offer.state = 'thrown';
        throw error;
      }
      offer.state = 'kept';
      const { bytes: _read, ...rest } = file;
      const transmissionId = randomUUID();
      kept.push({ ...rest, text: Buffer.concat(chunks).toString('latin1') });
      if (key !== null) byKey.set(key, transmissionId);
      return { transmissionId, isNew: true };
    },
  };
  const mailbox: Mailbox = {
    list: async (channelId, countMax) =>
      [...stored.values()]
        .filter((each) => each.channelId === channelId && each.confirmed === 0)
        .map(({ entry }) => entry)
        .slice(0, countMax),
    async open(channelId, id) {
      const found = stored.get(id);
      if (found?.channelId !== channelId) return undefined;
      return {
        entry: found.entry,
        bytes: (async function* () {
          for (const piece of found.text.match(/.{1,1000}/gs) ?? []) yield Buffer.from(piece, 'latin1');
        })(),
      };
    },
    async confirm(channelId, id) {
      const found = stored.get(id);
      if (found?.channelId !== channelId) return false;
      found.confirmed++;
      return true;
    },
  };
  const app = partnerListener({
    channelOf: async (id) => channels.find((channel) => channel.id === id),
    intake,
    mailbox,
    report: ({ failure }) => failures.push(failure),
    ...(more.limits === undefined ? {} : { limits: more.limits }),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    app,
    origin,
    port,
    kept,
    failures,
    offers,
    mailbox: stored,
    fetch: (path, { token = 'right-token', headers, ...init } = {}) =>
      fetch(`${origin}${path}`, {
        ...init,
        headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...Object(headers) },
      }),
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket)).once('error', reject);
      }),
  };
}

/** Everything a socket says until it ends; what breaks it ends it too. */
export const everythingFrom = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
