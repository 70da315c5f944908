import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { contentOf } from '../../transports/as2/content.ts';
import { looksLikeMdn, type MdnVerdict, type ReadMdn } from '../../transports/as2/mdn/read.ts';
import { answerMessage } from '../../transports/as2/receive/answer.ts';
import { type AwaitedMdn, answerMdn } from '../../transports/as2/receive/answer-mdn.ts';
import { openFailurePace } from '../../transports/as2/receive/failure-pace.ts';
import type { As2Answer, KeptMdn, ReceivedMessage, Station } from '../../transports/as2/receive/station.ts';
import type { As2Relation } from '../../transports/as2/relation.ts';
import { spool } from '../../transports/as2/spool.ts';
import type { Host } from '../process.ts';

/** What stands behind the address at which a company takes messages and receipts. */
export interface As2Listening {
  readonly port: number;
  readonly host: Host;
  readonly relationOf: (from: string, to: string) => As2Relation | undefined;
  readonly earlier: (key: string) => { readonly mdn: KeptMdn | null } | undefined;
  /** Takes a message, and the body of its request as it came. */
  readonly take: (message: ReceivedMessage, body: Buffer) => Promise<void>;
  readonly postReceipt: (mdn: KeptMdn) => Promise<void>;
  /** By the message's id without brackets. */
  readonly awaited: (id: string) => AwaitedMdn['expected'] | undefined;
  readonly settle: (id: string, read: ReadMdn, verdict: MdnVerdict) => void;
  readonly complain: (why: string) => void;
}

/** 64 MB of a request: files of a demo have some KB. */
const bodyBytesMax = 64 * 1024 * 1024;

/** Listens on this port of this machine until the host's signal is aborted. */
export async function listenForAs2(listening: As2Listening): Promise<void> {
  const { host, port } = listening;
  const server = createServer((request, response) => {
    answer(listening, request).then(
      (given) => write(response, given),
      (thrown: unknown) => {
        listening.complain(`AS2: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        write(response, { status: 500, mdn: null });
      },
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    server.close();
    server.closeAllConnections();
  };
  if (host.signal.aborted) end();
  else host.signal.addEventListener('abort', end, { once: true });
}

function write(response: ServerResponse, { status, mdn }: As2Answer): void {
  response.writeHead(status, [...(mdn?.headers.flat() ?? []), 'Content-Length', String(mdn?.body.length ?? 0)]);
  response.end(mdn?.body);
}

async function answer(listening: As2Listening, request: IncomingMessage): Promise<As2Answer> {
  const pieces: Buffer[] = [];
  let byteLength = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    byteLength += piece.length;
    if (byteLength > bodyBytesMax) throw new Error('a request that is too long');
    pieces.push(piece);
  }
  const body = Buffer.concat(pieces);
  const { rawHeaders } = request;
  const fields = rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? '']] : [],
  );
  const head = { fields, raw: Buffer.alloc(0) };
  const given = { head, body: contentOf(body).bytes(), remote: request.socket.remoteAddress ?? null };
  const station = stationOf(listening, body);
  if (!looksLikeMdn(head)) return answerMessage(station, given);
  const mdns = {
    awaitedMdn: async (_channel: string, id: string) => {
      const expected = listening.awaited(id);
      return expected === undefined ? undefined : { deliveryId: id, expected };
    },
    settle: async (id: string, { read, verdict }: { readonly read: ReadMdn; readonly verdict: MdnVerdict }) =>
      listening.settle(id, read, verdict),
  };
  return answerMdn(station, mdns, given);
}

const stationOf = (listening: As2Listening, body: Buffer): Station => ({
  clock: { now: listening.host.now },
  newId: randomUUID,
  host: 'simulator',
  spool: (source, bytesMax) => spool(source, bytesMax, tmpdir()),
  failures: openFailurePace(),
  report: (event) => {
    if (event.kind === 'refused') listening.complain(`AS2 refused: ${event.modifier}: ${event.detail}`);
  },
  lookups: {
    relationOf: async (theirName, ourName) => listening.relationOf(theirName, ourName),
    earlierAnswer: async (key) => listening.earlier(key),
    async take(message) {
      await listening.take(message, body);
      // One that is to be posted follows by itself, after our answer: their own 200 may well come later than it.
      if (message.mdn !== null && message.mdn.url !== null) void post(listening, message.mdn);
      return { isNew: true, mdn: message.mdn };
    },
    // Told as it is refused, above; a demo keeps nothing of it.
    keepRefused: async () => undefined,
    postMdn: (_channel, mdn) => post(listening, mdn),
  },
});

const post = (listening: As2Listening, mdn: KeptMdn): Promise<void> =>
  listening
    .postReceipt(mdn)
    .catch((thrown: unknown) =>
      listening.complain(
        `our receipt could not be posted: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      ),
    );
