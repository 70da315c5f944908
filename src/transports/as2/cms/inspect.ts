import { constants, verify } from 'node:crypto';
import { cipherOfOid, OID } from './algorithms.ts';
import { type BerNode, childAt, childrenOf, contextNumber, expectNode, octetsOf, oidOf } from './ber.ts';
import type { BerStream } from './ber-stream.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { CmsFault } from './cms-fault.ts';
import { contextTag, SEQUENCE, SET } from './der.ts';
import {
  partsOfSigned,
  readAttributes,
  readSigner,
  type SignedAttributes,
  type SignerInfo,
  signersOf,
} from './verify.ts';

/*
 * What a CMS says of itself, for the doctor. Nothing here is trusted or decides anything.
 */
export interface ShownSigner extends SignerInfo {
  readonly signed: SignedAttributes | null;
  /** Issuer and serial, or key identifier, in words. */
  readonly called: string;
}

/** The signers of a SignedData and the certificates it carries. Throws CmsFault for what is none. */
export function shownSigned(cms: Buffer): {
  readonly signers: readonly ShownSigner[];
  readonly carried: readonly Certificate[];
} {
  const signers = signersOf(cms).map((node) => {
    const signer = readSigner(node);
    const signed = signer.attributes === null ? null : readAttributes(signer.attributes);
    return { ...signer, signed, called: nameInWords(signer.name) };
  });
  const certificates = partsOfSigned(cms).find((part) => contextNumber(part) === 0);
  const carried = (certificates === undefined ? [] : childrenOf(certificates)).flatMap(({ raw }) => certificateOr(raw));
  return { signers, carried };
}

/** What a SignedData holds. Throws CmsFault when that is nothing. */
export const contentOfSigned = (cms: Buffer): Buffer =>
  octetsOf(childAt(childAt(expectNode(partsOfSigned(cms)[2]), 1, contextTag(0)), 0));

function certificateOr(der: Buffer): readonly Certificate[] {
  try {
    return [readCertificate(der)];
  } catch (error) {
    if (error instanceof CmsFault) return [];
    throw error;
  }
}

/** Whether a signature fits as PSS with whatever salt: some write its parameters other than they sign. */
export function fitsAsPss({ digest, signed, signature }: ShownSigner, { publicKey, keyKind }: Certificate): boolean {
  if (signed === null || keyKind !== 'rsa') return false;
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  return signed.forms.some((bytes) => {
    try {
      return verify(digest, bytes, key, signature);
    } catch {
      return false; // a signature of another size than the key's
    }
  });
}

export interface ShownRecipient {
  readonly name: BerNode;
  readonly called: string;
  readonly transport: string;
}

export interface ShownEnvelope {
  readonly recipients: readonly ShownRecipient[];
  readonly cipherOid: string;
  /** Null: one we do not have. */
  readonly cipher: string | null;
}

/** For whom an envelope is, after its ContentInfo was entered. Throws CmsFault for what is none. */
export async function shownEnvelope(stream: BerStream): Promise<ShownEnvelope> {
  await stream.enter(SEQUENCE);
  await stream.element(); // version
  if ((await stream.nextTag()) === contextTag(0)) await stream.element(); // originatorInfo
  const recipients = expectNode(await stream.element(), SET);
  await stream.enter(SEQUENCE);
  await stream.element(); // content type
  const cipherOid = oidOf(childAt(await stream.element(), 0));
  return { recipients: childrenOf(recipients).flatMap(shownRecipient), cipherOid, cipher: cipherCalled(cipherOid) };
}

function cipherCalled(oid: string): string | null {
  try {
    return cipherOfOid(oid).name;
  } catch (error) {
    if (error instanceof CmsFault) return null;
    throw error;
  }
}

function shownRecipient(node: BerNode): readonly ShownRecipient[] {
  const parts = childrenOf(node);
  if (node.tag === SEQUENCE) {
    const name = expectNode(parts[1]);
    return [{ name, called: nameInWords(name), transport: oidOf(childAt(expectNode(parts[2]), 0)) }];
  }
  if (contextNumber(node) !== 1) return [];
  // KeyAgreeRecipientInfo ends in its encrypted keys, each with a name of its own.
  return childrenOf(expectNode(parts.at(-1))).map((key) => {
    const name = childAt(key, 0);
    return { name, called: nameInWords(name), transport: 'ECDH' };
  });
}

/** "CN=Partner, O=Partner Ltd, serial 1F2E", or "key identifier 0A…". */
export function nameInWords(name: BerNode): string {
  if (contextNumber(name) === 0) {
    const identifier = name.tag === 0xa0 ? octetsOf(childAt(name, 0)) : name.content;
    return `key identifier ${identifier.toString('hex')}`;
  }
  return `${issuerInWords(childAt(name, 0))}, serial ${childAt(name, 1).content.toString('hex')}`;
}

const KINDS: Readonly<Record<string, string>> = { '2.5.4.3': 'CN', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.6': 'C' };

function issuerInWords(issuer: BerNode): string {
  const parts = childrenOf(issuer).flatMap((set) =>
    childrenOf(set).map((pair) => {
      const oid = oidOf(childAt(pair, 0));
      const value = childAt(pair, 1);
      const text = value.content.toString(value.tag === 0x1e ? 'latin1' : 'utf8').replaceAll(/\p{Cc}/gu, '');
      return `${KINDS[oid] ?? oid}=${text}`;
    }),
  );
  return parts.length === 0 ? 'an empty name' : parts.join(', ');
}

/** How people call what stands in an object identifier. */
export const CALLED: Readonly<Record<string, string>> = {
  [OID.rsa]: 'RSA v1.5',
  [OID.oaep]: 'RSA OAEP',
  '1.2.840.113549.3.2': 'RC2',
  '1.2.840.113549.3.4': 'RC4',
  '1.3.14.3.2.7': 'DES',
  '2.16.840.1.101.3.4.1.4': 'AES-128-CFB',
};
