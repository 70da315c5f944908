import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { FailureError } from '../../core/failure.ts';
import type { ChannelSettings } from '../../partners/configuration.ts';
import { deleteKeyPair, insertKeyPair, keyPairs } from '../../store/as2/key-pairs.ts';
import { writeRows } from '../../store/write-rows.ts';
import { type Certificate, readCertificate } from '../../transports/as2/cms/certificate.ts';
import { CmsFault } from '../../transports/as2/cms/cms-fault.ts';
import { makeSelfSigned, type NewKeyKind } from '../../transports/as2/cms/self-signed.ts';
import type { FlowContext } from '../context.ts';
import { openKeyRing } from './key-ring.ts';
import { sealPrivateKey } from './sealing.ts';

/** A key pair as operators see it: never the private key. */
export interface ShownKey {
  readonly name: string;
  readonly subject: string;
  readonly fingerprint: string;
  readonly validFrom: string;
  readonly validTo: string;
  /** PEM, to be given to partners. */
  readonly certificate: string;
  /** Why partners may refuse it, or should; null: nothing speaks against it. */
  readonly weakness: string | null;
}

/** NIST SP 800-131A: RSA below 2,048 bits signs nothing since 2014. Below 1,024 anybody may have the key. */
const rsaBitsMin = 1_024;
const rsaBitsAdvised = 2_048;

export interface NewKey {
  readonly name: string;
  readonly commonName: string;
  readonly organization: string;
  readonly kind: NewKeyKind;
  readonly validDays: number;
}

type Context = Pick<FlowContext, 'database' | 'clock'>;

/** Makes a key pair with a certificate of its own. Throws as `importKey`. */
export async function createKey(
  context: Context,
  masterKey: Buffer | null,
  key: NewKey,
  actor: string,
): Promise<ShownKey> {
  const made = await makeSelfSigned(key, context.clock.now(), key.validDays);
  return keep(context, masterKey, { ...made, name: key.name }, actor, 'key/created');
}

/** Takes a key pair from PEM. FailureError `usage-wrong` when the two do not belong together, the name is taken or the key is far too short; `credential-missing` without a master key. */
export async function importKey(
  context: Context,
  masterKey: Buffer | null,
  {
    name,
    privateKeyPem,
    certificatePem,
    passphrase,
  }: {
    readonly name: string;
    readonly privateKeyPem: string;
    readonly certificatePem: string;
    readonly passphrase?: string;
  },
  actor: string,
): Promise<ShownKey> {
  const privateKey = readPrivateKey(privateKeyPem, passphrase);
  return keep(context, masterKey, { name, privateKey, certificatePem }, actor, 'key/imported');
}

function readPrivateKey(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    throw new FailureError(
      'usage-wrong',
      'The private key cannot be read; PEM is expected, and its passphrase when it has one.',
      { cause },
    );
  }
}

interface Pair {
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly certificatePem: string;
}

async function keep(
  { database, clock }: Context,
  masterKey: Buffer | null,
  pair: Pair,
  actor: string,
  type: string,
): Promise<ShownKey> {
  const { name, privateKey, certificatePem } = pair;
  if (masterKey === null)
    throw new FailureError('credential-missing', 'TALLYPORT_KEY is not set, so no private key can be kept.', {
      remedy: 'Set TALLYPORT_KEY (openssl rand -hex 32 makes one), and keep it where the database’s backup is not.',
    });
  const certificate = certificateIn(certificatePem);
  if (!belongsTo(privateKey, certificate))
    throw new FailureError('usage-wrong', 'The certificate is for another private key.');
  const bits = rsaBitsOf(certificate);
  if (bits < rsaBitsMin)
    throw new FailureError('usage-wrong', `RSA of ${bits} bits protects nothing; 2,048 or more are wanted.`);
  const { fingerprint, validFrom, validTo } = certificate;
  const sealed = sealPrivateKey(privateKey, name, masterKey);
  const at = clock.now();
  await database.inTransaction(async (tx) => {
    if (!(await insertKeyPair(tx, { name, certificate: certificatePem, sealed, fingerprint, validFrom, validTo }, at)))
      throw new FailureError('usage-wrong', `There is a key ${name}, or one with this certificate, already.`);
    const data = { name, fingerprint, validTo };
    await writeRows(tx, {}, [{ at, type, actor, data, objects: [{ kind: 'key', id: name, qualifier: 'subject' }] }]);
  });
  return shown(name, certificatePem, certificate);
}

