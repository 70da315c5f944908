import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError, failureOf } from '../core/failure.ts';
import { putSftpRoom, removeSftpRoom } from '../store/sftp/room.ts';
import { expireUploads, spoolsOf } from '../store/sftp/uploads.ts';
import { type NewEvent, writeRows } from '../store/write-rows.ts';
import { sftpFreeBytesMin, sftpPartMsMax } from '../transports/limits.ts';
import { DiskRoom, freeBytesOf } from '../transports/sftp/server/disk-room.ts';
import { openHostKeys } from '../transports/sftp/server/host-keys.ts';
import { sftpListener } from '../transports/sftp/server/listener.ts';
import type { Audited } from '../transports/sftp/server/mailbox.ts';
import { hostKeySafe } from './as2/sealing.ts';
import type { FlowContext } from './context.ts';
import { openReceiver } from './receive.ts';
import { accountOfChannel, sftpInboxes, sftpOutboxes } from './sftp-mailboxes.ts';

/** Audit lines are written together, four times a second: a script that fetches 1,000 files makes 1,000 of them. */
const auditMs = 250;
const expireMs = 60 * 60_000;
/** Twice a minute, as metrics are scraped. */
const roomMs = 30_000;
const settledMs = 1_000;

export interface OpenSftpServer {
  /** "sftp://127.0.0.1:8482". */
  readonly url: string;
  /** What partners pin: "SHA256:…". */
  readonly fingerprints: readonly string[];
  close(): Promise<void>;
}

/** Opens the partners' SFTP server: its accounts are the `sftp-mailbox` channels of the configuration in force. */
export async function openSftpServer(
  context: FlowContext,
  at: {
    readonly host: string;
    readonly port: number;
    readonly folder: string;
    /** What host keys are sealed with; null: they lie in the clear. */
    readonly masterKey?: Buffer | null;
    /** For tests; else the limit's own, and what the disk says. */
    readonly freeBytesMin?: number;
    readonly freeBytes?: () => Promise<number>;
  },
  report: (what: string, failure: FailureError) => void,
): Promise<OpenSftpServer> {
  const spoolFolder = join(at.folder, 'spool');
  await mkdir(spoolFolder, { recursive: true, mode: 0o700 });
  const hostKeys = await openHostKeys(at.folder, hostKeySafe(at.masterKey ?? null));
  const holder = await holderOf(at.folder);
  const expire = async (): Promise<void> => {
    for (const spool of await expireUploads(context.database, holder, sftpPartMsMax))
      await rm(join(spoolFolder, spool), { force: true });
  };
  await expire();
  await removeStrays(context, spoolFolder, holder);
  const expiring = setInterval(() => {
    expire().catch((thrown: unknown) => report('parts of SFTP', failureOf(thrown)));
  }, expireMs);
  const audit = startAudit(context, (failure) => report('audit of SFTP', failure));
  const disk = new DiskRoom({
    freeBytesMin: at.freeBytesMin ?? sftpFreeBytesMin,
    freeBytes: at.freeBytes ?? (() => freeBytesOf(spoolFolder)),
    onChange(isLow, freeBytes) {
      audit.addEvent(roomEvent(context, { isLow, freeBytes, holder }));
      if (isLow) report('SFTP server', diskLow(spoolFolder, freeBytes));
      void tellRoom();
    },
  });
  const listener = sftpListener({
    hostKeys,
    accountOf: async (username) =>
      (await context.configuration()).channels.map(accountOfChannel).find((account) => account?.username === username),
    inbox: sftpInboxes(context),
    outbox: sftpOutboxes(context),
    intake: { receive: openReceiver(context) },
    clock: context.clock,
    spoolFolder,
    disk,
    holder,
    audit: audit.add,
    report: (failure) => report('SFTP server', failure),
  });
  const tellRoom = async (): Promise<void> => {
    try {
      const isLow = await disk.look();
      const freeBytes = Number.isFinite(disk.freeBytes) ? disk.freeBytes : null;
      await putSftpRoom(context.database, { holder, freeBytes, isLow, connectionCount: listener.connectionCount });
    } catch (thrown) {
      report('room of SFTP', failureOf(thrown));
    }
  };
  const telling = setInterval(() => void tellRoom(), roomMs);
  let settling: Promise<void> = Promise.resolve();
  const settle = async (): Promise<void> => {
    const accounts = (await context.configuration()).channels.flatMap((channel) => accountOfChannel(channel) ?? []);
    await listener.takeSettled(accounts);
  };
  let isSettling = false;
  const settlingTimer = setInterval(() => {
    if (isSettling) return;
    isSettling = true;
    settling = settle()
      .catch((thrown: unknown) => report('SFTP server', failureOf(thrown)))
      .finally(() => {
        isSettling = false;
      });
  }, settledMs);
  const url = await listener.listen(at);
  await tellRoom();
  return {
    url,
    fingerprints: hostKeys.map(({ type, fingerprint, isNext }) => `${fingerprint} (${type}${isNext ? ', next' : ''})`),
    async close() {
      clearInterval(expiring);
      clearInterval(telling);
      clearInterval(settlingTimer);
      await settling;
      await listener.close();
      await audit.close();
      await removeSftpRoom(context.database, holder).catch(() => undefined); // it says its age, and is told no more after two minutes
    },
  };
}

