import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { type Identity, readCertificate } from '../transports/as2/cms/certificate.ts';
import { makeSelfSigned } from '../transports/as2/cms/self-signed.ts';
import { fingerprintOf } from '../transports/sftp/fingerprint.ts';
import { newSshKey } from '../transports/sftp/new-key.ts';

/*
 * Keys of the simulated companies. They are made when a demo first needs them, in the data folder, and readable by their owner alone: none is
 * committed, and two data folders have nothing in common. RSA of 2,048 bits: it is made in a fraction of a second, and lives for a demo.
 */
const validDays = 3_650;

function kept(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
}

function keep(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return text;
}

/** The AS2 key pair of a company in its folder, made when there is none: its certificate in PEM. Throws what the disk does. */
export async function as2CertificateIn(folder: string, commonName: string, now: Date): Promise<string> {
  const found = kept(folder, 'as2-certificate.pem');
  if (found !== null) return found;
  const made = await makeSelfSigned({ commonName, organization: commonName, kind: 'rsa-2048' }, now, validDays);
  keep(folder, 'as2-key.pem', made.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  return keep(folder, 'as2-certificate.pem', made.certificatePem);
}

/** The pair that `as2CertificateIn` made. Throws when it is not there. */
export const as2IdentityIn = (folder: string): Identity => ({
  certificate: readCertificate(readFileSync(join(folder, 'as2-certificate.pem'), 'utf8')),
  privateKey: createPrivateKey(readFileSync(join(folder, 'as2-key.pem'), 'utf8')),
});

export interface SshKey {
  readonly file: string;
  readonly privateKey: string;
  /** "ssh-ed25519 AAAA…", as authorized_keys has it. */
  readonly publicKey: string;
  /** "SHA256:…" */
  readonly fingerprint: string;
}

/** The SSH key of this name in a folder, made when there is none. Throws what the disk does, and for a file that holds no key. */
export function sshKeyIn(folder: string, name: string): SshKey {
  const privateKey = kept(folder, name) ?? keep(folder, name, newSshKey('ed25519'));
  const parsed = ssh2.utils.parseKey(privateKey);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error) throw new Error(`${join(folder, name)} holds no key`);
  const wire = key.getPublicSSH();
  return {
    file: join(folder, name),
    privateKey,
    publicKey: `${key.type} ${wire.toString('base64')}`,
    fingerprint: fingerprintOf(wire),
  };
}
