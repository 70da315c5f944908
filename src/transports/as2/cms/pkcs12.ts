import {
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  pbkdf2Sync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import forge from 'node-forge';
import { FailureError } from '../../../core/failure.ts';
import { digestAlgorithm } from './algorithms.ts';
import type { Identity } from './certificate.ts';
import { context, integer, NULL, objectIdentifier, octetString, sequence, setOf, tlv } from './der.ts';
import { pemOf } from './self-signed.ts';

/*
 * PKCS#12 (RFC 7292). Node has none. Reading is node-forge's, which knows what Windows and Java have written in twenty years (3DES, RC2 with 40
 * bits, PBES2); it makes only RSA ones, so writing is the few lines of structure around what Node encrypts itself.
 */
export interface ReadPair {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

const { oids } = forge.pki;

/**
 * The key of a PKCS#12 file and its certificate, in PEM. FailureError `usage-wrong` when it is none, the passphrase is wrong, or it holds no key or
 * several.
 */
export function readPkcs12(bytes: Uint8Array, passphrase: string): ReadPair {
  const bags = bagsIn(bytes, passphrase);
  const keys = [...bags(oids.pkcs8ShroudedKeyBag), ...bags(oids.keyBag)].map(keyOf);
  const [privateKey] = keys;
  if (privateKey === undefined || keys.length > 1)
    throw new FailureError('usage-wrong', `The file holds ${keys.length} private keys; one is wanted.`);
  const half = createPublicKey(privateKey);
  const certificates = bags(oids.certBag).map(
    (bag) => new X509Certificate(derOf(bag.asn1 ?? forge.pki.certificateToAsn1(bag.cert as forge.pki.Certificate))),
  );
  // The chain may be in it too: ours is the one for the key.
  const own = certificates.find(({ publicKey }) => publicKey.equals(half));
  if (own === undefined) throw new FailureError('usage-wrong', 'The file holds no certificate for its private key.');
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: pemOf('CERTIFICATE', own.raw),
  };
}

type Bags = (type: string | undefined) => readonly forge.pkcs12.Bag[];

function bagsIn(bytes: Uint8Array, passphrase: string): Bags {
  try {
    const file = parsed(bytes, passphrase);
    return (type = '') => file.getBags({ bagType: type })[type] ?? [];
  } catch (cause) {
    throw new FailureError('usage-wrong', 'The PKCS#12 file cannot be read; its passphrase may be another.', { cause });
  }
}

/**
 * The old ciphers and the MAC take a passphrase as UTF-16, PBES2 as UTF-8, and node-forge hands one form to all. So a passphrase beyond ASCII is
 * tried once more in UTF-8, without the MAC: whoever could change the file unseen then still needs the passphrase to make a key that opens.
 */
function parsed(bytes: Uint8Array, passphrase: string): forge.pkcs12.Pkcs12Pfx {
  const der = forge.asn1.fromDer(Buffer.from(bytes).toString('latin1'));
  try {
    return forge.pkcs12.pkcs12FromAsn1(der, passphrase);
  } catch (error) {
    if (/^\p{ASCII}*$/u.test(passphrase) || !Array.isArray(der.value)) throw error;
    const withoutMac = { ...der, value: der.value.slice(0, 2) } as forge.asn1.Asn1;
    return forge.pkcs12.pkcs12FromAsn1(withoutMac, Buffer.from(passphrase).toString('latin1'));
  }
}

const derOf = (value: forge.asn1.Asn1): Buffer => Buffer.from(forge.asn1.toDer(value).getBytes(), 'latin1');

/** node-forge knows RSA only; of every other key it hands on the PrivateKeyInfo as it stands. */
function keyOf(bag: forge.pkcs12.Bag): KeyObject {
  const info = bag.key == null ? bag.asn1 : forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key));
  try {
    return createPrivateKey({ key: derOf(info), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new FailureError('usage-wrong', 'The private key in the file is of no kind we know.', { cause });
  }
}

/**
 * 250,000 rounds, for the key and once more for the MAC, which else would be the cheaper way to guess the passphrase; OpenSSL's own 2,048 are of another
 * time. Not more: .NET 9 takes 300,000 each and a million in all (Pkcs12LoaderLimits); OpenSSL and Java take millions. 0.5 s here.
 */
const iterations = 250_000;
const sha256Bytes = 32;
const bag = (type: string, value: Buffer, attributes: Buffer): Buffer =>
  sequence(objectIdentifier(type), context(0, value), attributes);
const data = (content: Buffer): Buffer =>
  sequence(objectIdentifier('1.2.840.113549.1.7.1'), context(0, octetString(content)));

/** A PKCS#12 file with a key and its certificate: the key under AES-256 (PBES2), the whole under HMAC-SHA-256. */
export function writePkcs12({ certificate, privateKey }: Identity, name: string, passphrase: string): Buffer {
  const shrouded = shroud(privateKey.export({ type: 'pkcs8', format: 'der' }), passphrase);
  const attributes = setOf(
    attribute('1.2.840.113549.1.9.20', tlv(0x1e, Buffer.from(name, 'utf16le').swap16())), // friendlyName, a BMPString
    attribute('1.2.840.113549.1.9.21', octetString(Buffer.from(certificate.fingerprint, 'hex'))), // localKeyId: ties the two
  );
  const certificateBag = sequence(
    objectIdentifier('1.2.840.113549.1.9.22.1'),
    context(0, octetString(certificate.der)),
  );
  const contents = sequence(
    data(sequence(bag('1.2.840.113549.1.12.10.1.2', shrouded, attributes))),
    data(sequence(bag('1.2.840.113549.1.12.10.1.3', certificateBag, attributes))),
  );
  return sequence(integer(3), data(contents), macOf(contents, passphrase));
}

/** EncryptedPrivateKeyInfo under PBES2 (RFC 8018 A.4): what Node writes itself has OpenSSL's 2,048 rounds. */
function shroud(info: Buffer, passphrase: string): Buffer {
  const [salt, vector] = [randomBytes(16), randomBytes(16)];
  const key = pbkdf2Sync(passphrase, salt, iterations, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, vector);
  const hmacSha256 = sequence(objectIdentifier('1.2.840.113549.2.9'), NULL);
  const derivation = sequence(
    objectIdentifier('1.2.840.113549.1.5.12'),
    sequence(octetString(salt), integer(iterations), hmacSha256),
  );
  const encryption = sequence(objectIdentifier('2.16.840.1.101.3.4.1.42'), octetString(vector));
  return sequence(
    sequence(objectIdentifier('1.2.840.113549.1.5.13'), sequence(derivation, encryption)),
    octetString(Buffer.concat([cipher.update(info), cipher.final()])),
  );
}

const attribute = (type: string, value: Buffer): Buffer => sequence(objectIdentifier(type), setOf(value));

/** MacData (RFC 7292 4, appendix B: id 3). */
function macOf(contents: Buffer, passphrase: string): Buffer {
  const salt = randomBytes(16);
  const key = forge.pkcs12.generateKey(
    passphrase,
    forge.util.createBuffer(salt.toString('binary')),
    3,
    iterations,
    sha256Bytes,
    forge.md.sha256.create(),
  );
  const mac = createHmac('sha256', Buffer.from(key.getBytes(), 'latin1')).update(contents).digest();
  return sequence(sequence(digestAlgorithm('sha256'), octetString(mac)), octetString(salt), integer(iterations));
}
