import { FailureError } from '../../core/failure.ts';
import { type As2Settings, inForce } from '../../partners/as2-settings.ts';
import type { Channel } from '../../partners/configuration.ts';
import { type Certificate, type Identity, readCertificate } from '../../transports/as2/cms/certificate.ts';
import type { MdnRequest, MessageProfile } from '../../transports/as2/message/build.ts';
import type { Admittance } from '../../transports/as2/receive/admit.ts';
import type { As2Relation } from '../../transports/as2/relation.ts';
import type { As2Sending } from '../../transports/as2/send/as2-transport.ts';
import { hostOf, isAddressOf } from '../../transports/http/client/reach.ts';
import { lineOf } from '../line.ts';
import type { KeyRing } from './key-ring.ts';

export interface As2Channel extends Channel {
  readonly settings: As2Settings;
}

export const isAs2 = (channel: Channel): channel is As2Channel => channel.settings.kind === 'as2';

/** What the composition root knows of this installation. */
export interface As2Surroundings {
  readonly keys: KeyRing;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** After the @ of our Message-IDs. */
  readonly host: string;
}

const certificates = new WeakMap<object, Certificate>();

/** Read once for each entry of the configuration. */
export function certificateOf(entry: { readonly pem: string }): Certificate {
  const known = certificates.get(entry) ?? readCertificate(entry.pem);
  certificates.set(entry, known);
  return known;
}

/**
 * A channel for those who take its messages. All six places where a key stands know two of them: we verify with every certificate of theirs
 * and decrypt with every key of ours, and the one in force signs, encrypts and signs receipts.
 */
export async function relationOf(channel: As2Channel, around: As2Surroundings, at: Date): Promise<As2Relation> {
  const { settings } = channel;
  const { keys } = around;
  const signers = inForce(settings.ourKeys, 'signing', at);
  const [signMdnWith = null] = await keys.identities(signers.slice(0, 1).map(({ name }) => name));
  const decryptWith = await keys.identities(inForce(settings.ourKeys, 'encryption', at).map(({ name }) => name));
  return {
    channelId: channel.id,
    theirName: settings.theirName,
    ourName: settings.ourName,
    keys: { decryptWith, verifyWith: inForce(settings.theirCertificates, 'signing', at).map(certificateOf) },
    signMdnWith,
    admits: admittanceOf(channel, around),
    policy: {
      requireSignature: settings.requireSignature,
      requireEncryption: settings.requireEncryption,
      allowWeak: settings.allowWeak,
    },
    signedOver: settings.signedOver,
    fileBytesMax: channel.fileBytesMax,
    attachments: settings.attachments,
    micOverCompressed: settings.micOverCompressed,
    onDuplicate: settings.onDuplicate,
    version: settings.version,
    mayReach: (url) => isAddressOf(url, hostsOf(settings)),
  };
}

/** FailureError `credential-missing` when the password is not set: nobody is let in by mistake. */
function admittanceOf({ id, settings }: As2Channel, { environment }: As2Surroundings): Admittance {
  const {
    theirClientCertificates: certificates = [],
    theirUser: user = null,
    theirPasswordVariable: variable,
  } = settings;
  if (user === null || variable === null) return { certificates, basic: null };
  const password = environment[variable];
  if (password === undefined || password === '')
    throw new FailureError('credential-missing', `The environment variable ${variable} is not set.`, {
      remedy: `Set ${variable} and restart: until then nothing is taken over ${id}.`,
    });
  return { certificates, basic: { user, password } };
}

const hostsOf = ({ url, receiptHosts }: As2Settings): readonly string[] => [
  ...receiptHosts,
  ...(url === null ? [] : [hostOf(new URL(url))]),
];

/** A channel for those who send over it. FailureError `config-invalid` when it only receives. */
export async function sendingOver(
  channel: As2Channel,
  around: As2Surroundings,
  at: Date,
  /** Instead of what is in force: a rehearsal. */
  instead: { readonly signer?: Identity | undefined; readonly recipient?: Certificate | undefined } = {},
): Promise<As2Sending> {
  const { settings } = channel;
  if (settings.url === null)
    throw new FailureError('config-invalid', `The channel ${channel.id} has no url, so nothing can leave by it.`);
  const [usual] = await around.keys.identities(
    inForce(settings.ourKeys, 'signing', at)
      .slice(0, 1)
      .map(({ name }) => name),
  );
  return {
    url: new URL(settings.url),
    ourName: settings.ourName,
    theirName: settings.theirName,
    subject: settings.subject,
    host: around.host,
    profile: profileOf(channel, instead.signer ?? usual, instead.recipient, at),
    mdn: mdnOf(settings),
    mdnDueMs: settings.mdnDueMinutes * 60_000,
    verifyMdnWith: inForce(settings.theirCertificates, 'signing', at).map(certificateOf),
    line: await lineOf(channel.id, settings, around),
  };
}

function profileOf(
  { id, settings }: As2Channel,
  signer: Identity | undefined,
  instead: Certificate | undefined,
  at: Date,
): MessageProfile {
  const {
    sign,
    signatureScheme: scheme,
    encrypt,
    keyTransport,
    compress,
    transferEncoding,
    encoding,
    version,
  } = settings;
  const [usual] = inForce(settings.theirCertificates, 'encryption', at);
  const recipient = instead ?? (usual === undefined ? undefined : certificateOf(usual));
  if (sign !== 'none' && signer === undefined)
    throw new FailureError('config-invalid', `The channel ${id} has no key to sign with.`);
  if (encrypt !== 'none' && recipient === undefined)
    throw new FailureError('config-invalid', `The channel ${id} has no certificate to encrypt for.`);
  return {
    sign: sign === 'none' || signer === undefined ? null : { identity: signer, digest: sign, scheme },
    encrypt:
      encrypt === 'none' || recipient === undefined
        ? null
        : { recipients: [{ certificate: recipient, keyTransport }], cipher: encrypt },
    compress,
    transferEncoding,
    encoding,
    version,
  };
}

const mdnOf = ({ mdn, mdnDigest, mdnUrl }: As2Settings): MdnRequest | null =>
  mdn === 'none' ? null : { signed: mdn === 'signed', digest: mdnDigest, asynchronousUrl: mdnUrl };
