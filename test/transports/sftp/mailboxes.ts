import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import type { FailureError } from '../../../src/core/failure.ts';
import { DiskRoom } from '../../../src/transports/sftp/server/disk-room.ts';
import { type HostKey, openHostKeys } from '../../../src/transports/sftp/server/host-keys.ts';
import {
  type SftpListener,
  type SftpListenerOptions,
  sftpListener,
} from '../../../src/transports/sftp/server/listener.ts';
import type { Account, Audited, Inbox, Outbox, Upload, Waiting } from '../../../src/transports/sftp/server/mailbox.ts';
import { Kept } from './world.ts';

/** What the store keeps of mailboxes, in memory. */
export class Mailboxes implements Inbox {
  readonly uploads = new Map<string, Upload>();
  readonly deliveries = new Map<string, { waiting: Waiting; bytes: Buffer }>();
  readonly gone: { readonly name: string; readonly how: string }[] = [];

  async list(channelId: string, after: string | null, countMax: number) {
    const all = [...this.uploads].filter(([key]) => key.startsWith(`${channelId}/`)).map(([, upload]) => upload);
    return all
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .filter(({ name }) => after === null || name > after)
      .slice(0, countMax);
  }
  async find(channelId: string, name: string) {
    return this.uploads.get(`${channelId}/${name}`);
  }
  async put(channelId: string, upload: Upload) {
    this.uploads.set(`${channelId}/${upload.name}`, upload);
  }
  async remove(channelId: string, name: string) {
    this.uploads.delete(`${channelId}/${name}`);
  }
  async closed(channelId: string, holder: string) {
    return (await this.list(channelId, null, 1e9)).filter(
      ({ part }) => part?.isClosed === true && part.holder === holder,
    );
  }
  async usage(channelId: string) {
    const all = await this.list(channelId, null, 1e9);
    return { byteLength: all.reduce((sum, { byteLength }) => sum + byteLength, 0), fileCount: all.length };
  }
  offer(name: string, bytes: Buffer): void {
    this.deliveries.set(name, {
      waiting: { id: `id-${name}`, name, byteLength: bytes.byteLength, modifiedS: 1_700_000_000 },
      bytes,
    });
  }
  readonly outbox: Outbox = {
    chunkBytes: 256 * 1024,
    list: async (_channelId, after, countMax) => {
      const all = [...this.deliveries.values()].map(({ waiting }) => waiting);
      const from = after === null ? 0 : all.findIndex(({ id }) => id === after.id) + 1;
      return all.slice(from, from + countMax);
    },
    find: async (_channelId, name) => this.deliveries.get(name)?.waiting,
    chunk: async ({ name }, ordinal) =>
      this.deliveries.get(name)?.bytes.subarray(ordinal * 256 * 1024, (ordinal + 1) * 256 * 1024) ?? Buffer.alloc(0),
    left: async (_channelId, { name }, how) => {
      this.deliveries.delete(name);
      this.gone.push({ name, how });
    },
    leftLately: async (_channelId, name) => this.gone.some((one) => one.name === name),
  };
}

const root = mkdtempSync(join(tmpdir(), 'tallyport-sftp-server-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let keys: Promise<readonly HostKey[]> | undefined;

export interface World {
  readonly listener: SftpListener;
  readonly port: number;
  readonly hostKey: string;
  readonly mailboxes: Mailboxes;
  readonly kept: Kept;
  readonly audit: Audited[];
  readonly failures: FailureError[];
  readonly spoolFolder: string;
}

export const accountFor = (more: Partial<Account>): Account => ({
  channelId: 'shop/box',
  username: 'shop',
  keys: [],
  passwords: [],
  login: 'either',
  fileBytesMax: 200_000_000,
  settleMs: null,
  quotaBytes: 1_000_000_000,
  quotaFiles: 10_000,
  inbox: { name: 'in', mayList: true, mayDelete: true, mayRename: true, mayOverwrite: true },
  outbox: { name: 'out', mayList: true, mayDelete: true, leavesWhen: 'read' },
  ...more,
});

const open: SftpListener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

/** A disk with so much free, of which 1 MB must stay so. */
export const roomWith = (freeBytes: () => number, onChange: (isLow: boolean) => void = () => undefined): DiskRoom =>
  new DiskRoom({ freeBytesMin: 1_000_000, freeBytes: async () => freeBytes(), onChange });

/** Our server with mailboxes in memory. */
export async function startServer(
  accounts: readonly Account[],
  more: Partial<SftpListenerOptions> = {},
): Promise<World> {
  keys ??= openHostKeys(join(root, 'keys'));
  const spoolFolder = mkdtempSync(join(root, 'spool-'));
  const [mailboxes, kept, audit, failures] = [new Mailboxes(), new Kept(), [] as Audited[], [] as FailureError[]];
  const listener = sftpListener({
    hostKeys: await keys,
    accountOf: async (username) => accounts.find((account) => account.username === username),
    inbox: mailboxes,
    outbox: mailboxes.outbox,
    intake: kept,
    clock: { now: () => new Date() },
    spoolFolder,
    disk: roomWith(() => Number.POSITIVE_INFINITY),
    holder: 'this',
    audit: (line) => audit.push(line),
    report: (failure) => failures.push(failure),
    ...more,
  });
  open.push(listener);
  const url = await listener.listen({ host: '127.0.0.1', port: 0 });
  const hostKey = (await keys).find(({ type }) => type === 'ssh-ed25519')?.fingerprint ?? '';
  return { listener, port: Number(url.split(':').at(-1)), hostKey, mailboxes, kept, audit, failures, spoolFolder };
}
