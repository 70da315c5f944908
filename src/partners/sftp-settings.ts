import { type Static, Type } from 'typebox';
import { pem } from './line-settings.ts';

/*
 * sftp          we are the client: we poll a folder at the partner's server, and deliver into one.
 * ftps          the same over FTP with TLS.
 * sftp-mailbox  we are the server: the partner logs in, leaves files in one folder and fetches from another.
 */
const optional = Type.Optional;
const object = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
const text = Type.String({ minLength: 1, maxLength: 300 });
const pattern = (expression: string, description: string) => Type.String({ pattern: expression, description });
const oneOf = <const T extends readonly string[]>(...values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values });
const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const variable = pattern('^[A-Z][A-Z0-9_]{0,99}$', 'the name of an environment variable like BRIGHTMART_FTPS_PASSWORD');
const variableOrNull = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  pattern: '^[A-Z][A-Z0-9_]{0,99}$',
  description: 'the name of an environment variable like BRIGHTMART_SFTP_KEY',
});
const path = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  minLength: 1,
  maxLength: 300,
  pattern: '^[^\\u0000-\\u001f]+$',
});
const day = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  pattern: '^\\d{4}-\\d{2}-\\d{2}$',
  description: 'a date like 2027-06-30',
});
const folderName = pattern('^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$', 'a folder of letters, digits, hyphens and underscores');

export const LEGACY_ALGORITHM_NAMES = [
  'diffie-hellman-group14-sha1',
  'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group1-sha1',
  'ssh-rsa',
  'aes128-cbc',
  'aes256-cbc',
  '3des-cbc',
  'hmac-sha1',
] as const;

/** A partner's file server: where on it we poll and deliver, whatever it speaks. */
export const remoteFolders = {
  host: pattern('^[A-Za-z0-9.:_-]{1,253}$', 'a host name or an address'),
  port: optional(whole(1, 65_535)),
  timeoutMs: optional(whole(1_000, 600_000)),
  inbox: optional(path),
  files: optional(Type.Array(pattern('^[^/\\u0000-\\u001f]{1,100}$', 'a name with * and ?'), { maxItems: 20 })),
  takeWhen: optional(oneOf('settled', 'renamed', 'marker')),
  settleMs: optional(whole(0, 3_600_000)),
  markerSuffix: optional(pattern('^\\.[A-Za-z0-9]{1,20}$', 'an ending like .done')),
  afterPickUp: optional(oneOf('archive', 'delete', 'leave')),
  archive: optional(path),
  // A second: below it a poller only logs in; a day: above it nobody waits.
  pollIntervalMs: optional(whole(1_000, 86_400_000)),
  outbox: optional(path),
  upload: optional(oneOf('rename', 'direct', 'marker')),
  temporaryFolder: optional(path),
  fileName: optional(text),
} as const;

export const sftpChannel = {
  kind: oneOf('sftp'),
  username: text,
  hostKeys: Type.Array(
    pattern('^SHA256:[A-Za-z0-9+/]{43}$', 'a fingerprint like SHA256:… as ssh-keygen -lf prints it'),
    {
      minItems: 1,
      maxItems: 4,
    },
  ),
  passwordVariable: optional(variableOrNull),
  privateKeyVariable: optional(variableOrNull),
  passphraseVariable: optional(variableOrNull),
  legacyAlgorithms: optional(Type.Array(oneOf(...LEGACY_ALGORITHM_NAMES), { maxItems: LEGACY_ALGORITHM_NAMES.length })),
  ...remoteFolders,
} as const;
export const SftpChannelSchema = object(sftpChannel);
export type SftpEntry = Static<typeof SftpChannelSchema>;

export const ftpsChannel = {
  kind: oneOf('ftps'),
  security: optional(oneOf('explicit', 'implicit')),
  username: text,
  passwordVariable: variable,
  serverCertificates: optional(Type.Array(pem, { maxItems: 8 })),
  ...remoteFolders,
} as const;
export const FtpsChannelSchema = object(ftpsChannel);
export type FtpsEntry = Static<typeof FtpsChannelSchema>;

