import { type BerNode, childAt, childrenOf, contextNumber, oidOf, smallIntegerOf } from './ber.ts';
import { unsupported } from './cms-fault.ts';
import { context, integer, NULL, objectIdentifier, sequence } from './der.ts';

/* Object identifiers of CMS (RFC 5652, 5083, 3274) and of what AS2 does with it (RFC 5754, 3370, 4055, 5753, 3565, 5084). */
export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  envelopedData: '1.2.840.113549.1.7.3',
  compressedData: '1.2.840.113549.1.9.16.1.9',
  authEnvelopedData: '1.2.840.113549.1.9.16.1.23',
  zlib: '1.2.840.113549.1.9.16.3.8',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  rsa: '1.2.840.113549.1.1.1',
  oaep: '1.2.840.113549.1.1.7',
  mgf1: '1.2.840.113549.1.1.8',
  pSpecified: '1.2.840.113549.1.1.9',
  pss: '1.2.840.113549.1.1.10',
  ecPublicKey: '1.2.840.10045.2.1',
  subjectKeyIdentifier: '2.5.29.14',
} as const;

export type DigestName = 'sha1' | 'sha256' | 'sha384' | 'sha512';
interface Digest {
  readonly name: DigestName;
  readonly oid: string;
  readonly rsaSignature: string;
  readonly ecdsaSignature: string;
  readonly byteLength: number;
}
/** MD5 and SHA-224 are left out: the one is broken, the other nobody sends. */
export const digests: readonly Digest[] = [
  {
    name: 'sha1',
    oid: '1.3.14.3.2.26',
    rsaSignature: '1.2.840.113549.1.1.5',
    ecdsaSignature: '1.2.840.10045.4.1',
    byteLength: 20,
  },
  {
    name: 'sha256',
    oid: '2.16.840.1.101.3.4.2.1',
    rsaSignature: '1.2.840.113549.1.1.11',
    ecdsaSignature: '1.2.840.10045.4.3.2',
    byteLength: 32,
  },
  {
    name: 'sha384',
    oid: '2.16.840.1.101.3.4.2.2',
    rsaSignature: '1.2.840.113549.1.1.12',
    ecdsaSignature: '1.2.840.10045.4.3.3',
    byteLength: 48,
  },
  {
    name: 'sha512',
    oid: '2.16.840.1.101.3.4.2.3',
    rsaSignature: '1.2.840.113549.1.1.13',
    ecdsaSignature: '1.2.840.10045.4.3.4',
    byteLength: 64,
  },
];
const digestByName = new Map(digests.map((digest) => [digest.name, digest]));
const digestByOid = new Map(
  digests.flatMap((digest) => [
    [digest.oid, digest] as const,
    [digest.rsaSignature, digest] as const,
    [digest.ecdsaSignature, digest] as const,
  ]),
);

export function digestOf(name: DigestName): Digest {
  const digest = digestByName.get(name);
  if (digest === undefined) throw new TypeError(`no digest ${name}`);
  return digest;
}

/** By its own identifier, or by that of a signature algorithm that contains it. */
export const digestNamed = (oid: string): DigestName | undefined => digestByOid.get(oid)?.name;

export const digestAlgorithm = (name: DigestName): Buffer => sequence(objectIdentifier(digestOf(name).oid), NULL);

export type CipherName =
  | '3des'
  | 'aes-128-cbc'
  | 'aes-192-cbc'
  | 'aes-256-cbc'
  | 'aes-128-gcm'
  | 'aes-192-gcm'
  | 'aes-256-gcm';
export interface Cipher {
  readonly name: CipherName;
  readonly oid: string;
  readonly nodeName: string;
  readonly keyBytes: number;
  readonly ivBytes: number;
  readonly mode: 'cbc' | 'gcm';
}
const AES = '2.16.840.1.101.3.4.1';
/** RC2 is left out: Node has it only behind a switch that loosens everything else too. */
export const ciphers: readonly Cipher[] = [
  { name: '3des', oid: '1.2.840.113549.3.7', nodeName: 'des-ede3-cbc', keyBytes: 24, ivBytes: 8, mode: 'cbc' },
  { name: 'aes-128-cbc', oid: `${AES}.2`, nodeName: 'aes-128-cbc', keyBytes: 16, ivBytes: 16, mode: 'cbc' },
  { name: 'aes-192-cbc', oid: `${AES}.22`, nodeName: 'aes-192-cbc', keyBytes: 24, ivBytes: 16, mode: 'cbc' },
  { name: 'aes-256-cbc', oid: `${AES}.42`, nodeName: 'aes-256-cbc', keyBytes: 32, ivBytes: 16, mode: 'cbc' },
  { name: 'aes-128-gcm', oid: `${AES}.6`, nodeName: 'aes-128-gcm', keyBytes: 16, ivBytes: 12, mode: 'gcm' },
  { name: 'aes-192-gcm', oid: `${AES}.26`, nodeName: 'aes-192-gcm', keyBytes: 24, ivBytes: 12, mode: 'gcm' },
  { name: 'aes-256-gcm', oid: `${AES}.46`, nodeName: 'aes-256-gcm', keyBytes: 32, ivBytes: 12, mode: 'gcm' },
];
export const cipherNamed = (name: CipherName): Cipher => {
  const cipher = ciphers.find((candidate) => candidate.name === name);
  if (cipher === undefined) throw new TypeError(`no cipher ${name}`);
  return cipher;
};
export const cipherOfOid = (oid: string): Cipher => {
  const cipher = ciphers.find((candidate) => candidate.oid === oid);
  if (cipher === undefined) throw unsupported(`The content cipher ${oid}.`);
  return cipher;
};

