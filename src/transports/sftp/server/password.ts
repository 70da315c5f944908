import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { sftpPasswordChecksMax, sftpPasswordsWaitingMax } from '../../limits.ts';

/*
 * scrypt, in libuv's threads: the main one goes on. 2^15 blocks of 8: 32 MiB and some 80 ms a check (RFC 7914 with OWASP's 2024 figures),
 * so at most two run at a time, and an attacker who asks for thousands waits in line by himself: one check per address.
 */
const logN = 15;
const r = 8;
const p = 1;
const hashBytes = 32;
const FORM = /^scrypt\$(1[0-7])\$(8|16)\$([1-4])\$([A-Za-z0-9+/]{16,64}={0,2})\$([A-Za-z0-9+/]{40,90}={0,2})$/;

export const isPasswordHash = (text: string): boolean => FORM.test(text);

/** The form in which a password is kept. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, { logN, r, p, length: hashBytes });
  return `scrypt$${logN}$${r}$${p}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

interface Parameters {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  readonly length: number;
}

const derive = (password: string, salt: Buffer, { logN, r, p, length }: Parameters): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(
      password.normalize('NFC'),
      salt,
      length,
      { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r },
      (error, key) => (error === null ? resolve(key) : reject(error)),
    ),
  );

/** Compared with when nobody of that name has a password: the answer takes as long, and is no. */
const nobody = `scrypt$${logN}$${r}$${p}$${randomBytes(16).toString('base64')}$${randomBytes(hashBytes).toString('base64')}`;

async function matches(password: string, stored: string): Promise<boolean> {
  const [, log = '', blocks = '', parallel = '', salt = '', hash = ''] = FORM.exec(stored) ?? FORM.exec(nobody) ?? [];
  const expected = Buffer.from(hash, 'base64');
  const derived = await derive(password, Buffer.from(salt, 'base64'), {
    logN: Number(log),
    r: Number(blocks),
    p: Number(parallel),
    length: expected.byteLength,
  });
  return timingSafeEqual(derived, expected);
}

/** Checks passwords, few at a time. */
export class PasswordGate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #addresses = new Set<string>();

  /** False also when too many wait, or this address has one under way: the client may try again. */
  async isOneOf(password: string, stored: readonly string[], address: string): Promise<boolean> {
    if (this.#addresses.has(address) || this.#waiting.length >= sftpPasswordsWaitingMax || password.length > 1_024)
      return false;
    this.#addresses.add(address);
    if (this.#running >= sftpPasswordChecksMax) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
    try {
      let found = false;
      for (const one of stored.length === 0 ? [nobody] : stored) found = (await matches(password, one)) || found;
      return found && stored.length > 0;
    } finally {
      this.#running -= 1;
      this.#addresses.delete(address);
      this.#waiting.shift()?.();
    }
  }
}
