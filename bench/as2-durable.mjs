// AS2 into a gateway as a supplier runs it, on the embedded server: a receipt leaves only after the file, its claim and the receipt itself are
// committed. What was taken is read in the same process meanwhile, unless it runs with the roles that only receive.
import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCertificate } from '../dist/transports/as2/cms/certificate.js';
import { makeSelfSigned } from '../dist/transports/as2/cms/self-signed.js';
import { as2Transport } from '../dist/transports/as2/send/as2-transport.js';
import { spool } from '../dist/transports/as2/spool.js';
import { durabilityOf, startGateway } from './gateway.mjs';
import { megabytesPerSecond, print } from './measure.mjs';
import { ordersOf } from './orders.mjs';
import { secondsOf, secondsOfFamily } from './processor-time.mjs';
import { x12Interchange } from './x12.mjs';

const indented = (pem) => pem.trim().replace(/^/gm, '          ');

const channelText = (certificate) => `
  as2:
    kind: as2
    ourName: RECEIVER
    theirName: SENDER
    ourKeys: [{ name: receiver }]
    theirCertificates:
      - pem: |
${indented(certificate)}
`;

/** Interchanges of 10 KB, each another one, from a sender whom nobody knows: read and kept, and no order follows. */
function* payloads() {
  for (let number = 1; ; number++) {
    const orders = [...take(ordersOf(number, 3), 11)].map((order, at) => ({ ...order, number: `D${number}-${at}` }));
    yield Buffer.from(x12Interchange(number, orders).replace(/6112390000( *)/, 'NOBODYHERE$1'), 'latin1');
  }
}
function* take(source, count) {
  for (let left = count; left > 0; left--) yield source.next().value;
}

/** A gateway with a key of its own and a channel for our sender; `more` is YAML of the channel's. */
async function open(roles, more = '') {
  const sender = await makeSelfSigned(
    { commonName: 'SENDER', organization: 'Bench', kind: 'rsa-2048' },
    new Date(),
    10,
  );
  let certificate;
  const gateway = await startGateway({
    roles,
    prepare: async (post) => {
      const key = { name: 'receiver', commonName: 'RECEIVER', organization: 'Bench', kind: 'rsa-2048', validDays: 30 };
      ({ certificate } = await post('/keys', { ...key, by: 'bench' }));
    },
    change: (path, text) =>
      path === 'partners/brightmart/channels.yaml' ? text + channelText(sender.certificatePem) + more : text,
  });
  return { gateway, transport: sendingTo(`${gateway.partnersUrl}/as2`, sender, readCertificate(certificate)) };
}

/** One large message, kept whole before its receipt leaves; the gateway's peak memory (Linux). */
export async function as2DurableLarge({ bytes }) {
  const { gateway, transport } = await open('api,http', `    fileBytesMax: ${bytes}\n`);
  try {
    const piece = Buffer.alloc(65_536, 'PO1*1*10*EA*12.5**VN*HT-1001~CTP**RTL*19.99~');
    const from = performance.now();
    await transport.send({
      ...deliveryOf(Buffer.alloc(0)),
      byteLength: bytes,
      async *bytes() {
        for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length));
      },
    });
    const seconds = (performance.now() - from) / 1_000;
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.processId}/status`, 'utf8'))?.[1];
    print(
      `one message of ${(bytes / 1e6).toFixed(0)} MB, kept and answered`,
      megabytesPerSecond(bytes, seconds),
      `${seconds.toFixed(1)} s, the whole gateway at most ${(Number(peak) / 1_024).toFixed(0)} MiB`,
    );
  } finally {
    await gateway.stop();
  }
}

/** Small messages, so many at a time, for so long. */
export async function as2Durable({ seconds = 20, warmUpSeconds = 4, atOnce = 8, roles = null }) {
  const { gateway, transport } = await open(roles);
  try {
    const source = payloads();
    let count = 0;
    let bytes = 0;
    const latencies = [];
    const until = async (end) => {
      const worker = async () => {
        while (performance.now() < end) {
          const payload = source.next().value;
          const from = performance.now();
          const { kind } = await transport.send(deliveryOf(payload));
          if (kind !== 'mdn') throw new Error(`answered with ${kind}`);
          latencies.push(performance.now() - from);
          count++;
          bytes += payload.length;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    };
    await until(performance.now() + warmUpSeconds * 1_000);
    [count, bytes] = [0, 0];
    latencies.length = 0;
    const postgres = Number(
      readFileSync(join(gateway.dataFolder, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0],
    );
    const used = () => ({
      node: secondsOf(gateway.processId),
      postgres: secondsOfFamily(postgres),
      bench: process.cpuUsage(),
    });
    const before = used();
    const from = performance.now();
    await until(from + seconds * 1_000);
    const elapsed = (performance.now() - from) / 1_000;
    const after = used();
    const each = (what) => (((after[what] - before[what]) / count) * 1_000).toFixed(1);
    const own = after.bench.user + after.bench.system - before.bench.user - before.bench.system;
    latencies.sort((a, b) => a - b);
    const at = (share) => latencies[Math.floor(latencies.length * share)].toFixed(0);
    console.log(`  durable settings: ${await durabilityOf(gateway)}`);
    print(
      `messages of ${(bytes / count / 1_000).toFixed(1)} KB, kept and answered`,
      `${(count / elapsed).toFixed(0)}/s`,
      `${atOnce} at a time; median ${at(0.5)} ms, 95% ${at(0.95)} ms`,
    );
    print(
      'processor time of each',
      `${each('node')} ms`,
      `gateway; ${each('postgres')} ms postgres, ${(own / 1_000 / count).toFixed(1)} ms its sender`,
    );
    const { rows } = await gateway.database.query(
      `select (select count(*)::int from as2_received) as taken, (select count(*)::int from raw_file where direction = 'in') as files,
         (select count(*)::int from raw_file where direction = 'in' and state <> 'received') as read`,
    );
    console.log(`  ${JSON.stringify(rows[0])}`);
  } finally {
    await gateway.stop();
  }
}

function sendingTo(url, sender, certificate) {
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
    },
    mdn: { signed: true, digest: 'sha256', asynchronousUrl: null },
    mdnDueMs: 1,
    verifyMdnWith: [certificate],
    line: {
      timeoutMs: 600_000,
      trusted: [],
      client: null,
      basic: null,
      proxyUrl: null,
      allowLoopback: true,
      chunked: false,
    },
  };
  return as2Transport({
    sendingTo: async () => sending,
    sent: {
      takeRefusal: async () => null,
      unansweredSends: async () => 0,
      remember: async () => undefined,
      keepMdn: async () => undefined,
    },
    spool: (source) => spool(source, 2 ** 31, tmpdir()),
  });
}

function deliveryOf(payload) {
  const id = randomUUID();
  return {
    id,
    channelId: 'bench/as2',
    fileName: 'orders.edi',
    byteLength: payload.length,
    async *bytes() {
      yield payload;
    },
    idempotencyKey: id,
    contentType: 'application/EDI-X12',
  };
}
