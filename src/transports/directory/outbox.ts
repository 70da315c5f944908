import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../core/failure.ts';
import { readBytes, temporaryFileMsMax } from '../limits.ts';
import type { OutboundDelivery, Receipt, Transport } from '../transport.ts';
import { diskFailure } from './disk-failure.ts';
import { codeOf } from './names.ts';
import { openWorkFolder } from './prepare.ts';

/*
 * A file appears in the outbox whole or not at all:
 *
 *   .tallyport/<delivery>.<random>.part  written, flushed  →  linked to its final name  →  temporary name removed  →  folder flushed
 *
 * A link and not a rename, for a rename would replace a file of that name. One that is there already with the same bytes is our own,
 * left by an attempt that was killed before it could say so; one with other bytes is nobody's to replace.
 */

/** What a file may be called in a partner's folder: plain characters, not hidden, no way out of the folder. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/** Writes deliveries into a folder that the partner empties. */
export function directoryOutbox(outbox: string): Transport {
  return {
    async send(delivery) {
      if (!FILE_NAME.test(delivery.fileName))
        throw new FailureError('partner-refused', `'${delivery.fileName}' cannot be the name of a file.`);
      try {
        return await leave(outbox, delivery);
      } catch (error) {
        throw diskFailure(`Writing ${join(outbox, delivery.fileName)}`, error);
      }
    },
  };
}

async function leave(outbox: string, delivery: OutboundDelivery): Promise<Receipt> {
  const work = await openWorkFolder(outbox);
  if (delivery.isFirstAttempt !== true) await removeLeftovers(work, delivery.id);
  const final = join(outbox, delivery.fileName);
  const temporary = join(work, `${delivery.id}.${randomBytes(6).toString('hex')}.part`);
  try {
    const sha256 = await writeWhole(temporary, delivery);
    await putInPlace(temporary, final, delivery, sha256);
  } finally {
    await removeTemporary(temporary);
  }
  await flushFolder(outbox);
  return { kind: 'renamed', detail: final };
}

async function writeWhole(path: string, delivery: OutboundDelivery): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path, 'wx', 0o640);
  try {
    let byteLength = 0;
    for await (const bytes of delivery.bytes()) {
      byteLength += bytes.byteLength;
      hash.update(bytes);
      await writeAll(handle, bytes);
    }
    if (byteLength !== delivery.byteLength)
      throw new FailureError(
        'bug',
        `Delivery ${delivery.id} has ${byteLength} bytes; ${delivery.byteLength} were announced.`,
      );
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength; )
    written += (await handle.write(bytes, written, bytes.byteLength - written)).bytesWritten;
}

async function putInPlace(temporary: string, final: string, delivery: OutboundDelivery, sha256: string): Promise<void> {
  try {
    await link(temporary, final);
    return;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return expectOurs(final, delivery, sha256);
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(code)) throw error;
  }
  // No hard links here (FAT, some shares): looked before leaping. Nobody else uses our names, so the gap between is ours alone.
  if (await exists(final)) return expectOurs(final, delivery, sha256);
  await rename(temporary, final);
}

async function expectOurs(final: string, { byteLength }: OutboundDelivery, sha256: string): Promise<void> {
  const stats = await lstat(final);
  if (stats.isFile() && stats.size === byteLength && (await sha256Of(final)) === sha256) return;
  throw new FailureError('partner-refused', `${final} is there already, with other bytes.`, {
    remedy: 'Move it away, or give the channel a fileName that differs between deliveries; then release the delivery.',
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    for await (const bytes of handle.createReadStream({ highWaterMark: readBytes, autoClose: false }))
      hash.update(bytes);
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

/** Not `rm`, which looks before it removes: every call of the file system is 0.06 ms of the gateway's processor. */
async function removeTemporary(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error; // it never was, or became the file itself
  }
}

/** Temporary files of killed attempts at this delivery; a younger one may belong to an attempt that still runs. */
async function removeLeftovers(work: string, deliveryId: string): Promise<void> {
  const own = (await readdir(work)).filter((name) => name.startsWith(`${deliveryId}.`));
  // The folder's own time is the newest there is, by the clock that dated the files.
  const { mtimeMs: now } = await stat(work);
  for (const name of own) {
    const path = join(work, name);
    if (now - (await stat(path)).mtimeMs > temporaryFileMsMax) await rm(path, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** So that the name survives a power cut, as the bytes do. */
async function flushFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(codeOf(error))) throw error; // some shares cannot flush a folder
  } finally {
    await handle.close();
  }
}