function certificateIn(pem: string): Certificate {
  try {
    return readCertificate(pem);
  } catch (error) {
    if (!(error instanceof CmsFault)) throw error;
    throw new FailureError('usage-wrong', error.message);
  }
}

/** Whether the two halves are of one pair. */
function belongsTo(privateKey: KeyObject, { publicKey }: Certificate): boolean {
  const half = createPublicKey(privateKey);
  return half.export({ type: 'spki', format: 'der' }).equals(publicKey.export({ type: 'spki', format: 'der' }));
}

/** Infinity for every other kind of key. */
const rsaBitsOf = ({ publicKey }: Certificate): number =>
  publicKey.asymmetricKeyType?.startsWith('rsa') === true
    ? (publicKey.asymmetricKeyDetails?.modulusLength ?? 0)
    : Number.POSITIVE_INFINITY;

function shown(name: string, pem: string, certificate: Certificate): ShownKey {
  const { subject, fingerprint, validFrom, validTo } = certificate;
  const bits = rsaBitsOf(certificate);
  return {
    name,
    subject,
    fingerprint,
    validFrom: validFrom.toISOString(),
    validTo: validTo.toISOString(),
    certificate: pem,
    weakness: bits < rsaBitsAdvised ? `RSA of ${bits} bits is too short; 2,048 or more are wanted` : null,
  };
}

/**
 * A key pair as PKCS#12 under a passphrase, for another product or a safe. An Event says that it was given out. FailureError `credential-missing` when
 * there is none of that name, or it cannot be opened.
 */
export async function exportKey(
  { database, clock }: Context,
  masterKey: Buffer | null,
  { name, passphrase }: { readonly name: string; readonly passphrase: string },
  actor: string,
): Promise<Buffer> {
  const [identity] = await openKeyRing(database, clock, masterKey).identities([name]);
  if (identity === undefined) throw new FailureError('bug', `The key ${name} did not open.`);
  const { writePkcs12 } = await import('../../transports/as2/cms/pkcs12.ts');
  const file = writePkcs12(identity, name, passphrase);
  const { fingerprint } = identity.certificate;
  const objects = [{ kind: 'key', id: name, qualifier: 'subject' }];
  await database.inTransaction((tx) =>
    writeRows(tx, {}, [{ at: clock.now(), type: 'key/exported', actor, data: { name, fingerprint }, objects }]),
  );
  return file;
}

/**
 * Destroys a key pair that no channel names any more: what comes for it from then on is opened by nobody. FailureError `not-found`, or `usage-wrong` that
 * names the channels.
 */
export async function removeKey(
  { database, clock, configuration }: Pick<FlowContext, 'database' | 'clock' | 'configuration'>,
  name: string,
  actor: string,
): Promise<void> {
  const using = (await configuration('now')).channels.filter(({ settings }) => keysIn(settings).includes(name));
  if (using.length > 0)
    throw new FailureError('usage-wrong', `${using.map(({ id }) => id).join(', ')} still has the key ${name}.`, {
      remedy: 'Take it out of channels.yaml and apply that first.',
    });
  await database.inTransaction(async (tx) => {
    const fingerprint = await deleteKeyPair(tx, name);
    if (fingerprint === undefined) throw new FailureError('not-found', `There is no key ${name}.`);
    const objects = [{ kind: 'key', id: name, qualifier: 'subject' }];
    await writeRows(tx, {}, [{ at: clock.now(), type: 'key/removed', actor, data: { name, fingerprint }, objects }]);
  });
}

function keysIn(settings: ChannelSettings): readonly string[] {
  const ours = settings.kind === 'as2' ? settings.ourKeys.map(({ name }) => name) : [];
  const client = settings.kind === 'as2' || settings.kind === 'http' ? (settings.clientKey ?? null) : null;
  return client === null ? ours : [...ours, client];
}

/** All of them, by name. */
export const shownKeys = async ({ database }: Pick<FlowContext, 'database'>): Promise<readonly ShownKey[]> =>
  (await keyPairs(database)).map(({ name, certificate }) => shown(name, certificate, readCertificate(certificate)));
