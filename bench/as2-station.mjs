// The receiving station of the AS2 bench, a process of its own: verifies, spools, answers with a signed receipt, and forgets.
import { createPrivateKey, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import Fastify from 'fastify';
import { readCertificate } from '../dist/transports/as2/cms/certificate.js';
import { as2Routes } from '../dist/transports/as2/receive/routes.js';
import { spool } from '../dist/transports/as2/spool.js';
import * as limits from '../dist/transports/limits.js';

process.once('message', async ({ ours, theirs }) => {
  const identity = { certificate: readCertificate(ours.certificate), privateKey: createPrivateKey(ours.key) };
  const relation = {
    channelId: 'bench/as2',
    theirName: 'SENDER',
    ourName: 'RECEIVER',
    keys: { decryptWith: [identity], verifyWith: [readCertificate(theirs)] },
    signMdnWith: identity,
    signedOver: [],
    policy: { requireSignature: true, requireEncryption: true, allowWeak: true },
    fileBytesMax: 2 ** 31,
    attachments: 'one',
    micOverCompressed: 'entity',
    onDuplicate: 'stored-mdn',
    version: '1.2',
    mayReach: () => false,
  };
  const station = {
    clock: { now: () => new Date() },
    newId: () => randomUUID(),
    host: 'receiver.example',
    spool: (source, bytesMax) => spool(source, bytesMax, tmpdir()),
    report: (event) => {
      if (event.kind !== 'taken') console.error(event);
    },
    lookups: {
      relationOf: async () => relation,
      earlierAnswer: async () => undefined,
      take: async ({ mdn }) => ({ isNew: true, mdn }),
      keepRefused: async () => undefined,
      postMdn: async () => undefined,
    },
  };
  const app = Fastify({ bodyLimit: 2 ** 31 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const mdns = { awaitedMdn: async () => undefined, settle: async () => undefined };
  const unlimited = { ...limits, uploadCountMax: 64, uploadsPerChannelCountMax: 64 };
  await app.register(as2Routes, { station, mdns, limits: unlimited, bodyBytesMax: async () => 2 ** 31 });
  process.send({ url: `${await app.listen({ port: 0, host: '127.0.0.1' })}/as2` });
});
process.on('message', (message) => {
  if (message !== 'used') return;
  const { user, system } = process.cpuUsage();
  process.send({ peakKilobytes: process.resourceUsage().maxRSS, processorMs: (user + system) / 1_000 });
});
process.on('disconnect', () => process.exit(0));
