import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Identity, readCertificate } from '../../../src/transports/as2/cms/certificate.ts';

/** A folder of keys and certificates, and OpenSSL's command line as the other side. */
export interface OpensslWorld {
  readonly folder: string;
  identity(name: string): Identity;
  /** Runs openssl in the folder; gives its standard output. */
  run(...parameters: readonly string[]): Buffer;
  write(name: string, bytes: Uint8Array): string;
  read(name: string): Buffer;
  close(): void;
}

export type KeyKind = 'rsa' | 'p256' | 'p384';

export function opensslWorld(identities: Readonly<Record<string, KeyKind>>): OpensslWorld {
  const folder = mkdtempSync(join(tmpdir(), 'tallyport-as2-'));
  const run = (...parameters: readonly string[]) =>
    execFileSync('openssl', parameters, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 });
  for (const [name, kind] of Object.entries(identities)) {
    const key =
      kind === 'rsa'
        ? ['-newkey', 'rsa:2048']
        : ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${kind === 'p256' ? 'P-256' : 'P-384'}`];
    run(
      'req',
      '-x509',
      ...key,
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '30',
      '-subj',
      `/O=Test/CN=${name}`,
    );
  }
  const known = new Map<string, Identity>();
  return {
    folder,
    run,
    identity(name) {
      const identity = known.get(name) ?? {
        certificate: readCertificate(readFileSync(join(folder, `${name}.crt`))),
        privateKey: createPrivateKey(readFileSync(join(folder, `${name}.key`))),
      };
      known.set(name, identity);
      return identity;
    },
    write(name, bytes) {
      writeFileSync(join(folder, name), bytes);
      return name;
    },
    read: (name) => readFileSync(join(folder, name)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