export const sftpMailboxChannel = {
  kind: oneOf('sftp-mailbox'),
  username: pattern(
    '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    'a user name of letters, digits, points, hyphens and underscores',
  ),
  keys: optional(
    Type.Array(
      object({
        publicKey: pattern(
          '^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$',
          'a public key in one line, as in authorized_keys',
        ),
        expiresOn: optional(day),
      }),
      { maxItems: 10 },
    ),
  ),
  passwords: optional(
    Type.Array(
      object({
        scrypt: pattern(
          '^scrypt\\$1[0-7]\\$(8|16)\\$[1-4]\\$[A-Za-z0-9+/]{16,64}={0,2}\\$[A-Za-z0-9+/]{40,90}={0,2}$',
          'what `tallyport sftp hash-password` prints',
        ),
        expiresOn: optional(day),
      }),
      { maxItems: 4 },
    ),
  ),
  login: optional(oneOf('either', 'key', 'password', 'both')),
  inboxName: optional(folderName),
  outboxName: optional(folderName),
  leavesWhen: optional(oneOf('read', 'deleted')),
  takeWhen: optional(oneOf('closed', 'settled')),
  settleMs: optional(whole(1_000, 3_600_000)),
  mayList: optional(Type.Boolean()),
  mayDelete: optional(Type.Boolean()),
  mayRename: optional(Type.Boolean()),
  mayOverwrite: optional(Type.Boolean()),
  quotaBytes: optional(whole(1, 1_000_000_000_000)),
  quotaFiles: optional(whole(1, 1_000_000)),
  fileName: optional(text),
} as const;
export const SftpMailboxSchema = object(sftpMailboxChannel);
export type SftpMailboxEntry = Static<typeof SftpMailboxSchema>;

/** Of a channel to a partner's file server. */
export interface RemoteFolderSettings {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly inbox: string | null;
  /** Patterns of names; none: every file. */
  readonly files: readonly string[];
  readonly takeWhen: 'settled' | 'renamed' | 'marker';
  readonly settleMs: number;
  readonly markerSuffix: string;
  readonly afterPickUp: 'archive' | 'delete' | 'leave';
  readonly archive: string | null;
  readonly pollIntervalMs: number;
  readonly outbox: string | null;
  readonly upload: 'rename' | 'direct' | 'marker';
  readonly temporaryFolder: string | null;
  readonly fileName: string;
}

export interface SftpSettings extends RemoteFolderSettings {
  readonly kind: 'sftp';
  readonly username: string;
  /** SHA-256 fingerprints; two during a rotation. */
  readonly hostKeys: readonly string[];
  readonly passwordVariable: string | null;
  /** Its value is the key itself, or the path of its file. */
  readonly privateKeyVariable: string | null;
  readonly passphraseVariable: string | null;
  readonly legacyAlgorithms: readonly (typeof LEGACY_ALGORITHM_NAMES)[number][];
}

export interface FtpsSettings extends RemoteFolderSettings {
  readonly kind: 'ftps';
  /** `explicit`: AUTH TLS; `implicit`: TLS from the first byte. */
  readonly security: 'explicit' | 'implicit';
  readonly username: string;
  readonly passwordVariable: string;
  /** PEM: the server's own certificate, pinned, or its authority's, instead of the public authorities. */
  readonly serverCertificates: readonly string[];
}

export interface SftpMailboxSettings {
  readonly kind: 'sftp-mailbox';
  readonly username: string;
  readonly keys: readonly { readonly publicKey: string; readonly expiresOn: string | null }[];
  readonly passwords: readonly { readonly scrypt: string; readonly expiresOn: string | null }[];
  readonly login: 'either' | 'key' | 'password' | 'both';
  readonly inboxName: string;
  readonly outboxName: string;
  readonly leavesWhen: 'read' | 'deleted';
  readonly takeWhen: 'closed' | 'settled';
  readonly settleMs: number;
  readonly mayList: boolean;
  readonly mayDelete: boolean;
  readonly mayRename: boolean;
  readonly mayOverwrite: boolean;
  readonly quotaBytes: number;
  readonly quotaFiles: number;
  readonly fileName: string;
}
