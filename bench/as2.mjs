// AS2 between two processes of this machine: signed, encrypted, answered by a signed receipt that is verified.
import { fork } from 'node:child_process';
import { createPrivateKey, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readCertificate } from '../dist/transports/as2/cms/certificate.js';
import { makeSelfSigned } from '../dist/transports/as2/cms/self-signed.js';
import { as2Transport } from '../dist/transports/as2/send/as2-transport.js';
import { spool } from '../dist/transports/as2/spool.js';
import { megabytesPerSecond, print } from './measure.mjs';

const once = (child) => new Promise((resolve) => child.once('message', resolve));

async function stations(profile) {
  const [sender, receiver] = await Promise.all(
    ['SENDER', 'RECEIVER'].map((commonName) =>
      makeSelfSigned({ commonName, organization: 'Bench', kind: 'rsa-2048' }, new Date(), 10),
    ),
  );
  const child = fork(fileURLToPath(new URL('as2-station.mjs', import.meta.url)));
  const pem = receiver.privateKey.export({ type: 'pkcs8', format: 'pem' });
  child.send({ ours: { certificate: receiver.certificatePem, key: pem }, theirs: sender.certificatePem });
  const { url } = await once(child);
  const certificate = readCertificate(receiver.certificatePem);
  const identity = {
    certificate: readCertificate(sender.certificatePem),
    privateKey: createPrivateKey(sender.privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
  const sending = {
    url: new URL(url),
    ourName: 'SENDER',
    theirName: 'RECEIVER',
    subject: 'EDI',
    host: 'sender.example',
    profile: {
      sign: { identity, digest: 'sha256', scheme: 'pkcs1' },
      encrypt: { recipients: [{ certificate, keyTransport: 'pkcs1' }], cipher: 'aes-256-cbc' },
      compress: 'none',
      transferEncoding: 'binary',
      encoding: 'der',
      version: '1.2',
      ...profile,
    },
    mdn: { signed: true, digest: 'sha256', asynchronousUrl: null },
    mdnDueMs: 1,
    verifyMdnWith: [certificate],
    line: {
      timeoutMs: 60_000,
      trusted: [],
      client: null,
      basic: null,
      proxyUrl: null,
      allowLoopback: true,
      chunked: false,
    },
  };
  const transport = as2Transport({
    sendingTo: async () => sending,
    sent: {
      takeRefusal: async () => null,
      unansweredSends: async () => 0,
      remember: async () => undefined,
      keepMdn: async () => undefined,
    },
    spool: (source) => spool(source, 2 ** 31, tmpdir()),
  });
  return { transport, child };
}

const piece = Buffer.alloc(65_536, 'PO1*1*10*EA*12.5**VN*HT-1001~CTP**RTL*19.99~');

const deliveryOf = (byteLength) => {
  const id = randomUUID();
  return {
    id,
    channelId: 'bench/as2',
    fileName: 'orders.edi',
    byteLength,
    async *bytes() {
      for (let left = byteLength; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
    },
    idempotencyKey: id,
    contentType: 'application/EDI-X12',
  };
};

/** Processor time so far of both sides, in milliseconds: it tells what a message costs, however busy the machine. */
async function usedBy(child) {
  child.send('used');
  const { processorMs } = await once(child);
  const { user, system } = process.cpuUsage();
  return { sending: (user + system) / 1_000, receiving: processorMs };
}

/** Small messages, so many at a time, for so long. */
export async function as2Messages({ seconds, atOnce = 8, bytes = 10_000 }) {
  const { transport, child } = await stations({});
  for (let warm = 0; warm < 100; warm++) await transport.send(deliveryOf(bytes));
  let count = 0;
  const before = await usedBy(child);
  const from = performance.now();
  const worker = async () => {
    while (performance.now() - from < seconds * 1_000) {
      const { kind } = await transport.send(deliveryOf(bytes));
      if (kind !== 'mdn') throw new Error(`answered with ${kind}`);
      count++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const elapsed = (performance.now() - from) / 1_000;
  const after = await usedBy(child);
  const each = (side) => ((after[side] - before[side]) / count).toFixed(2);
  print(
    'messages of 10 KB, signed, encrypted, receipt verified',
    `${(count / elapsed).toFixed(0)}/s`,
    `${atOnce} at a time; ${each('sending')} ms of processor sending, ${each('receiving')} ms receiving`,
  );
  child.disconnect();
}

/** One large message; both processes' peak memory. */
export async function as2Large({ bytes, profile = {}, called }) {
  const { transport, child } = await stations(profile);
  await transport.send(deliveryOf(10_000));
  const from = performance.now();
  await transport.send(deliveryOf(bytes));
  const seconds = (performance.now() - from) / 1_000;
  child.send('used');
  const { peakKilobytes } = await once(child);
  const own = process.resourceUsage().maxRSS / 1_024;
  print(
    `one message of ${(bytes / 1e6).toFixed(0)} MB, ${called}`,
    megabytesPerSecond(bytes, seconds),
    `${seconds.toFixed(1)} s, peak ${own.toFixed(0)} MiB sending, ${(peakKilobytes / 1_024).toFixed(0)} MiB receiving`,
  );
  child.disconnect();
}
