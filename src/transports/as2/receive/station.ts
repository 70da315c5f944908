import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import type { FailureError } from '../../../core/failure.ts';
import type { NewId } from '../../../core/ids.ts';
import type { BuiltMdn } from '../mdn/build.ts';
import type { Layers, OpenedFile } from '../message/open.ts';
import type { Head } from '../mime/head.ts';
import type { As2Relation } from '../relation.ts';
import type { Spooled } from '../spool.ts';
import type { FailurePace } from './failure-pace.ts';

/** A message as HTTP brought it. */
export interface As2Request {
  readonly head: Head;
  readonly body: AsyncIterable<Uint8Array>;
  readonly remote: string | null;
  /** Waits for a turn, for an answer that reads nothing of the body: reading it waits by itself. */
  readonly turn?: () => Promise<void>;
  /** The certificates a client showed over TLS, its own first. */
  readonly clientChain?: readonly X509Certificate[];
}

/** An MDN that is kept: sent in the answer, or to `url` when they asked for that. */
export interface KeptMdn extends BuiltMdn {
  readonly url: string | null;
  /** The fingerprint of ours that signed it, where it was made just now. */
  readonly signedWith?: string | null;
}

/** A message that was opened and verified whole; what becomes a Transmission with its RawFiles. */
export interface ReceivedMessage {
  readonly channelId: string;
  /** Known by this a repeat is answered as the first was; see `messageKey`. */
  readonly key: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly remote: string | null;
  readonly files: readonly OpenedFile[];
  readonly layers: Layers;
  /** Null when none was asked for. */
  readonly mdn: KeptMdn | null;
  /** The digest of what they have of us, as the MDN tells it. */
  readonly mic: string | null;
}

/** A message that was not taken, or a receipt that nobody waits for. */
export interface RefusedMessage {
  /** Null: of somebody we do not know. */
  readonly channelId: string | null;
  readonly messageId: string | null;
  readonly modifier: string;
  readonly detail: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly remote: string | null;
  /** As it came; null when it is more than is kept, or of somebody we do not know. */
  readonly body: Buffer | null;
}

/** What protocol code asks of the rest: it knows no tables. */
export interface As2Lookups {
  relationOf(theirName: string, ourName: string): Promise<As2Relation | undefined>;
  /** What a message was answered that was taken before; undefined: it was not taken. */
  earlierAnswer(key: string): Promise<{ readonly mdn: KeptMdn | null } | undefined>;
  /**
   * Takes a message: Transmission, RawFiles, the claim of its key and the MDN in one transaction. When another copy of it came first, gives
   * that one's answer. FailureError: nothing was stored, and it may come again.
   */
  take(message: ReceivedMessage): Promise<{ readonly isNew: boolean; readonly mdn: KeptMdn | null }>;
  /** Keeps what was refused, for the operator and the doctor. A failure of it never changes what the partner is answered. */
  keepRefused(refused: RefusedMessage): Promise<void>;
  /** An MDN to be posted to its address, until it arrives: of a message that was refused, or once more of one that was taken. */
  postMdn(channelId: string, mdn: KeptMdn): Promise<void>;
}

export interface Station {
  readonly failures: FailurePace;
  readonly lookups: As2Lookups;
  readonly clock: Clock;
  readonly newId: NewId;
  /** After the @ of our Message-IDs. */
  readonly host: string;
  readonly spool: (source: AsyncIterable<Uint8Array>, bytesMax: number) => Promise<Spooled>;
  readonly report: (event: As2Event) => void;
}

/** What an operator is told of an exchange; it becomes a log line and an Event. */
export type As2Event =
  | {
      readonly kind: 'taken' | 'duplicate';
      readonly channelId: string;
      readonly messageId: string;
      readonly layers: Layers | null;
    }
  | {
      readonly kind: 'refused';
      readonly channelId: string | null;
      readonly messageId: string | null;
      readonly modifier: string;
      readonly detail: string;
    }
  | { readonly kind: 'unkept'; readonly channelId: string | null; readonly message: string }
  | { readonly kind: 'failed'; readonly channelId: string; readonly messageId: string; readonly failure: FailureError };

/** What HTTP answers. Without an MDN the body is empty. */
export interface As2Answer {
  readonly status: number;
  readonly mdn: BuiltMdn | null;
  /** Why it was not taken, in a line, for an answer without an MDN. */
  readonly detail?: string;
  /** It leaves only then, and holds up nobody meanwhile. */
  readonly after?: Promise<void>;
}
