import { type Static, type TSchema, Type } from 'typebox';
import { as2Ciphers, as2Digests, as2SignedForms, certificateUses } from './as2-settings.ts';
import { keyName, lineEntry, pem, userOrNull, variableOrNull } from './line-settings.ts';

const optional = Type.Optional;
const object = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
const oneOf = <const T extends readonly string[]>(...values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values });
const pattern = (expression: string, description: string) => Type.String({ pattern: expression, description });
const orNull = <S extends TSchema & { type: string }>(schema: S) =>
  Type.Unsafe<Static<S> | null>({ ...schema, type: [schema.type, 'null'] });

const as2Name = pattern(
  '^[\\x21-\\x7e]([\\x20-\\x7e]{0,126}[\\x21-\\x7e])?$',
  'an AS2 name of 1 to 128 printable ASCII characters',
);
const from = optional(
  orNull(
    pattern(
      '^\\d{4}-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d)?Z)?$',
      'a day, or an instant in UTC like 2027-01-31T22:00:00Z',
    ),
  ),
);
const url = pattern('^https?://[^\\s/?#@]+([/?#]\\S*)?$', 'an http or https address without credentials');
const host = pattern('^[A-Za-z0-9.:-]{1,253}$', 'the name or address of a host');

/** The keys of `kind: as2` beside those of every channel. */
export const as2Entry = {
  kind: oneOf('as2'),
  ourName: as2Name,
  theirName: as2Name,
  url: optional(orNull(url)),
  ourKeys: optional(
    Type.Array(object({ name: keyName, use: optional(oneOf(...certificateUses)), from }), { maxItems: 8 }),
  ),
  theirCertificates: optional(
    Type.Array(object({ pem, use: optional(oneOf(...certificateUses)), from }), { maxItems: 8 }),
  ),
  sign: optional(oneOf(...as2Digests, 'none')),
  signatureScheme: optional(oneOf('pkcs1', 'pss')),
  encrypt: optional(oneOf(...as2Ciphers, 'none')),
  keyTransport: optional(oneOf('pkcs1', 'oaep-sha1', 'oaep-sha256')),
  compress: optional(oneOf('none', 'before-signing', 'after-signing')),
  transferEncoding: optional(oneOf('binary', 'base64')),
  encoding: optional(oneOf('der', 'ber')),
  version: optional(oneOf('1.2', '1.3')),
  chunked: optional(Type.Boolean()),
  subject: optional(pattern('^[\\x20-\\x7e]{1,200}$', 'printable ASCII')),
  mdn: optional(oneOf('none', 'unsigned', 'signed')),
  mdnDigest: optional(oneOf(...as2Digests)),
  mdnUrl: optional(orNull(url)),
  mdnDueMinutes: optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
  requireSignature: optional(Type.Boolean()),
  requireEncryption: optional(Type.Boolean()),
  allowWeak: optional(Type.Boolean()),
  signedOver: optional(Type.Array(oneOf(...as2SignedForms), { maxItems: as2SignedForms.length })),
  attachments: optional(oneOf('one', 'several')),
  micOverCompressed: optional(oneOf('entity', 'body')),
  onDuplicate: optional(oneOf('stored-mdn', 'warning')),
  receiptHosts: optional(Type.Array(host, { maxItems: 20 })),
  theirClientCertificates: optional(Type.Array(pem, { maxItems: 8 })),
  theirUser: userOrNull,
  theirPasswordVariable: variableOrNull,
  timeoutMs: optional(Type.Integer({ minimum: 1_000, maximum: 600_000 })),
  ...lineEntry,
};
