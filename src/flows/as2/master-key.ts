import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { masterKeyIn } from './sealing.ts';

/**
 * The key that seals private keys: the one given, else beside the embedded database one that is made at the first start and kept in the data
 * folder, for its owner alone. Null with a database of another's and none given: then no private key can be opened.
 */
export async function masterKeyOf({
  dataFolder,
  databaseUrl,
  given,
}: {
  readonly dataFolder: string;
  readonly databaseUrl: string | null;
  readonly given: string | undefined;
}): Promise<Buffer | null> {
  if (given !== undefined) return masterKeyIn(given);
  if (databaseUrl !== null) return null;
  const path = join(dataFolder, 'master-key');
  const kept = await textOf(path);
  if (kept !== null) return masterKeyIn(kept);
  await mkdir(dataFolder, { recursive: true });
  try {
    // 'wx': two starts at once make one key, and the other reads it.
    await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((await textOf(path)) === null) throw error;
  }
  return masterKeyIn((await textOf(path)) ?? '');
}

const textOf = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
