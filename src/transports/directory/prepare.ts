import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../core/failure.ts';
import type { ChannelSettings } from '../../partners/configuration.ts';
import { codeOf, workFolder } from './names.ts';

/**
 * Makes the folders of a channel that are missing. Called when a configuration is applied and never later: a share that is not mounted
 * must look missing, else we would write invoices under its mount point and call them delivered.
 */
export async function prepareFolders(settings: ChannelSettings): Promise<void> {
  if (settings.kind !== 'directory') return;
  for (const folder of [settings.inbox, settings.archive, settings.outbox])
    if (folder !== null) await mkdir(folder, { recursive: true });
}

/** Our own hidden folder in a partner's; FailureError when something else bears its name, an ENOENT when the partner's is gone. */
export async function openWorkFolder(folder: string): Promise<string> {
  const path = join(folder, workFolder);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // Whoever may write to the folder could have put a link there, and our renames would follow it out.
    if (!(await lstat(path)).isDirectory())
      throw new FailureError('partner-refused', `${path} is no folder of the gateway.`, { remedy: 'Remove it.' });
  }
  return path;
}
