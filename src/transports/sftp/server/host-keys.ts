import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
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

/** Seals what must not lie in the clear, and opens it again; throws FailureError `credential-missing` when it was sealed with another key. */
export interface KeySafe {
  seal(bytes: Buffer): Buffer;
  open(sealed: Buffer): Buffer;
}

/**
 * The server's host keys, kept in a folder only we may read; made when they are missing. With a safe they lie there sealed, and what lies there in the clear (of
 * an earlier release, or a `.next` of ssh-keygen) is sealed at once. FailureError `credential-missing` when one is no key, or cannot be opened.
 */
export async function openHostKeys(folder: string, safe: KeySafe | null = null): Promise<readonly HostKey[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys: HostKey[] = [];
  for (const { file, kind } of KINDS) {
    const path = join(folder, file);
    const key = (await readKey(path, false, safe)) ?? hostKeyOf(path, await keep(path, newSshKey(kind), safe), false);
    keys.push(key);
    const next = await readKey(`${path}.next`, true, safe);
    if (next !== undefined) keys.push(next);
  }
  return keys;
}

async function readKey(path: string, isNext: boolean, safe: KeySafe | null): Promise<HostKey | undefined> {
  const text = await read(path);
  if (text === undefined) return undefined;
  const sealed = SEALED.exec(text)?.[1];
  if (sealed !== undefined) {
    if (safe !== null) return hostKeyOf(path, safe.open(Buffer.from(sealed, 'base64')).toString('latin1'), isNext);
    throw new FailureError('credential-missing', `${path} is sealed, and TALLYPORT_KEY is not set.`, {
      remedy: 'Set TALLYPORT_KEY to the master key and restart.',
    });
  }
  const key = hostKeyOf(path, text, isNext); // before anything is written over it
  if (safe !== null) await sealInPlace(path, text, safe);
  return key;
}

/** Beside it and then in its place: whoever is killed in between leaves a whole key. */
async function sealInPlace(path: string, text: string, safe: KeySafe): Promise<void> {
  const beside = `${path}.${randomUUID()}.sealing`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(sealedText(text, safe));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

const SEALED = /^-----BEGIN TALLYPORT SEALED KEY-----\s+([A-Za-z0-9+/=\s]+)-----END TALLYPORT SEALED KEY-----/;

function sealedText(text: string, safe: KeySafe): string {
  const lines =
    safe
      .seal(Buffer.from(text, 'latin1'))
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN TALLYPORT SEALED KEY-----', ...lines, '-----END TALLYPORT SEALED KEY-----', ''].join('\n');
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function keep(path: string, text: string, safe: KeySafe | null): Promise<string> {
  await writeFile(path, safe === null ? text : sealedText(text, safe), { mode: 0o600, flag: 'wx' });
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
