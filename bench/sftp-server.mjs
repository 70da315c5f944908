// Our SFTP server as a process of its own, its mailboxes in memory: what the protocol alone costs. It says "PORT FINGERPRINT" when it listens.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiskRoom, freeBytesOf } from '../dist/transports/sftp/server/disk-room.js';
import { openHostKeys } from '../dist/transports/sftp/server/host-keys.js';
import { sftpListener } from '../dist/transports/sftp/server/listener.js';

const [folder, publicKeyPath, deliveryBytes] = process.argv.slice(2);
const delivery = randomBytes(Number(deliveryBytes));
const waiting = { id: 'd', name: 'big', byteLength: delivery.byteLength, modifiedS: 1 };
const names = new Map();
const rights = { mayList: true, mayDelete: true, mayRename: true, mayOverwrite: true };
const account = {
  channelId: 'bench/box',
  username: 'bench',
  keys: [{ publicKey: readFileSync(publicKeyPath, 'utf8'), expiresAt: null }],
  passwords: [],
  login: 'either',
  fileBytesMax: 2e9,
  settleMs: null,
  quotaBytes: 1e12,
  quotaFiles: 1e6,
  inbox: { name: 'in', ...rights },
  // Stays, so that it can be fetched again.
  outbox: { name: 'out', ...rights, leavesWhen: 'deleted' },
};
mkdirSync(join(folder, 'spool'), { recursive: true });
const hostKeys = await openHostKeys(folder);
const listener = sftpListener({
  hostKeys,
  accountOf: async () => account,
  inbox: {
    list: async () => [...names.values()],
    find: async (_channel, name) => names.get(name),
    put: async (_channel, upload) => void names.set(upload.name, upload),
    remove: async (_channel, name) => void names.delete(name),
    closed: async () => [],
    usage: async () => ({ byteLength: 0, fileCount: 0 }),
  },
  outbox: {
    chunkBytes: 256 * 1024,
    list: async () => [waiting],
    find: async () => waiting,
    chunk: async (_waiting, ordinal) => delivery.subarray(ordinal * 256 * 1024, (ordinal + 1) * 256 * 1024),
    left: async () => undefined,
    leftLately: async () => false,
  },
  intake: {
    async receive({ bytes }) {
      const hash = createHash('sha256');
      for await (const piece of bytes) hash.update(piece);
      return { transmissionId: hash.digest('hex'), isNew: true };
    },
  },
  clock: { now: () => new Date() },
  spoolFolder: join(folder, 'spool'),
  disk: new DiskRoom({ freeBytesMin: 0, freeBytes: () => freeBytesOf(folder), onChange: () => undefined }),
  holder: 'bench',
  audit: () => undefined,
  report: (failure) => console.error(failure),
});
const url = await listener.listen({ host: '127.0.0.1', port: 0 });
console.log(`${url.split(':').at(-1)} ${hostKeys[0].fingerprint}`);
process.stdin.on('close', () => process.exit(0)).resume();
