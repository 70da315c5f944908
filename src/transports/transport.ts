/*
 * OfferedFile  bytes a channel offers us, with all that is known of the act: what becomes a Transmission.
 * Intake       takes an offered file whole. It answers only after commit, and only then may the channel say 2xx or archive.
 * Delivery     bytes of ours for one channel, the same at every attempt, under the same name and idempotency key.
 * Receipt      what told us that they arrived: a rename that is done, a 2xx, a fetch that was confirmed.
 * Transport    brings a Delivery to the other side. It knows no store and no queue; retry is decided by the Failure it throws.
 */
export interface OfferedFile {
  readonly channelId: string;
  /** The same act offered again has the same key, also after a crash; null: every offer is an act of its own. At most 200 characters. */
  readonly sourceKey: string | null;
  /** As the other side called it, without control characters: a label, never a path on our disk. */
  readonly name: string | null;
  /** Lower-case names; credentials are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** The other side's address, when there is one. */
  readonly remote: string | null;
  /** Throws when the file cannot be had whole: nothing of it may then be kept. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface Received {
  readonly transmissionId: string;
  /** False when the same act was received before: nothing was stored again. */
  readonly isNew: boolean;
}

export interface Intake {
  /** FailureError when it could not be stored; nothing of it is then stored, and it may be offered again. */
  receive(file: OfferedFile): Promise<Received>;
}

export interface OutboundDelivery {
  readonly id: string;
  /** "<partner>/<name>". */
  readonly channelId: string;
  /** What the file is called on the other side; the same at every attempt. */
  readonly fileName: string;
  readonly byteLength: number;
  /** The bytes from the beginning, as often as they are asked for. */
  bytes(): AsyncIterable<Uint8Array>;
  /** Sent with every attempt, so that a repeat is known as one. */
  readonly idempotencyKey: string;
  /** "application/EDI-X12", "application/EDIFACT" (RFC 1767). */
  readonly contentType: string;
  /** No attempt came before this one: nothing can be left of it on the other side. When left out, one may have. */
  readonly isFirstAttempt?: boolean;
}

export interface Receipt {
  readonly kind: 'renamed' | 'uploaded' | 'http-accepted' | 'fetched' | 'mdn';
  /** What an operator would look for: a path, a status line. At most 300 characters. */
  readonly detail: string;
}

/** The other side has the bytes and answers for them later. Past its due time the same delivery is sent again. */
export interface ReceiptDue {
  readonly kind: 'receipt-due';
  readonly dueMs: number;
}

export interface Transport {
  /**
   * Gives the receipt, says when one is due, or that it follows (the partner fetches from a mailbox).
   * FailureError, with `nothingSent` where it is certain that the partner has none of it: `partner-unreachable`, `partner-refused-for-now`, `disk-full` (again later), `partner-refused` (`isOfContent` when it is the document they refuse), `credential-missing` (a person must act).
   */
  send(delivery: OutboundDelivery): Promise<Receipt | ReceiptDue | 'receipt-follows'>;
}
