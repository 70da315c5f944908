import { FailureError } from '../../core/failure.ts';
import { pathIn, type RemoteEntry, type RemoteFiles, RemoteRefusal } from './remote-files.ts';

/** What becomes of a partner's file once it is committed here. */
export type After =
  | { readonly kind: 'delete' }
  | { readonly kind: 'archive'; readonly folder: string }
  /** It stays; its source key tells us that we had it. */
  | { readonly kind: 'leave' };

export interface Taken {
  readonly path: string;
  readonly entry: RemoteEntry;
  /** The path of its marker. */
  readonly marker: string | null;
  readonly after: After;
  readonly transmissionId: string;
}

/**
 * The last step with a file that is committed. Done again after a kill: a file that is gone was deleted or archived then. One that has
 * another size or time by now is a new file under the old name, and is left for the next look. The marker goes first: one that outlived
 * its file would announce the next file of that name before it is whole.
 */
export async function settle(files: RemoteFiles, { path, entry, marker, after, transmissionId }: Taken): Promise<void> {
  if (after.kind === 'leave' && marker === null) return;
  const now = await files.stat(path);
  if (now !== undefined && (now.byteLength !== entry.byteLength || now.modifiedS !== entry.modifiedS)) return;
  if (marker !== null) await files.remove(marker);
  if (now === undefined || after.kind === 'leave') return;
  if (after.kind === 'delete') await files.remove(path);
  else await archive(files, path, entry, after.folder, transmissionId);
}

/** Under its own name, and beside one of that name that is there already, under a name of its transmission: nothing is replaced. */
async function archive(
  files: RemoteFiles,
  path: string,
  { name }: RemoteEntry,
  folder: string,
  transmissionId: string,
): Promise<void> {
  const names = [name, `${transmissionId}-${name}`.slice(0, 255)];
  for (const [at, target] of names.entries()) {
    try {
      await files.rename(path, pathIn(folder, target));
      return;
    } catch (error) {
      if (!(error instanceof RemoteRefusal)) throw error;
      if ((await files.stat(path)) === undefined) return; // renamed after all
      if (at === names.length - 1 || error.reason === 'denied')
        throw new FailureError('partner-refused-for-now', `${path} cannot be moved to ${folder}: ${error.message}.`, {
          cause: error,
          remedy: 'The file is received. Ask the partner for the folder and the right to rename into it.',
        });
    }
  }
}