/** Key wraps of ECDH recipients (RFC 5753): identifier → Node's cipher and the size of its key. */
export const keyWraps: ReadonlyMap<string, { readonly nodeName: string; readonly keyBytes: number }> = new Map([
  ['1.2.840.113549.1.9.16.3.6', { nodeName: 'des3-wrap', keyBytes: 24 }],
  [`${AES}.5`, { nodeName: 'id-aes128-wrap', keyBytes: 16 }],
  [`${AES}.25`, { nodeName: 'id-aes192-wrap', keyBytes: 24 }],
  [`${AES}.45`, { nodeName: 'id-aes256-wrap', keyBytes: 32 }],
]);
/** dhSinglePass-stdDH with a KDF's digest; the cofactor variants are the same on curves of cofactor 1, which all of ours are. */
export const keyAgreements: ReadonlyMap<string, string> = new Map([
  ['1.3.133.16.840.63.0.2', 'sha1'],
  ['1.3.132.1.11.0', 'sha224'],
  ['1.3.132.1.11.1', 'sha256'],
  ['1.3.132.1.11.2', 'sha384'],
  ['1.3.132.1.11.3', 'sha512'],
  ['1.3.133.16.840.63.0.3', 'sha1'],
  ['1.3.132.1.14.0', 'sha224'],
  ['1.3.132.1.14.1', 'sha256'],
  ['1.3.132.1.14.2', 'sha384'],
  ['1.3.132.1.14.3', 'sha512'],
]);

/** RSASSA-PSS-params: [0] hash, [1] mask generation over the same hash, [2] salt length. */
export const pssParameters = (name: DigestName): Buffer =>
  sequence(
    context(0, digestAlgorithm(name)),
    context(1, sequence(objectIdentifier(OID.mgf1), digestAlgorithm(name))),
    context(2, integer(digestOf(name).byteLength)),
  );

/** RSAES-OAEP-params: [0] hash, [1] mask generation over the same hash; SHA-1 is the default and left out (RFC 4055 4.1). */
export const oaepParameters = (name: DigestName): Buffer =>
  name === 'sha1'
    ? sequence()
    : sequence(
        context(0, digestAlgorithm(name)),
        context(1, sequence(objectIdentifier(OID.mgf1), digestAlgorithm(name))),
      );

/** The digest and salt length that PSS or OAEP parameters name; absent ones are SHA-1 and 20. One digest for hash and mask: Node has no other. */
export function hashParameters(parameters: BerNode | undefined): {
  readonly digest: DigestName;
  readonly saltBytes: number;
} {
  let digest: DigestName = 'sha1';
  let mask: DigestName = 'sha1';
  let saltBytes = 20;
  for (const parameter of parameters === undefined ? [] : childrenOf(parameters)) {
    const number = contextNumber(parameter);
    if (number === 0) digest = knownDigest(oidOf(childAt(childAt(parameter, 0), 0)));
    if (number === 1) mask = knownDigest(oidOf(childAt(childAt(childAt(parameter, 0), 1), 0)));
    if (number === 2 && childrenOf(parameter)[0]?.tag === 0x02) saltBytes = smallIntegerOf(childAt(parameter, 0));
  }
  if (mask !== digest) throw unsupported('A mask generation over another digest than the hash.');
  if (saltBytes > 512) throw unsupported('A salt of more than 512 bytes.');
  return { digest, saltBytes };
}

export function knownDigest(oid: string): DigestName {
  const name = digestNamed(oid);
  if (name === undefined) throw unsupported(`The digest ${oid}.`);
  return name;
}
