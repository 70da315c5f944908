import { buildMdn, type MdnContent, micSpelling } from '../mdn/build.ts';
import { type MdnOptions, parseMdnOptions } from '../mdn/options.ts';
import type { Layers, MicSources } from '../message/open.ts';
import { fieldOf, type Head } from '../mime/head.ts';
import { messageIdOf } from '../names.ts';
import type { As2Relation } from '../relation.ts';
import type { RememberedRequest } from './evidence.ts';
import type { KeptMdn, Station } from './station.ts';

/** A message of a partner we know, and what it asks for. */
export interface Exchange {
  readonly station: Station;
  readonly request: RememberedRequest;
  readonly relation: As2Relation;
  readonly messageId: string;
  readonly wantsMdn: boolean;
  readonly options: MdnOptions;
  /** Where an asynchronous receipt goes. */
  readonly asynchronous: URL | null;
}

/** What a message asks for. `asynchronous` is 'forbidden' when it names a host that is not theirs. */
export function askedIn(head: Head, { mayReach }: Pick<As2Relation, 'mayReach'>) {
  // Whatever stands in it: only that it is there counts (RFC 4130 7.3).
  const wantsMdn = fieldOf(head, 'disposition-notification-to') !== undefined;
  const address = fieldOf(head, 'receipt-delivery-option')?.trim();
  const url = address === undefined || !URL.canParse(address) ? null : new URL(address);
  const asynchronous =
    address === undefined || address === '' || !wantsMdn ? null : url !== null && mayReach(url) ? url : 'forbidden';
  return {
    wantsMdn,
    options: parseMdnOptions(fieldOf(head, 'disposition-notification-options')),
    asynchronous,
  } as const;
}

export type Told = Pick<MdnContent, 'disposition' | 'text' | 'mic'>;

/** The receipt, signed when they asked for it and we can; null when none was asked for. */
export async function mdnFor(exchange: Exchange, told: Told): Promise<KeptMdn | null> {
  const { station, request, relation, messageId, wantsMdn, options, asynchronous } = exchange;
  if (!wantsMdn) return null;
  const signs =
    options.signed && relation.signMdnWith !== null && !(options.unsupported && told.disposition === 'processed');
  const signing = {
    identity: relation.signMdnWith,
    digest: options.digest ?? ('sha256' as const),
    scheme: 'pkcs1' as const,
  };
  const { identity } = signing;
  const content = contentOfMdn(station, request.head, messageId, relation.version, told);
  const built = await buildMdn(content, signs && identity !== null ? { ...signing, identity } : null);
  const signedWith = signs ? (identity?.certificate.fingerprint ?? null) : null;
  return { ...built, url: asynchronous === null ? null : asynchronous.href, signedWith };
}

export const contentOfMdn = (
  { clock, newId, host }: Station,
  head: Head,
  messageId: string,
  version: '1.2' | '1.3',
  told: Told,
): MdnContent => ({
  originalMessageId: messageId,
  originalFrom: fieldOf(head, 'as2-from') ?? '',
  originalTo: fieldOf(head, 'as2-to') ?? '',
  messageId: messageIdOf(newId(), host),
  at: clock.now(),
  version,
  ...told,
});

/** With the signature's digest where there is one (RFC 4130 7.4.3), else the one they asked for. */
export function micOf({ options, relation }: Exchange, layers: Layers | null, mics: MicSources): Told['mic'] {
  const [first, alternative] = mics;
  const isCompressedOnly = layers?.compressed === 'unsigned' && layers.encrypted === null;
  const source = isCompressedOnly && relation.micOverCompressed === 'body' ? (alternative ?? first) : first;
  if (source === undefined) return null;
  const digest = layers?.signed?.digest ?? options.digest ?? 'sha256';
  const value = source.digests(digest)?.[source.formIndex];
  const spelled = micSpelling(digest, options.digest === digest ? options.digestText : null);
  return value === undefined ? null : { base64: value.toString('base64'), spelled };
}
