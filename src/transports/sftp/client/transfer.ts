import { FailureError } from '../../../core/failure.ts';
import { remoteReadBytes, remoteReadsInFlightMax, remoteWriteBytes, remoteWritesInFlightMax } from '../../limits.ts';
import type { SftpRequests } from './requests.ts';
import { Trickle } from './trickle.ts';

/*
 * Many requests in flight over one handle: with one at a time a 50 ms line carries 0.6 MB/s, whatever its width. Memory is bounded by
 * what is in flight.
 */

/** A file's bytes, exactly as many as the listing said; a FailureError when the server has more or fewer, or another size by now. */
export async function* readPipelined(
  requests: SftpRequests,
  path: string,
  byteLength: number,
): AsyncGenerator<Uint8Array> {
  const handle = await requests.askFor<Buffer>('OPEN', (sftp, answer) => sftp.open(path, 'r', answer));
  const trickle = new Trickle();
  const flight: { readonly piece: Promise<Buffer>; readonly length: number }[] = [];
  try {
    let asked = 0;
    let got = 0;
    while (got === asked - inFlight(flight) && got < byteLength) {
      while (asked < byteLength && flight.length < remoteReadsInFlightMax) {
        const length = Math.min(remoteReadBytes, byteLength - asked);
        const piece = readWhole({ requests, handle, trickle }, asked, length);
        piece.catch(() => undefined); // told by whoever awaits it, or by the first that failed
        flight.push({ piece, length });
        asked += length;
      }
      const piece = await flight.shift()?.piece;
      if (piece === undefined || piece.byteLength === 0) break;
      got += piece.byteLength;
      yield piece;
      trickle.restart();
    }
    const more = got === byteLength ? await readSome(requests, handle, Buffer.allocUnsafe(1), 0, 1, byteLength) : 0;
    if (got !== byteLength || more > 0)
      throw new FailureError(
        'partner-unreachable',
        `${path} has ${more > 0 ? 'more' : 'fewer'} than the ${byteLength} bytes it was listed with.`,
      );
  } finally {
    await Promise.allSettled(flight.map(({ piece }) => piece));
    await requests.tell('CLOSE', (sftp, answer) => sftp.close(handle, answer)).catch(() => undefined); // the bytes are ours; a handle left open is not
  }
}

/** Bytes asked for and not yet looked at: a piece that came short shows as a gap, and nothing after it is of use. */
const inFlight = (flight: readonly { readonly length: number }[]): number =>
  flight.reduce((sum, { length }) => sum + length, 0);

interface Open {
  readonly requests: SftpRequests;
  readonly handle: Buffer;
  readonly trickle: Trickle;
}

/** One piece, asked for again from where the server stopped short: it may answer with less than was asked. */
async function readWhole({ requests, handle, trickle }: Open, from: number, length: number): Promise<Buffer> {
  const piece = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const count = await readSome(requests, handle, piece, got, length - got, from + got);
    if (count === 0) break;
    got += count;
    if (trickle.came(count)) throw requests.giveUp('the file comes by single bytes');
  }
  return got === length ? piece : piece.subarray(0, got);
}

/** 0 at the end of the file. */
function readSome(
  requests: SftpRequests,
  handle: Buffer,
  into: Buffer,
  at: number,
  length: number,
  position: number,
): Promise<number> {
  return requests.ask<number>('READ', (sftp, answer) =>
    sftp.read(handle, into, at, length, position, (error: (Error & { code?: number }) | undefined, count: number) => {
      if (error?.code === 1) answer(undefined, 0);
      else answer(error, count);
    }),
  );
}

/** Writes a new file, or empties one that is there (not with `isNew`); gives how many bytes the server confirmed. */
export async function writePipelined(
  requests: SftpRequests,
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  { isNew }: { readonly isNew: boolean },
): Promise<number> {
  const handle = await requests.askFor<Buffer>('OPEN', (sftp, answer) => sftp.open(path, isNew ? 'wx' : 'w', answer));
  let sent = 0;
  let isOpen = true;
  try {
    const flight = new Set<Promise<void>>();
    let failure: unknown;
    const write = (piece: Buffer, position: number): void => {
      const answered = requests
        .tell('WRITE', (sftp, answer) => sftp.write(handle, piece, 0, piece.byteLength, position, answer))
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => flight.delete(answered));
      flight.add(answered);
    };
    for await (const whole of bytes) {
      const buffer = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
      for (let at = 0; at < buffer.byteLength; at += remoteWriteBytes) {
        const piece = buffer.subarray(at, at + remoteWriteBytes);
        write(piece, sent);
        sent += piece.byteLength;
        if (flight.size >= remoteWritesInFlightMax) await Promise.race(flight);
        if (failure !== undefined) throw failure;
      }
    }
    await Promise.all(flight);
    if (failure !== undefined) throw failure;
    // Waited for: some servers tell only here that the disk was full.
    isOpen = false;
    await requests.tell('CLOSE', (sftp, answer) => sftp.close(handle, answer));
    return sent;
  } finally {
    if (isOpen) await requests.tell('CLOSE', (sftp, answer) => sftp.close(handle, answer)).catch(() => undefined); // the first failure is the one to tell
  }
}
