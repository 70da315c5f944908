import { Type } from 'typebox';
import { certificateIn } from './certificate-text.ts';

/*
 * How a partner's server is reached over HTTP: the same for AS2 messages and for pushes. Passwords stand in the environment, by the names of their variables.
 */
export interface LineSettings {
  /** PEM: the server's own certificate, pinned, or its authority's, instead of the public authorities. */
  readonly serverCertificates: readonly string[];
  /** A key of ours that is shown to it. */
  readonly clientKey: string | null;
  readonly basicUser: string | null;
  readonly basicPasswordVariable: string | null;
  readonly proxyUrl: string | null;
  readonly proxyUser: string | null;
  readonly proxyPasswordVariable: string | null;
  readonly allowLoopback: boolean;
}

export const lineDefaults = {
  serverCertificates: [],
  clientKey: null,
  basicUser: null,
  basicPasswordVariable: null,
  proxyUrl: null,
  proxyUser: null,
  proxyPasswordVariable: null,
  allowLoopback: false,
} as const satisfies LineSettings;

const optional = Type.Optional;
const pattern = (expression: string, description: string) => Type.String({ pattern: expression, description });
const orNull = (expression: string, description: string) =>
  optional(Type.Unsafe<string | null>({ type: ['string', 'null'], pattern: expression, description }));
// 16 KiB: an RSA-4096 certificate has 2. Text may stand before it (RFC 7468 2), as OpenSSL writes it; see `certificate-text.ts`.
export const pem = Type.String({
  pattern: '(^|\\n)\\s*-----BEGIN CERTIFICATE-----',
  maxLength: 16_384,
  description: 'a certificate in PEM, with a line -----BEGIN CERTIFICATE-----',
});
const keyNamePattern = [
  '^[a-z0-9][a-z0-9-]{0,39}$',
  'the name of a key of ours: small letters, digits and hyphens',
] as const;
export const keyName = pattern(...keyNamePattern);
export const userOrNull = orNull('^[^:\\u0000-\\u001f]{1,200}$', 'a user name without a colon');
export const variableOrNull = orNull(
  '^[A-Z][A-Z0-9_]{0,99}$',
  'the name of an environment variable like BRIGHTMART_PASSWORD',
);

/** The keys of these settings in channels.yaml. */
export const lineEntry = {
  serverCertificates: optional(Type.Array(pem, { maxItems: 8 })),
  clientKey: orNull(...keyNamePattern),
  basicUser: userOrNull,
  basicPasswordVariable: variableOrNull,
  proxyUrl: orNull('^http://[^\\s/?#@]+/?$', 'an http address without credentials like http://proxy.example:3128'),
  proxyUser: userOrNull,
  proxyPasswordVariable: variableOrNull,
  allowLoopback: optional(Type.Boolean()),
};
type Tell = (key: string, message: string) => void;

/** Certificates without the text around them; tells those that are none, and users without a password. */
export function checkedLine<Settings extends LineSettings>(settings: Settings, tell: Tell): Settings {
  for (const [user, variable] of [
    ['basicUser', 'basicPasswordVariable'],
    ['proxyUser', 'proxyPasswordVariable'],
  ] as const)
    if ((settings[user] === null) !== (settings[variable] === null))
      tell(user, `${user} and ${variable} belong together.`);
  if (settings.proxyUser !== null && settings.proxyUrl === null)
    tell('proxyUser', 'A user for the proxy needs a proxyUrl.');
  return { ...settings, serverCertificates: bareCertificates(settings.serverCertificates, 'serverCertificates', tell) };
}

/** Each certificate without the text around it; one that is none is told, and kept as it stands. */
export const bareCertificates = (texts: readonly string[], key: string, tell: Tell): readonly string[] =>
  texts.map((text) => {
    const found = certificateIn(text);
    if ('fault' in found) tell(key, found.fault);
    return 'fault' in found ? text : found.pem;
  });
