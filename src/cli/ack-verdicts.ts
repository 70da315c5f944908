import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransactionVerdict } from '../parsers/acknowledgment.ts';

/** What is kept in memory of one interchange; a quarter of a million accepted sets, a gigabyte of them, take 5 MB. */
const keptBytesMax = 16 * 1024 * 1024;
const blockBytes = 256 * 1024;

/** A stretch of the spool: one group's verdicts. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The verdicts of one interchange, in wire order, one line each: its 997s can only be written when its end has been seen. What is over
 * `keptBytesMax` goes to a temporary file, so an interchange of nothing but mistakes is answered in bounded memory too.
 */
export class VerdictSpool {
  #pending: string[] = [];
  #pendingLength = 0;
  #blocks: Buffer[] = [];
  #blocksLength = 0;
  #file: { readonly folder: string; readonly descriptor: number; length: number } | null = null;

  /** Where the next verdict will stand. */
  get end(): number {
    this.#close();
    return (this.#file?.length ?? 0) + this.#blocksLength;
  }

  add(verdict: TransactionVerdict): void {
    const { message, controlNumber, reference, codes, segments } = verdict;
    const plain = verdict.verdict === 'accepted' && codes.length + segments.length === 0;
    const row = reference === null ? [message, controlNumber] : [message, controlNumber, reference];
    const line = `${JSON.stringify(plain ? row : verdict)}\n`;
    this.#pending.push(line);
    this.#pendingLength += line.length;
    if (this.#pendingLength >= blockBytes) this.#close();
  }

  *read({ from, to }: Stretch): Generator<TransactionVerdict> {
    let rest = '';
    for (const bytes of this.#bytes(from, to)) {
      const lines = (rest + bytes.toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield verdictOf(Buffer.from(line, 'latin1').toString('utf8'));
    }
  }

  /** Forgets everything: the next interchange begins. */
  clear(): void {
    this.#pending = [];
    this.#pendingLength = 0;
    this.#blocks = [];
    this.#blocksLength = 0;
    if (this.#file !== null) ftruncateSync(this.#file.descriptor, 0);
    if (this.#file !== null) this.#file.length = 0;
  }

  /** Takes the temporary file away. */
  dispose(): void {
    if (this.#file === null) return;
    closeSync(this.#file.descriptor);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = null;
  }

  #close(): void {
    if (this.#pendingLength === 0) return;
    const block = Buffer.from(this.#pending.join(''), 'utf8');
    this.#pending = [];
    this.#pendingLength = 0;
    this.#blocks.push(block);
    this.#blocksLength += block.length;
    if (this.#blocksLength >= keptBytesMax) this.#spill();
  }

  #spill(): void {
    if (this.#file === null) {
      const folder = mkdtempSync(join(tmpdir(), 'tallyport-ack-'));
      this.#file = { folder, descriptor: openSync(join(folder, 'verdicts'), 'wx+', 0o600), length: 0 };
    }
    for (const block of this.#blocks) {
      for (let at = 0; at < block.length; )
        at += writeSync(this.#file.descriptor, block, at, block.length - at, this.#file.length + at);
      this.#file.length += block.length;
    }
    this.#blocks = [];
    this.#blocksLength = 0;
  }

  *#bytes(from: number, to: number): Generator<Buffer> {
    this.#close();
    const spilt = this.#file?.length ?? 0;
    for (let at = from; this.#file !== null && at < Math.min(to, spilt); ) {
      const piece = Buffer.alloc(Math.min(blockBytes, Math.min(to, spilt) - at));
      const count = readSync(this.#file.descriptor, piece, 0, piece.length, at);
      if (count === 0) throw new Error('the temporary file of verdicts was cut short');
      yield piece.subarray(0, count);
      at += count;
    }
    let begin = spilt;
    for (const block of this.#blocks) {
      const piece = block.subarray(Math.max(0, from - begin), Math.max(0, to - begin));
      if (piece.length > 0) yield piece;
      begin += block.length;
    }
  }
}

function verdictOf(line: string): TransactionVerdict {
  const row = JSON.parse(line) as TransactionVerdict | Plain;
  if (!isPlain(row)) return row;
  const [message, controlNumber, reference = null] = row;
  return { message, controlNumber, reference, verdict: 'accepted', codes: [], segments: [] };
}

type Plain = readonly [message: string, controlNumber: string, reference?: string];
const isPlain = (row: TransactionVerdict | Plain): row is Plain => Array.isArray(row);
