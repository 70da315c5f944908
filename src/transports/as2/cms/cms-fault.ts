/*
 * What the bytes of a partner's CMS are guilty of.
 *
 *   malformed         no BER, or not the structure that stands in the RFCs
 *   unsupported       an algorithm we do not have
 *   limit             deeper, longer or more than we read
 *   undecryptable     no key of ours opens it. One kind for a foreign recipient, a wrong key, bad padding and a wrong tag: who probes learns nothing.
 *   not-inflatable    the zlib stream is broken or too large
 */
export type CmsFaultKind = 'malformed' | 'unsupported' | 'limit' | 'undecryptable' | 'not-inflatable';

/** Thrown, because it ends a stream in its middle; whoever opened the message turns it into a disposition. */
export class CmsFault extends Error {
  readonly kind: CmsFaultKind;

  constructor(kind: CmsFaultKind, message: string) {
    super(message);
    this.name = 'CmsFault';
    this.kind = kind;
  }
}

export const malformed = (message: string): CmsFault => new CmsFault('malformed', message);
export const unsupported = (message: string): CmsFault => new CmsFault('unsupported', message);
/** The one text for all of them. */
export const undecryptable = (): CmsFault =>
  new CmsFault('undecryptable', 'The message could not be decrypted with our keys.');
