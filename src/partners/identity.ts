import type { EnvelopeIdentity, SyntaxName } from '../parsers/transaction.ts';

/** An identity as the wire compares it: X12 qualifier + right-trimmed id, EDIFACT 0007 + 0004 (trap 6). */
export interface Identity extends EnvelopeIdentity {
  readonly syntax: SyntaxName;
}

/** "x12:08:6112345678": the text by which identities are stored and compared; a missing qualifier is an empty one. */
export const identityKey = ({ syntax, qualifier, id }: Identity): string =>
  `${syntax}:${qualifier ?? ''}:${id.trimEnd()}`;

export const sameIdentity = (a: Identity, b: Identity): boolean => identityKey(a) === identityKey(b);

/*
 * x12:08:6112345678        ISA05 or ISA07 (2 characters), ISA06 or ISA08 (1–15)
 * edifact:14:4012345000009 UNB 0007 (up to 4 characters, may be empty), 0004 (1–35)
 * The id may hold colons; it begins after the second one.
 */
const IDENTITY =
  /^(?:(x12):([!-~]{2}):([!-~](?:[ -~]{0,13}[!-~])?)|(edifact):([!-9;-~]{0,4}):([!-~](?:[ -~]{0,33}[!-~])?))$/;

/** Reads the text form that `identityKey` writes; undefined when it is none. */
export function identityOf(text: string): Identity | undefined {
  const match = IDENTITY.exec(text);
  if (match === null) return undefined;
  const [, x12, x12Qualifier, x12Id, , qualifier, id] = match;
  return x12 === undefined
    ? { syntax: 'edifact', qualifier: qualifier || null, id: id ?? '' }
    : { syntax: 'x12', qualifier: x12Qualifier ?? '', id: x12Id ?? '' };
}
