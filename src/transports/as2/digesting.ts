import { createHash, type Hash } from 'node:crypto';
import type { As2SignedForm } from '../../partners/as2-settings.ts';
import type { DigestName } from './cms/algorithms.ts';
import type { ContentDigests, WholeContent } from './cms/verify.ts';
import { memoryBytesMax } from './limits.ts';
import { bareLineFeed, withLineEnds } from './line-ends.ts';
import { type FormStream, formStream } from './signed-forms.ts';

/*
 * A MIME entity is hashed as it passes, in the forms that senders are known to sign:
 *
 *   as-sent          the octets as they came
 *   line-ends        every bare LF made CRLF (S/MIME's canonical text)
 *   head-line-ends   only those of the headers: mendelson, whose headers end in CRLF when signed and in LF when sent, the EDI untouched
 *
 * While no bare LF has come the forms are the same, so a hash is copied only at the first one. Most messages never pay for it.
 */
export const contentForms = ['as-sent', 'line-ends', 'head-line-ends'] as const;
/** The three, and after them what a channel accepts beside: see signed-forms.ts. */
export type ContentForm = (typeof contentForms)[number] | As2SignedForm;

const ALL: readonly DigestName[] = ['sha1', 'sha256', 'sha384', 'sha512'];
type Hashes = Map<DigestName, Hash>;

/** A form that is hashed from its first octet on. */
interface Further {
  readonly stream: FormStream;
  readonly hashes: Hashes;
}

export class EntityDigests {
  readonly #expected: ReadonlySet<DigestName>;
  readonly #asSent: Hashes;
  readonly #further: readonly Further[];
  #lineEnds: Hashes | null = null;
  #headLineEnds: Hashes | null = null;
  #byteLength = 0;
  #held: Buffer[] | null = [];
  #last = 0;
  #result: Map<DigestName, readonly Buffer[]> | null = null;

  /**
   * All four digests run over the first MiB, since that costs less than a signature. Beyond it go on those that are expected, and SHA-1 and
   * SHA-256, which are what is sent in their stead; all, when nothing is expected.
   */
  constructor(expected: readonly (DigestName | undefined)[], further: readonly As2SignedForm[] = []) {
    const named = expected.filter((name) => name !== undefined);
    this.#expected = new Set(named.length === 0 ? ALL : [...named, 'sha1', 'sha256']);
    this.#asSent = hashes();
    this.#further = further.map((form) => ({ stream: formStream(form), hashes: hashes() }));
  }

  /** First the header block with its blank line. */
  head(raw: Buffer): void {
    for (const { stream, hashes } of this.#further) update(hashes, stream.head(raw));
    const mended = withLineEnds(raw, 0);
    if (mended !== raw) {
      this.#headLineEnds = copied(this.#asSent);
      update(this.#headLineEnds, mended);
      this.#lineEnds = copied(this.#headLineEnds);
    }
    update(this.#asSent, raw);
    this.#held?.push(raw);
    this.#byteLength += raw.length;
    this.#last = raw.at(-1) ?? 0;
  }

  /** Then the body. */
  update(piece: Buffer): void {
    for (const { stream, hashes } of this.#further) update(hashes, stream.body(piece));
    const bareAt = this.#lineEnds === null ? bareLineFeed(piece, this.#last) : 0;
    if (this.#lineEnds === null && bareAt >= 0) {
      this.#lineEnds = copied(this.#asSent);
      update(this.#lineEnds, piece.subarray(0, bareAt));
      update(
        this.#lineEnds,
        withLineEnds(piece.subarray(bareAt), bareAt === 0 ? this.#last : (piece[bareAt - 1] ?? 0)),
      );
    } else if (this.#lineEnds !== null) update(this.#lineEnds, withLineEnds(piece, this.#last));
    update(this.#asSent, piece);
    if (this.#headLineEnds !== null) update(this.#headLineEnds, piece);
    this.#last = piece.at(-1) ?? this.#last;
    if (this.#byteLength <= memoryBytesMax && this.#byteLength + piece.length > memoryBytesMax) this.#dropUnexpected();
    this.#byteLength += piece.length;
    if (this.#byteLength > memoryBytesMax) this.#held = null;
    this.#held?.push(piece);
  }

  /** All of it as it was sent; null when that is more than is held in memory. */
  whole: WholeContent = () => (this.#held === null ? null : Buffer.concat(this.#held));

  /** The digests of every form, in the order of `contentForms`, and then of those that were asked for beside. */
  forms: ContentDigests = (name) => {
    this.#result ??= this.#ended();
    return this.#result.get(name);
  };

  #ended(): Map<DigestName, readonly Buffer[]> {
    for (const { stream, hashes } of this.#further) update(hashes, stream.end());
    return new Map(
      [...this.#asSent].map(([digest, hash]) => {
        const asSent = hash.digest();
        const lineEnds = this.#lineEnds?.get(digest)?.digest() ?? asSent;
        const headLineEnds = this.#headLineEnds?.get(digest)?.digest() ?? asSent;
        return [
          digest,
          [asSent, lineEnds, headLineEnds, ...this.#further.map((one) => one.hashes.get(digest)?.digest() ?? asSent)],
        ];
      }),
    );
  }

  #dropUnexpected(): void {
    for (const hashes of [this.#asSent, this.#lineEnds, this.#headLineEnds, ...this.#further.map((one) => one.hashes)])
      for (const name of hashes?.keys() ?? []) if (!this.#expected.has(name)) hashes?.delete(name);
  }
}

const hashes = (): Hashes => new Map(ALL.map((name) => [name, createHash(name)]));
const copied = (hashes: Hashes): Hashes => new Map([...hashes].map(([name, hash]) => [name, hash.copy()]));

function update(hashes: Hashes, bytes: Buffer): void {
  if (bytes.length > 0) for (const hash of hashes.values()) hash.update(bytes);
}
