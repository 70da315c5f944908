import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FailureError, type FailureKind } from '../../core/failure.ts';
import type { ChannelSettings } from '../../partners/configuration.ts';
import { codeOf, workFolder } from './names.ts';

/** Making a folder takes a millisecond; a share that does not answer in this time would not do so for deliveries either. */
const prepareMsMax = 10_000;

/**
 * Makes the folders of a channel that are missing. Called when a configuration is applied and never later: a share that is not mounted
 * must look missing, else we would write invoices under its mount point and call them delivered. FailureError `config-invalid` names the folder
 * that cannot be made, and why.
 */
export async function prepareFolders(settings: ChannelSettings): Promise<void> {
  if (settings.kind !== 'directory') return;
  for (const folder of [settings.inbox, settings.archive, settings.outbox])
    if (folder !== null) await inTime(makeFolder(folder), folder);
}

/** One level at a time: `recursive` of Node 20 goes round for ever where a folder exists and none can be made in it, as below /proc. */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  try {
    for (let at = folder; !(await isThere(at)); at = dirname(at)) missing.push(at);
    for (const path of missing.reverse()) {
      await mkdir(path).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error; // another process applies the same files
      });
    }
  } catch (cause) {
    throw unmakeable(folder, codeOf(cause) || String(cause), cause);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) return false;
    throw error;
  }
  throw unmakeable(path, 'ENOTDIR');
}

async function inTime(making: Promise<void>, folder: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_settle, fail) => {
    timer = setTimeout(() => fail(unmakeable(folder, `no answer in ${prepareMsMax / 1_000} s`)), prepareMsMax);
  });
  await Promise.race([making, late]).finally(() => clearTimeout(timer));
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'No folder can be made there: name another place.',
  ENOTDIR: 'Something above it is a file: name another place.',
  EACCES: 'Give the gateway the right to make it, or make it yourself.',
  EPERM: 'Give the gateway the right to make it, or make it yourself.',
  EROFS: 'Mount the file system so that the gateway may write to it.',
};

function unmakeable(folder: string, why: string, cause?: unknown): FailureError {
  if (cause instanceof FailureError) return cause;
  const kind: FailureKind = why === 'ENOSPC' || why === 'EDQUOT' ? 'disk-full' : 'config-invalid';
  const remedy = REMEDIES[why];
  return new FailureError(kind, `The folder ${folder} of a channel cannot be made: ${why}.`, {
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** Our own hidden folder in a partner's; FailureError when something else bears its name, an ENOENT when the partner's is gone. */
export async function openWorkFolder(folder: string): Promise<string> {
  const path = join(folder, workFolder);
  // Looked at each time: whoever may write to the folder could put a link there, and our renames would follow it out.
  if ((await isFolder(path)) ?? (await makeWorkFolder(path))) return path;
  // Not for good: whoever left it there may take it away, and no delivery should then wait for a person.
  throw new FailureError('partner-refused-for-now', `${path} is no folder of the gateway.`, { remedy: 'Remove it.' });
}

async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeWorkFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return (await lstat(path)).isDirectory(); // another was faster
  }
}
