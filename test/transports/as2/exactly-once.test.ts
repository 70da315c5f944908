import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { failureOf } from '../../../src/core/failure.ts';
import { newId } from '../../../src/core/ids.ts';
import { contentOf } from '../../../src/transports/as2/content.ts';
import { as2Routes } from '../../../src/transports/as2/receive/routes.ts';
import { as2Transport } from '../../../src/transports/as2/send/as2-transport.ts';
import { spool } from '../../../src/transports/as2/spool.ts';
import * as limits from '../../../src/transports/limits.ts';
import { plainProfile, signedMdn, stations } from './stations.ts';

const between = stations();
afterAll(() => between.close());
const { world } = between;

async function listen(port: number): Promise<FastifyInstance> {
  const app = Fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const mdns = { awaitedMdn: async () => undefined, settle: async () => undefined };
  await app.register(as2Routes, { station: between.station, mdns, limits, bodyBytesMax: async () => 1e6 });
  await app.listen({ port, host: '127.0.0.1' });
  return app;
}

/** Every connection is cut, also those whose message was stored a moment ago and whose receipt is on its way. */
async function cutOff(app: FastifyInstance): Promise<void> {
  app.server.closeAllConnections();
  await app.close();
}

test('a receiver that is cut off ten times takes every message exactly once, and its sender learns it of each', async () => {
  let app = await listen(0);
  const { port } = app.server.address() as AddressInfo;
  const transport = as2Transport({
    sendingTo: async () => ({
      url: new URL(`http://127.0.0.1:${port}/as2`),
      ourName: 'Sender Inc',
      theirName: 'RECEIVER',
      subject: 'EDI',
      host: 'sender.example',
      profile: {
        ...plainProfile,
        sign: { identity: world.identity('sender'), digest: 'sha256', scheme: 'pkcs1' },
        encrypt: {
          recipients: [{ certificate: world.identity('receiver').certificate, keyTransport: 'pkcs1' }],
          cipher: 'aes-256-cbc',
        },
      },
      mdn: signedMdn,
      mdnDueMs: 1,
      verifyMdnWith: [world.identity('receiver').certificate],
      line: {
        timeoutMs: 60_000,
        trusted: [],
        client: null,
        basic: null,
        proxyUrl: null,
        proxyBasic: null,
        allowLoopback: true,
        chunked: false,
      },
    }),
    sent: {
      takeRefusal: async () => null,
      unansweredSends: async () => 0,
      remember: async () => undefined,
      keepMdn: async () => undefined,
    },
    spool: (source) => spool(source, 1e9, between.temporaryFolder),
  });
  const wanted = Array.from({ length: 300 }, (_, index) => ({ id: newId(), text: `ISA*${index}~` }));
  const queue = [...wanted];
  let attempts = 0;
  let receipts = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const bytes = Buffer.from(next.text);
      const delivery = {
        id: next.id,
        channelId: 'sender/as2',
        fileName: 'po.edi',
        byteLength: bytes.length,
        bytes: () => contentOf(bytes).bytes(),
        idempotencyKey: next.id,
        contentType: 'application/EDI-X12',
      };
      for (let arrived = false; !arrived; ) {
        attempts++;
        try {
          expect(await transport.send(delivery)).toMatchObject({ kind: 'mdn' });
          receipts++;
          arrived = true;
        } catch (error) {
          expect(['partner-unreachable', 'partner-refused-for-now']).toContain(failureOf(error).kind);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    }
  };
  const workers = Promise.all(Array.from({ length: 6 }, worker));
  for (let cut = 1; cut <= 10; cut++) {
    // By messages and not by time, so that a slow machine is cut in the middle too.
    while (between.taken.length < cut * 25) await new Promise((resolve) => setTimeout(resolve, 5));
    await cutOff(app);
    app = await listen(port);
  }
  await workers;
  await cutOff(app);
  expect(receipts).toBe(wanted.length);
  expect(attempts).toBeGreaterThan(wanted.length);
  expect(between.taken.map(({ files }) => files[0]?.bytes.toString()).toSorted()).toEqual(
    wanted.map(({ text }) => text).toSorted(),
  );
  expect(new Set(between.taken.map(({ key }) => key)).size).toBe(wanted.length);
});
