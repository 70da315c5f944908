import type { Clock } from '../../../core/clock.ts';
import { type FailureError, failureOf } from '../../../core/failure.ts';
import { labelOf } from '../../label.ts';
import type { Intake } from '../../transport.ts';
import type { DiskRoom } from './disk-room.ts';
import type { Account, Audited, Inbox, Upload } from './mailbox.ts';
import { isUnfinished } from './names.ts';
import { absent, denied, failed } from './refusal.ts';
import { readSpool, removeSpool, SpoolFile } from './spool-file.ts';
import type { Writers } from './writers.ts';

/*
 * A file's way in:
 *
 *   OPEN ─▶ bytes spooled ─▶ CLOSE, final name   ─▶ received (committed) ─▶ shown as delivered ─▶ OK
 *                         ├▶ the same, `settled`   ─▶ a closed part ─▶ OK; quiet for settleMs ─▶ received
 *                         ├▶ CLOSE, temporary name ─▶ a closed part ─▶ RENAME to a final one ─▶ received ─▶ OK
 *                         └▶ the connection breaks ─▶ a broken part: shown with what came, gone on with by append, never delivered
 *
 * OK is said after the commit and not before: a client that saw none sends again, and the same bytes are then known by their hash.
 */
export interface InboxParts {
  readonly account: Account;
  readonly inbox: Inbox;
  readonly intake: Intake;
  readonly clock: Clock;
  readonly remote: string;
  /** Where bytes wait, and what this process calls the folder. */
  readonly spoolFolder: string;
  readonly holder: string;
  readonly audit: (line: Pick<Audited, 'operation' | 'name' | 'byteLength' | 'outcome'>) => void;
  readonly report: (failure: FailureError) => void;
  readonly writers: Writers;
  readonly disk: DiskRoom;
}

export interface OpenFlags {
  readonly append: boolean;
  readonly create: boolean;
  readonly truncate: boolean;
  readonly exclusive: boolean;
}

export class Writing {
  readonly #parts: InboxParts;
  readonly #name: string;
  readonly #spool: SpoolFile;
  readonly #isAppending: boolean;
  /** What the file that had the name leaves free; null: none had. */
  readonly #freedBytes: number | null;
  readonly #bytesBefore: number;
  #modifiedS: number | null = null;
  #refusal: Error | null = null;
  #isKept = false;
  #ending: Promise<void> | undefined;

  constructor(parts: InboxParts, name: string, spool: SpoolFile, isAppending: boolean, freedBytes: number | null) {
    this.#parts = parts;
    this.#name = name;
    this.#spool = spool;
    this.#isAppending = isAppending;
    this.#freedBytes = freedBytes;
    this.#bytesBefore = spool.byteLength;
  }

  get byteLength(): number {
    return this.#spool.byteLength;
  }
  get unwrittenBytes(): number {
    return this.#spool.unwrittenBytes;
  }
  get modifiedS(): number {
    return this.#modifiedS ?? nowS(this.#parts.clock);
  }
  drained(): Promise<void> {
    return this.#spool.drained();
  }

  /** WinSCP and FileZilla set the time after the bytes; the size only ever to what it is. */
  touch(modifiedS: number): void {
    this.#modifiedS = modifiedS;
  }

