import type { EnvelopeIdentity, SyntaxName } from '../parsers/transaction.ts';

/** An identity as the wire compares it: X12 qualifier + right-trimmed id, EDIFACT 0007 + 0004 (trap 6). */
export interface Identity extends EnvelopeIdentity {
  readonly syntax: SyntaxName;
}

/** "x12:08:6112345678": the text by which identities are stored and compared; a missing qualifier is an empty one. */
export const identityKey = ({ syntax, qualifier, id }: Identity): string =>
  `${syntax}:${qualifier ?? ''}:${id.trimEnd()}`;
