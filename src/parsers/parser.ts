import type { Acknowledgment } from './acknowledgment.ts';
import type { OutboundEnvelope, OutboundTransaction, WriteOptions } from './draft.ts';
import type { Envelope } from './envelope.ts';
import type { Reader, ReaderState, SyntaxName, Transaction } from './transaction.ts';

/** One wire format: what a folder of `parsers/` offers. Adding a format is one folder and one word in `parsers`. */
export interface Parser {
  readonly name: SyntaxName;
  readonly envelope: Envelope;
  /** Whether these first bytes of a file (64 are enough) begin an interchange of this format. */
  detect(head: Uint8Array): boolean;
  /** Reads interchanges of this format only; `createReader` of the folder's table reads any. */
  createReader(options?: { readonly state?: ReaderState }): Reader;
  /** Writes one interchange, chunk by chunk. Throws FailureError where something cannot be written. */
  writeInterchange(
    envelope: OutboundEnvelope,
    transactions: Iterable<OutboundTransaction>,
    options?: WriteOptions,
  ): Iterable<Uint8Array>;
  /** What a partner's acknowledgment says; null when the transaction is none, or not one this format reads. */
  readAcknowledgment(transaction: Transaction): Acknowledgment | null;
}
