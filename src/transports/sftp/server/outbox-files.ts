import { Coverage } from './coverage.ts';
import type { Account, Audited, Outbox, Waiting } from './mailbox.ts';
import { absent, denied } from './refusal.ts';

export interface OutboxParts {
  readonly account: Account;
  readonly outbox: Outbox;
  readonly audit: (line: Pick<Audited, 'operation' | 'name' | 'byteLength' | 'outcome'>) => void;
  /** How far each delivery was read from its beginning on, by this process: one that is fetched in two goes is fetched. */
  readonly readSoFar: Map<string, number>;
}

/** Chunks held of one file that is read: two, for requests straddle them, and one ahead. */
const chunksHeldMax = 3;
const readSoFarMax = 10_000;

/** A delivery that is being read. It leaves the mailbox when all of it was read and the handle is closed. */
export class Reading {
  readonly #parts: OutboxParts;
  readonly waiting: Waiting;
  readonly #chunks = new Map<number, Promise<Uint8Array>>();
  readonly #read = new Coverage();

  constructor(parts: OutboxParts, waiting: Waiting) {
    this.#parts = parts;
    this.waiting = waiting;
    // Fetched before up to here: a client that goes on from there has it all.
    this.#read.add(0, parts.readSoFar.get(waiting.id) ?? 0);
  }

  /** The bytes from `offset` on, at most `length`; none at the end. */
  async read(offset: number, length: number): Promise<Buffer | null> {
    const { byteLength } = this.waiting;
    const to = Math.min(offset + length, byteLength);
    if (offset >= to) return null;
    const { chunkBytes } = this.#parts.outbox;
    const pieces: Uint8Array[] = [];
    for (let at = offset; at < to; ) {
      const ordinal = Math.floor(at / chunkBytes);
      const chunk = await this.#chunk(ordinal);
      const piece = chunk.subarray(at - ordinal * chunkBytes, to - ordinal * chunkBytes);
      if (piece.byteLength === 0) throw new Error('a chunk of a delivery is shorter than its row says');
      pieces.push(piece);
      at += piece.byteLength;
    }
    this.#read.add(offset, to);
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined
      ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
      : Buffer.concat(pieces);
  }

  #chunk(ordinal: number): Promise<Uint8Array> {
    const held = this.#chunks.get(ordinal);
    if (held !== undefined) return held;
    const { outbox } = this.#parts;
    const asked = outbox.chunk(this.waiting, ordinal);
    asked.catch(() => this.#chunks.delete(ordinal)); // told by whoever awaits it; asked for again by the next
    this.#chunks.set(ordinal, asked);
    const [eldest] = this.#chunks.keys();
    if (this.#chunks.size > chunksHeldMax && eldest !== undefined) this.#chunks.delete(eldest);
    return asked;
  }

  /** CLOSE by the client: a file that was read to its end is theirs. */
  async close(): Promise<void> {
    const { account, outbox, audit, readSoFar } = this.#parts;
    const { id, name, byteLength } = this.waiting;
    const isWhole = this.#read.covers(byteLength);
    if (isWhole && account.outbox.leavesWhen === 'read') await outbox.left(account.channelId, this.waiting, 'read');
    if (isWhole) readSoFar.delete(id);
    audit({
      operation: 'download',
      name,
      byteLength: this.#read.wholeUntil,
      outcome: isWhole ? 'ok' : 'not to its end',
    });
  }

  /** The connection broke: what was read may not have arrived. The last 4 MiB may still have been on their way. */
  breakOff(): void {
    const { readSoFar, audit } = this.#parts;
    const { id, name } = this.waiting;
    const safe = Math.max(0, this.#read.wholeUntil - 4 * 1024 * 1024);
    readSoFar.set(id, Math.max(safe, readSoFar.get(id) ?? 0));
    const [eldest] = readSoFar.keys();
    if (readSoFar.size > readSoFarMax && eldest !== undefined) readSoFar.delete(eldest);
    audit({ operation: 'download', name, byteLength: this.#read.wholeUntil, outcome: 'broken off' });
  }
}

export async function openForReading(parts: OutboxParts, name: string): Promise<Reading> {
  const waiting = await parts.outbox.find(parts.account.channelId, name);
  if (waiting === undefined) throw absent();
  return new Reading(parts, waiting);
}

/** REMOVE: they do not want it, or have it already. */
export async function removeWaiting({ account, outbox, audit }: OutboxParts, name: string): Promise<void> {
  if (!account.outbox.mayDelete) throw denied();
  const waiting = await outbox.find(account.channelId, name);
  if (waiting === undefined) {
    // `get` and then `rm`: it left when it was read, and the script that deletes it must not fail.
    if (await outbox.leftLately(account.channelId, name)) return;
    throw absent();
  }
  await outbox.left(account.channelId, waiting, 'deleted');
  audit({ operation: 'delete', name, byteLength: waiting.byteLength, outcome: 'ok' });
}
