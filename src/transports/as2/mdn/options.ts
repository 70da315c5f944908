import type { DigestName } from '../cms/algorithms.ts';
import { digestCalled } from '../names.ts';

/** What a sender wants of its receipt: Disposition-Notification-Options (RFC 8098 2.2, RFC 4130 7.3). */
export interface MdnOptions {
  readonly signed: boolean;
  /** The first of theirs that we have; undefined when they named none. */
  readonly digest: DigestName | undefined;
  /** As they spelled it. */
  readonly digestText: string | null;
  /** They named some and we have none of them. */
  readonly unsupported: boolean;
  readonly required: boolean;
}

/** Reads "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha-256, sha1", in any order and case. */
export function parseMdnOptions(header: string | undefined): MdnOptions {
  const options = new Map<string, readonly string[]>();
  for (const option of (header ?? '').slice(0, 2_000).split(';')) {
    const equals = option.indexOf('=');
    if (equals > 0)
      options.set(
        option.slice(0, equals).trim().toLowerCase(),
        option
          .slice(equals + 1)
          .split(',')
          .map((value) => value.trim()),
      );
  }
  const protocol = options.get('signed-receipt-protocol');
  const [importance = '', ...names] = options.get('signed-receipt-micalg') ?? [];
  // Some leave the importance out, and begin with the first name.
  const isImportance = /^(?:required|optional)$/i.test(importance);
  const wanted = [...(isImportance || importance === '' ? [] : [importance]), ...names].filter((name) => name !== '');
  const found = wanted.find((name) => digestCalled(name) !== undefined);
  return {
    signed: protocol !== undefined,
    digest: found === undefined ? undefined : digestCalled(found),
    digestText: found ?? null,
    unsupported: wanted.length > 0 && found === undefined,
    required: /^required$/i.test(importance) || /^required$/i.test(protocol?.[0] ?? ''),
  };
}
