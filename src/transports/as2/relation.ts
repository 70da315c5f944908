import type { As2SignedForm } from '../../partners/as2-settings.ts';
import type { Identity } from './cms/certificate.ts';
import type { Keys, Layers } from './message/open.ts';
import type { Admittance } from './receive/admit.ts';

/** What a partner's messages must at least have. */
export interface SecurityPolicy {
  readonly requireSignature: boolean;
  readonly requireEncryption: boolean;
  /** SHA-1 signatures and 3DES: still sent by many, refused where the agreement says 1.3. */
  readonly allowWeak: boolean;
}

/** One pair of AS2 names and what was agreed for it: what protocol code knows of a channel. */
export interface As2Relation {
  readonly channelId: string;
  /** Their AS2 name and ours, as configured. */
  readonly theirName: string;
  readonly ourName: string;
  readonly keys: Keys;
  /** Null: our receipts leave unsigned, and one who asks for a signed one is told so. */
  readonly signMdnWith: Identity | null;
  /** What their client must show before a message of theirs is read; absent: nothing. */
  readonly admits?: Admittance;
  readonly policy: SecurityPolicy;
  /** Forms beside what is sent whose signature is accepted. */
  readonly signedOver: readonly As2SignedForm[];
  readonly fileBytesMax: number;
  readonly attachments: 'one' | 'several';
  /** RFC 5402 hashes a compressed, unsigned message with its headers, RFC 4130 without: who receives it must choose. */
  readonly micOverCompressed: 'entity' | 'body';
  readonly onDuplicate: 'stored-mdn' | 'warning';
  readonly version: '1.2' | '1.3';
  /** Whether an asynchronous receipt may go to this address: only hosts of the partner's profile. */
  readonly mayReach: (url: URL) => boolean;
}

/** Why a message is less than what was agreed; null when it is not. */
export function policyFault({ signed, encrypted }: Layers, policy: SecurityPolicy): string | null {
  if (policy.requireSignature && signed === null) return 'A signature was agreed.';
  if (policy.requireEncryption && encrypted === null) return 'Encryption was agreed.';
  if (policy.allowWeak) return null;
  if (signed?.digest === 'sha1') return 'A signature with SHA-1 is too weak.';
  return encrypted?.cipher === '3des' ? 'Encryption with 3DES is too weak.' : null;
}