  /**
   * Throws SftpRefusal: the file is too large, over the quota, has a hole nobody fills, or the disk is full. It can then not be closed well
   * either.
   */
  write(offset: number, bytes: Buffer): void {
    if (this.#ending !== undefined) throw takenOver();
    const { account, writers, disk } = this.#parts;
    const { channelId, fileBytesMax, quotaBytes } = account;
    const from = this.#isAppending ? this.#spool.byteLength : offset;
    const end = from + bytes.byteLength;
    const growth = Math.max(0, end - this.#spool.byteLength);
    if (end > fileBytesMax) this.#refuse(`A file has at most ${fileBytesMax} bytes`);
    if (writers.usedBytes(channelId) - (this.#freedBytes ?? 0) + growth > quotaBytes)
      this.#refuse('The mailbox is full');
    if (disk.isLow) this.#refuse(noRoom);
    if (!this.#spool.write(from, bytes)) this.#refuse('Not written');
    writers.grew(channelId, growth);
    disk.wrote(growth);
  }

  #refuse(why: string): never {
    this.#refusal = failed(why);
    throw this.#refusal;
  }

  /** CLOSE by the client. Delivers under a final name; keeps a part under a temporary one. */
  close(): Promise<void> {
    if (this.#ending !== undefined) throw takenOver();
    this.#ending = this.#close();
    return this.#ending;
  }

  /** Resolves when a CLOSE that is under way has ended; a client may ask for the next thing before it is answered. */
  async closed(): Promise<void> {
    await this.#ending?.catch(() => undefined); // its failure is the CLOSE's to tell
  }

  /** The connection broke, or another began to write this name: what came whole is kept, to be gone on with. Never throws. */
  async breakOff(): Promise<void> {
    this.#ending ??= this.#breakOff();
    await this.#ending.catch(() => undefined); // a CLOSE under way tells its own end
  }

  async #close(): Promise<void> {
    const { account, inbox, holder, audit } = this.#parts;
    const name = this.#name;
    const byteLength = this.byteLength;
    try {
      if (this.#refusal !== null) throw this.#refusal;
      if (!this.#spool.coverage.covers(byteLength)) throw failed('The file has holes');
      const isSettling = !isUnfinished(name) && account.settleMs !== null;
      const isPart = isUnfinished(name) || byteLength === 0 || isSettling;
      if (isPart) await this.#spool.keep(byteLength);
      else await deliver(this.#parts, name, this.#spool.bytes());
      const part = isPart ? { holder, spool: this.#spool.id, isClosed: true } : null;
      await inbox.put(account.channelId, { name, byteLength, modifiedS: this.modifiedS, part });
      this.#isKept = true;
      if (!isPart) await this.#spool.discard();
      audit({ operation: 'upload', name, byteLength, outcome: isSettling ? waits.settle : isPart ? waits.name : 'ok' });
    } catch (error) {
      await this.#spool.discard();
      audit({ operation: 'upload', name, byteLength, outcome: error instanceof Error ? error.message : 'failed' });
      throw error;
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    const { account, writers } = this.#parts;
    const grownBytes = this.byteLength - this.#bytesBefore;
    writers.end(account.channelId, this.#name, this, { grownBytes, freedBytes: this.#freedBytes, kept: this.#isKept });
  }

  async #breakOff(): Promise<void> {
    const { account, inbox, holder, audit, report } = this.#parts;
    const byteLength = this.#spool.coverage.wholeUntil;
    try {
      if (byteLength === 0 || this.#refusal !== null) await this.#spool.discard();
      else {
        await this.#spool.keep(byteLength);
        const part = { holder, spool: this.#spool.id, isClosed: false };
        await inbox.put(account.channelId, { name: this.#name, byteLength, modifiedS: this.modifiedS, part });
        this.#isKept = true;
      }
      audit({ operation: 'upload', name: this.#name, byteLength, outcome: 'broken off' });
    } catch (error) {
      report(failureOf(error));
    } finally {
      this.#forget();
    }
  }
}

const waits = { settle: 'ok, waits until it is settled', name: 'ok, waits for its final name' } as const;
const takenOver = (): Error => failed('Another connection writes this file');
const nowS = (clock: Clock): number => Math.floor(clock.now().getTime() / 1_000);
const noRoom = 'There is no room on our disk; try again later';

export async function deliver(
  { account, intake, remote }: InboxParts,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  await intake.receive({
    channelId: account.channelId,
    sourceKey: null, // each upload is an act of its own; the same bytes again are known by their hash
    name: labelOf(name),
    headers: { username: account.username },
    remote,
    bytes,
  });
}

/** A part whose bytes lie elsewhere is not there for whoever asks here: the client then begins anew. */
export async function findUpload({ account, inbox, holder }: InboxParts, name: string): Promise<Upload | undefined> {
  const found = await inbox.find(account.channelId, name);
  return found?.part !== null && found?.part !== undefined && found.part.holder !== holder ? undefined : found;
}

/**
 * OPEN for writing. Throws SftpRefusal. Whoever wrote the name before is broken off: mostly the same client, whose lost connection we have
 * not noticed yet. Each writer has bytes of its own, so they never mix.
 */
export function openForWriting(parts: InboxParts, name: string, flags: OpenFlags): Promise<Writing> {
  const { account, writers } = parts;
  return writers.inTurn(account.channelId, [name], () => openAlone(parts, name, flags));
}

async function openAlone(parts: InboxParts, name: string, flags: OpenFlags): Promise<Writing> {
  const { account, inbox, spoolFolder, writers, disk } = parts;
  const { channelId, quotaBytes, quotaFiles } = account;
  if (flags.exclusive && writers.of(channelId, name) !== undefined) throw failed('The file is there already');
  await writers.of(channelId, name)?.breakOff();
  const found = await findUpload(parts, name);
  if (found === undefined) await expectNotElsewhere(parts, name);
  if (found === undefined && !flags.create) throw absent();
  if (found !== undefined && flags.exclusive) throw failed('The file is there already');
  // A delivered file is ours: nothing can be added to it, only another put in its place. scp does so without emptying it first; who means
  // to add to it writes behind a hole, and is refused at CLOSE.
  if (found !== undefined && found.part === null && (flags.append || !account.inbox.mayOverwrite))
    throw denied('The file is delivered and cannot be changed');
  if (await disk.look()) throw failed(noRoom);
  const part = found?.part ?? null;
  const isResumed = part !== null && !flags.truncate;
  const freedBytes = isResumed ? 0 : (found?.byteLength ?? null);
  const isFull = async (fresh: boolean): Promise<boolean> => {
    const used = await writers.used(channelId, () => inbox.usage(channelId), fresh);
    return used.byteLength - (freedBytes ?? 0) >= quotaBytes || (found === undefined && used.fileCount >= quotaFiles);
  };
  // What was known a moment ago is good enough to let in, and not to turn away.
  if ((await isFull(false)) && (await isFull(true))) throw failed('The mailbox is full');
  const left = isResumed ? await SpoolFile.reopen(spoolFolder, part.spool, found?.byteLength ?? 0) : undefined;
  if (part !== null && left === undefined) await removeSpool(spoolFolder, part.spool);
  const one = new Writing(parts, name, left ?? new SpoolFile(spoolFolder), flags.append, freedBytes);
  writers.begin(channelId, name, one);
  return one;
}

/** A whole file that settles with another process was answered with OK: it is not to be written over by one that cannot see it. */
async function expectNotElsewhere({ account, inbox }: InboxParts, name: string): Promise<void> {
  if (account.settleMs === null || isUnfinished(name)) return;
  const found = await inbox.find(account.channelId, name);
  if (found?.part?.isClosed === true) throw failed('The file is being taken; try again later');
}

/** RENAME within the inbox: a closed part under a final name is delivered by it. Never onto a name that is there. */
export function renameUpload(parts: InboxParts, from: string, to: string): Promise<void> {
  const { account, writers } = parts;
  return writers.inTurn(account.channelId, [from, to], () => renameAlone(parts, from, to));
}

async function renameAlone(parts: InboxParts, from: string, to: string): Promise<void> {
  const { account, inbox, spoolFolder, writers, disk, audit } = parts;
  const { channelId } = account;
  await writers.of(channelId, from)?.closed();
  const found = await findUpload(parts, from);
  if (found === undefined || writers.of(channelId, from) !== undefined) throw absent();
  if (from === to) return;
  const target = await findUpload(parts, to);
  if (target !== undefined || writers.of(channelId, to) !== undefined) throw failed('The file is there already');
  if (found.part === null) {
    if (!account.inbox.mayRename) throw denied();
  } else if (!isUnfinished(to)) {
    if (!found.part.isClosed || found.byteLength === 0) throw failed('The file is not whole');
    if (await disk.look()) throw failed(noRoom);
    await deliver(parts, to, readSpool(spoolFolder, found.part.spool));
  }
  const part = isUnfinished(to) ? found.part : null;
  await inbox.put(channelId, { ...found, name: to, part });
  await inbox.remove(channelId, from);
  if (part === null && found.part !== null) await removeSpool(spoolFolder, found.part.spool);
  audit({ operation: 'rename', name: `${from} → ${to}`, byteLength: found.byteLength, outcome: 'ok' });
}

/** REMOVE: a part is gone; a delivered file is only shown no more. */
export function removeUpload(parts: InboxParts, name: string): Promise<void> {
  const { account, writers } = parts;
  return writers.inTurn(account.channelId, [name], () => removeAlone(parts, name));
}

async function removeAlone(parts: InboxParts, name: string): Promise<void> {
  const { account, inbox, spoolFolder, writers, audit } = parts;
  const { channelId } = account;
  await writers.of(channelId, name)?.closed();
  const found = await findUpload(parts, name);
  if (found === undefined) throw absent();
  if (writers.of(channelId, name) !== undefined) throw failed('The file is being written');
  if (found.part === null && !account.inbox.mayDelete) throw denied();
  await inbox.remove(channelId, name);
  writers.removed(channelId, found.byteLength);
  if (found.part !== null) await removeSpool(spoolFolder, found.part.spool);
  audit({ operation: 'delete', name, byteLength: found.byteLength, outcome: 'ok' });
}