const diskLow = (folder: string, freeBytes: number): FailureError =>
  new FailureError(
    'disk-full',
    `${folder} has ${Math.max(0, Math.round(freeBytes))} bytes free: uploads are refused.`,
    {
      remedy: 'Make room on that disk, or put the data folder on a larger one; uploads are taken again by themselves.',
    },
  );

const roomEvent = (
  { clock }: FlowContext,
  { isLow, freeBytes, holder }: { readonly isLow: boolean; readonly freeBytes: number; readonly holder: string },
): NewEvent => ({
  at: clock.now(),
  type: isLow ? 'sftp/disk-low' : 'sftp/disk-enough',
  actor: 'gateway',
  data: { server: holder, freeBytes: Number.isFinite(freeBytes) ? Math.round(freeBytes) : null },
  objects: [],
});

/** Bytes that no name stands for: what a killed process was receiving. Their client had no OK, and sends again. */
async function removeStrays({ database }: FlowContext, spoolFolder: string, holder: string): Promise<void> {
  const named = await spoolsOf(database, holder);
  for (const name of await readdir(spoolFolder))
    if (!named.has(name)) await rm(join(spoolFolder, name), { force: true });
}

/** What this data folder is called among processes that share a database: parts of uploads lie in it. */
async function holderOf(folder: string): Promise<string> {
  const path = join(folder, 'holder');
  try {
    await writeFile(path, randomUUID(), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}

function startAudit(
  { database, clock }: FlowContext,
  report: (failure: FailureError) => void,
): { add(line: Audited): void; addEvent(event: NewEvent): void; close(): Promise<void> } {
  let lines: NewEvent[] = [];
  let writing: Promise<void> = Promise.resolve();
  const flush = (): void => {
    if (lines.length === 0) return;
    const batch = lines;
    lines = [];
    writing = writing.then(() => writeRows(database, {}, batch)).catch((thrown: unknown) => report(failureOf(thrown)));
  };
  const timer = setInterval(flush, auditMs);
  return {
    add({ channelId, username, remote, operation, name, byteLength, outcome }) {
      lines.push({
        at: clock.now(),
        type: `sftp/${operation}`,
        actor: channelId === null ? 'unknown' : `partner:${channelId.split('/')[0] ?? ''}`,
        data: { username, remote, name, byteLength, outcome },
        objects: channelId === null ? [] : [{ kind: 'channel', id: channelId, qualifier: 'subject' }],
      });
    },
    addEvent(event) {
      lines.push(event);
    },
    async close() {
      clearInterval(timer);
      flush();
      await writing;
    },
  };
}
