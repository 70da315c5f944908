import type { IncomingMessage } from 'node:http';
import { HttpProblem } from './http-problem.ts';

/** How slow and how large a body may be. */
export interface BodyLimits {
  readonly bodyIdleMsMax: number;
  readonly bodyGraceMs: number;
  readonly bodyBytesPerSecondMin: number;
}

export interface PacedBody {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Why the body was not read to its end, when that was the sender's doing. */
  fault(): HttpProblem | null;
  /** How long it was waited for, this moment included, and how fast it came lately: in the last one or two times `windowMs` of waiting. */
  pace(): { readonly waitedMs: number; readonly bytesPerSecond: number };
  /** Gives it up from outside, for the benefit of others. */
  stop(problem: HttpProblem): void;
}

/**
 * A request's body, read no further than `bytesMax` and given up when it comes too slowly. Only the time we wait for the sender counts:
 * a slow database of ours is not theirs to answer for.
 */
export function pacedBody(request: IncomingMessage, bytesMax: number, limits: BodyLimits, windowMs = 5_000): PacedBody {
  let fault: HttpProblem | null = null;
  const giveUp = (problem: HttpProblem): HttpProblem => {
    fault ??= problem; // the first says why; breaking off is what follows from it
    return problem;
  };
  const brokenOff = (cause: unknown): never => {
    throw giveUp(new HttpProblem(400, `The body broke off: ${cause instanceof Error ? cause.message : 'unknown'}.`));
  };
  let byteLength = 0;
  let waitedMs = 0;
  let began: number | null = null;
  // Where two windows began: measured from the older, a body that came fast and stopped is slow soon after.
  let [older, newer] = [
    { byteLength, waitedMs },
    { byteLength, waitedMs },
  ];
  const waitedNow = (): number => waitedMs + (began === null ? 0 : performance.now() - began);
  function moveWindow(): void {
    if (waitedNow() - newer.waitedMs < windowMs) return;
    older = newer;
    newer = { byteLength, waitedMs: waitedNow() };
  }
  let interrupt: (problem: HttpProblem) => void = () => undefined;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    // Not `for await`: leaving it would destroy the socket before the answer that says why.
    const pieces: AsyncIterator<Uint8Array> = request[Symbol.asyncIterator]();
    for (;;) {
      if (fault !== null) throw fault;
      began = performance.now();
      const piece = await within(
        pieces.next().catch(brokenOff),
        limits.bodyIdleMsMax,
        () => giveUp(new HttpProblem(408, `No byte came for ${limits.bodyIdleMsMax} ms.`)),
        (reject) => {
          interrupt = reject;
        },
      );
      waitedMs += performance.now() - began;
      began = null;
      if (piece.done === true) return;
      byteLength += piece.value.byteLength;
      moveWindow();
      if (byteLength > bytesMax) throw giveUp(tooLarge(bytesMax));
      if (waitedMs > limits.bodyGraceMs && byteLength * 1_000 < limits.bodyBytesPerSecondMin * waitedMs)
        throw giveUp(new HttpProblem(408, `At least ${limits.bodyBytesPerSecondMin} bytes a second are wanted.`));
      yield piece.value;
    }
  }
  return {
    bytes: bytes(),
    fault: () => fault,
    pace() {
      moveWindow();
      const spanMs = Math.max(waitedNow() - older.waitedMs, 1);
      return { waitedMs: waitedNow(), bytesPerSecond: ((byteLength - older.byteLength) * 1_000) / spanMs };
    },
    stop: (problem) => interrupt(giveUp(problem)),
  };
}

export const tooLarge = (bytesMax: number): HttpProblem =>
  new HttpProblem(413, `A file of this channel has at most ${bytesMax} bytes.`);

function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  late: () => Error,
  interruptible: (reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    interruptible(reject);
    const timer = setTimeout(() => reject(late()), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
