import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DiskRoom } from '../../../src/transports/sftp/server/disk-room.ts';
import { openHostKeys } from '../../../src/transports/sftp/server/host-keys.ts';
import { sftpListener } from '../../../src/transports/sftp/server/listener.ts';
import type { Upload } from '../../../src/transports/sftp/server/mailbox.ts';

// Our server as a process of its own, for its memory: everybody who is called shop-… has a mailbox. It answers "memory" with its bytes.
const { folder, publicKey } = JSON.parse(process.argv[2] ?? '') as { folder: string; publicKey: string };
const say = (text: string) => process.send?.(text);
mkdirSync(join(folder, 'spool'), { recursive: true });
const hostKeys = await openHostKeys(join(folder, 'keys'));
const uploads = new Map<string, Upload>();
const rights = { mayList: true, mayDelete: true, mayRename: true, mayOverwrite: true };
const listener = sftpListener({
  hostKeys,
  accountOf: async (username) =>
    username.startsWith('shop-')
      ? {
          channelId: username,
          username,
          keys: [{ publicKey, expiresAt: null }],
          passwords: [],
          login: 'key',
          fileBytesMax: 1e9,
          settleMs: null,
          quotaBytes: 1e9,
          quotaFiles: 1_000,
          inbox: { name: 'in', ...rights },
          outbox: { name: 'out', ...rights, leavesWhen: 'read' },
        }
      : undefined,
  inbox: {
    list: async () => [],
    find: async (channelId, name) => uploads.get(`${channelId}/${name}`),
    put: async (channelId, upload) => void uploads.set(`${channelId}/${upload.name}`, upload),
    remove: async () => undefined,
    closed: async () => [],
    usage: async () => ({ byteLength: 0, fileCount: 0 }),
  },
  outbox: {
    chunkBytes: 256 * 1024,
    list: async () => [],
    find: async () => undefined,
    chunk: async () => Buffer.alloc(0),
    left: async () => undefined,
    leftLately: async () => false,
  },
  intake: {
    async receive({ bytes }) {
      let byteLength = 0;
      for await (const piece of bytes) byteLength += piece.byteLength;
      say(`received ${byteLength}`);
      return { transmissionId: 't', isNew: true };
    },
  },
  clock: { now: () => new Date() },
  spoolFolder: join(folder, 'spool'),
  disk: new DiskRoom({ freeBytesMin: 0, freeBytes: async () => 1e12, onChange: () => undefined }),
  holder: 'this',
  audit: () => undefined,
  report: (failure) => say(`report ${failure.message}`),
});
process.on('message', (message) => {
  if (message === 'memory') say(`memory ${process.memoryUsage().rss} ${listener.connectionCount}`);
});
const url = await listener.listen({ host: '0.0.0.0', port: 0 });
say(`listening ${url.split(':').at(-1)} ${hostKeys[0]?.fingerprint}`);
