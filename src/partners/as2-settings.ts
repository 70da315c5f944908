import { type LineSettings, lineDefaults } from './line-settings.ts';

/*
 * An AS2 channel as agreed. Names of keys are ours (`tallyport keys list`); certificates are the partner's, public, and stand in the file.
 * Two keys and two certificates may be active: see `docs/operating/certificates.md`.
 */
export const as2Digests = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
export const as2Ciphers = [
  '3des',
  'aes-128-cbc',
  'aes-192-cbc',
  'aes-256-cbc',
  'aes-128-gcm',
  'aes-192-gcm',
  'aes-256-gcm',
] as const;
/** What a partner may sign beside what it sends, when its channel accepts that: `tallyport doctor as2` names the one it does. */
export const as2SignedForms = [
  'line-feeds',
  'body',
  'body-line-ends',
  'with-line-break',
  'without-line-break',
  'without-transfer-encoding',
] as const;
export type As2SignedForm = (typeof as2SignedForms)[number];
export const certificateUses = ['both', 'signing', 'encryption'] as const;
export type CertificateUse = (typeof certificateUses)[number];

interface Dated {
  readonly use: CertificateUse;
  /** ISO 8601; from then on it is the one we sign with, or encrypt for. Null: from the beginning. */
  readonly from: string | null;
}
export interface OurKey extends Dated {
  readonly name: string;
}
export interface TheirCertificate extends Dated {
  readonly pem: string;
}

export interface As2Settings extends LineSettings {
  readonly kind: 'as2';
  readonly ourName: string;
  readonly theirName: string;
  /** Where their messages are taken; null: they only send. */
  readonly url: string | null;
  readonly ourKeys: readonly OurKey[];
  readonly theirCertificates: readonly TheirCertificate[];
  /** Of what we send. */
  readonly sign: (typeof as2Digests)[number] | 'none';
  readonly signatureScheme: 'pkcs1' | 'pss';
  readonly encrypt: (typeof as2Ciphers)[number] | 'none';
  readonly keyTransport: 'pkcs1' | 'oaep-sha1' | 'oaep-sha256';
  readonly compress: 'none' | 'before-signing' | 'after-signing';
  readonly transferEncoding: 'binary' | 'base64';
  readonly encoding: 'der' | 'ber';
  readonly version: '1.2' | '1.3';
  readonly chunked: boolean;
  readonly subject: string;
  /** The receipt we ask for. */
  readonly mdn: 'none' | 'unsigned' | 'signed';
  readonly mdnDigest: (typeof as2Digests)[number];
  /** Our own address for receipts that come later; null: in the same exchange. */
  readonly mdnUrl: string | null;
  readonly mdnDueMinutes: number;
  /** Of what they send. */
  readonly requireSignature: boolean;
  readonly requireEncryption: boolean;
  readonly allowWeak: boolean;
  readonly signedOver: readonly As2SignedForm[];
  readonly attachments: 'one' | 'several';
  readonly micOverCompressed: 'entity' | 'body';
  readonly onDuplicate: 'stored-mdn' | 'warning';
  /** Hosts beside that of `url` to which their receipts may be posted. */
  readonly receiptHosts: readonly string[];
  /** What their client must show us: its certificate or that of its authority (PEM), and a user with a password. */
  readonly theirClientCertificates: readonly string[];
  readonly theirUser: string | null;
  readonly theirPasswordVariable: string | null;
  readonly timeoutMs: number;
}

/** What an AS2 channel says when its file does not: what every product of the last ten years understands. */
export const as2Defaults = {
  sign: 'sha256',
  signatureScheme: 'pkcs1',
  encrypt: 'aes-256-cbc',
  keyTransport: 'pkcs1',
  compress: 'none',
  transferEncoding: 'binary',
  encoding: 'der',
  version: '1.2',
  chunked: false,
  subject: 'EDI',
  mdn: 'signed',
  mdnDigest: 'sha256',
  mdnUrl: null,
  mdnDueMinutes: 60,
  requireSignature: true,
  requireEncryption: true,
  allowWeak: true,
  signedOver: [],
  attachments: 'one',
  micOverCompressed: 'entity',
  onDuplicate: 'stored-mdn',
  theirClientCertificates: [],
  theirUser: null,
  theirPasswordVariable: null,
  ...lineDefaults,
} as const satisfies Partial<As2Settings>;

/** The 1.3 profile: nothing weaker than SHA-256, AEAD for the envelope (draft-ietf-ediint-rfc4130bis). */
export const as2Defaults13 = { encrypt: 'aes-256-gcm', allowWeak: false } as const;

/** The ones for a use, the one in force first, then those that were, then those that will be. */
export function inForce<T extends Dated>(list: readonly T[], use: 'signing' | 'encryption', at: Date): readonly T[] {
  const since = ({ from }: T): number => (from === null ? Number.NEGATIVE_INFINITY : Date.parse(from));
  const fitting = list.filter((one) => one.use === 'both' || one.use === use);
  const begun = fitting.filter((one) => since(one) <= at.getTime()).toSorted((a, b) => compare(since(b), since(a)));
  return [...begun, ...fitting.filter((one) => !begun.includes(one))];
}

/** Two that began at the beginning of time stay in their order. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
