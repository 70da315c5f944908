import { timingSafeEqual } from 'node:crypto';
import ssh2, { type AuthContext, type AuthenticationType, type ParsedKey, type PublicKeyAuthContext } from 'ssh2';
import type { Clock } from '../../../core/clock.ts';
import { sftpKeysOfferedMax, sftpTriesMax } from '../../limits.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { Account } from './mailbox.ts';
import type { PasswordGate } from './password.ts';

export interface LoginParts {
  readonly address: string;
  readonly clock: Clock;
  readonly doorkeeper: Doorkeeper;
  readonly passwords: PasswordGate;
  accountOf(username: string): Promise<Account | undefined>;
  /** The login is complete; false: not one more connection of this account. */
  welcome(account: Account): boolean;
  /** For the audit. */
  refused(username: string, how: string): void;
  hangUp(): void;
  /** Our own fault, told to us; the client is refused without its being counted. */
  broken(error: unknown): void;
}

/**
 * One connection's login. Who there is, is not to be told from the answers: a name nobody has is refused like a wrong key or password, and
 * takes as long.
 */
export class Login {
  readonly #parts: LoginParts;
  #tries = 0;
  #keysOffered = 0;
  /** Whose key was shown and is right, where the password is wanted too. */
  #halfWay: string | null = null;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  handle(context: AuthContext): void {
    this.#judge(context).catch((error: unknown) => {
      this.#parts.broken(error);
      context.reject(['publickey', 'password']);
    });
  }

  async #judge(context: AuthContext): Promise<void> {
    const { address, accountOf, passwords, doorkeeper } = this.#parts;
    if (context.method === 'none') return context.reject(['publickey', 'password']);
    if (doorkeeper.isBarred(address)) return this.#parts.hangUp();
    const { username } = context;
    const account = username.length <= 100 ? await accountOf(username) : undefined;
    if (context.method === 'publickey') {
      const key =
        account === undefined || account.login === 'password' ? undefined : this.#keyOf(account, context.key.data);
      if (context.signature === undefined || context.blob === undefined) {
        // Only asking whether the key is known: no try, but not without end either.
        if (key !== undefined && isSafe(context)) return context.accept();
        this.#keysOffered += 1;
        return this.#keysOffered > sftpKeysOfferedMax
          ? this.#parts.hangUp()
          : context.reject(['publickey', 'password']);
      }
      const isRight =
        key !== undefined && isSafe(context) && key.verify(context.blob, context.signature, context.hashAlgo) === true;
      if (!isRight || account === undefined) return this.#refuse(context, 'a wrong key');
      if (account.login !== 'both') return this.#accept(context, account);
      this.#halfWay = username;
      return context.reject(['password'], true);
    }
    if (context.method === 'password') {
      const mayUse =
        account !== undefined && account.login !== 'key' && (account.login !== 'both' || this.#halfWay === username);
      const stored = mayUse
        ? account.passwords.filter((one) => this.#isValid(one.expiresAt)).map(({ scrypt }) => scrypt)
        : [];
      const isRight = await passwords.isOneOf(context.password, stored, address);
      return isRight && account !== undefined
        ? this.#accept(context, account)
        : this.#refuse(context, 'a wrong password');
    }
    // keyboard-interactive and hostbased are not offered: asking for them is no guess.
    this.#keysOffered += 1;
    return this.#keysOffered > sftpKeysOfferedMax ? this.#parts.hangUp() : context.reject(['publickey', 'password']);
  }

  #accept(context: AuthContext, account: Account): void {
    this.#parts.doorkeeper.succeeded(this.#parts.address);
    if (this.#parts.welcome(account)) context.accept();
    else this.#parts.hangUp();
  }

  #refuse(context: AuthContext, how: string): void {
    const { doorkeeper, address, hangUp } = this.#parts;
    this.#tries += 1;
    this.#parts.refused(context.username, how);
    const ways: AuthenticationType[] = this.#halfWay === null ? ['publickey', 'password'] : ['password'];
    const waitMs = doorkeeper.failed(address);
    setTimeout(() => (this.#tries >= sftpTriesMax ? hangUp() : context.reject(ways)), waitMs).unref();
  }

  #isValid(expiresAt: string | null): boolean {
    return expiresAt === null || this.#parts.clock.now().toISOString() < expiresAt;
  }

  #keyOf({ keys }: Account, shown: Buffer): ParsedKey | undefined {
    for (const { publicKey, expiresAt } of keys) {
      if (!this.#isValid(expiresAt)) continue;
      const parsed = ssh2.utils.parseKey(publicKey);
      const key = Array.isArray(parsed) ? parsed[0] : parsed;
      if (key === undefined || key instanceof Error) continue;
      const wire = key.getPublicSSH();
      if (wire.byteLength === shown.byteLength && timingSafeEqual(wire, shown)) return key;
    }
    return undefined;
  }
}

/** RSA with SHA-1 is no proof any more (RFC 8332 gives it SHA-2), and neither is DSA. ssh2 calls all of RSA `ssh-rsa` and tells the hash apart. */
const isSafe = ({ key, hashAlgo }: PublicKeyAuthContext): boolean =>
  key.algo === 'ssh-rsa' ? hashAlgo === 'sha256' || hashAlgo === 'sha512' : key.algo !== 'ssh-dss';
