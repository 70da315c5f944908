import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { FailureError } from '../../../core/failure.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { newSshKey } from '../new-key.ts';

export interface HostKey {
  readonly privateKey: string;
  /** "ssh-ed25519". */
  readonly type: string;
  /** What partners pin: "SHA256:…". */
  readonly fingerprint: string;
  /** `host-….next`: told to partners ahead, served once its file takes the other's place. */
  readonly isNext: boolean;
}

// RSA for clients that know nothing newer. SSH shows one key of a kind, so two of one kind are never served together: a new one is told
// as "next", partners pin both, and then the files are swapped.
const KINDS = [
  { file: 'host-ed25519', kind: 'ed25519' },
  { file: 'host-rsa', kind: 'rsa' },
] as const;

/** The server's host keys, kept in a folder only we may read; made when they are missing. FailureError `credential-missing` when one is no key. */
export async function openHostKeys(folder: string): Promise<readonly HostKey[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys: HostKey[] = [];
  for (const { file, kind } of KINDS) {
    const path = join(folder, file);
    const text = (await read(path)) ?? (await keep(path, newSshKey(kind)));
    keys.push(hostKeyOf(path, text, false));
    const next = await read(`${path}.next`);
    if (next !== undefined) keys.push(hostKeyOf(`${path}.next`, next, true));
  }
  return keys;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function keep(path: string, text: string): Promise<string> {
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  await chmod(path, 0o600);
  return text;
}

function hostKeyOf(path: string, text: string, isNext: boolean): HostKey {
  const parsed = ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error || !key.isPrivateKey())
    throw new FailureError('credential-missing', `${path} holds no private key.`, {
      remedy: 'Restore it, or remove it to have a new one made.',
    });
  return { privateKey: text, type: key.type, fingerprint: fingerprintOf(key.getPublicSSH()), isNext };
}
