import type { IncomingMessage } from 'node:http';
import { type AdmissionLimits, openAdmission } from '../../http/admission.ts';
import { HttpProblem } from '../../http/http-problem.ts';
import { type BodyLimits, type PacedBody, pacedBody } from '../../http/paced-body.ts';
import { memoryBytesMax, reception, turn } from '../limits.ts';

/** What of a reception a test may tighten. */
export interface ReceptionLimits extends BodyLimits, AdmissionLimits {
  readonly slowMsMin?: number;
}

/** One body on its way in. */
export interface Incoming {
  /** Read once. Its first piece comes when a turn was had. Throws HttpProblem for what the sender does wrong, 429 and 503 where no turn comes. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Waits for a turn without reading the body: for an answer that needs none of it. */
  turn(): Promise<void>;
  /** Why the body was not read to its end, when that was the sender's doing. */
  fault(): HttpProblem | null;
  /** Gives up the turn, if it has one. */
  close(): void;
}

interface Reading {
  readonly who: string;
  readonly address: string;
  readonly body: PacedBody;
}

/**
 * Takes bodies in. A turn is for work of ours, and nobody holds one by being slow:
 *
 *   up to 1 MiB    is read into memory first, which costs a slow sender's socket; the turn begins when it is all here
 *   more           has a turn of another kind, and is read as it is worked on; the slowest gives way when somebody waits
 *
 * A turn taken before the body is read makes eight sockets of a stranger, who needs no more than a partner's name, the end of that partner.
 */
export function openReception(limits: ReceptionLimits) {
  const whole = openAdmission(limits);
  const streamed = openAdmission(limits);
  const arriving = new Set<Reading>();
  const streaming = new Set<Reading>();
  const slowMsMin = limits.slowMsMin ?? reception.slowMsMin;
  let heldBytes = 0;

  /** The slowest of some that have been waited for long enough to be called slow, if any is; it is answered 408. */
  function dropSlowest(candidates: Iterable<Reading>, bytesPerSecondMin: number): void {
    let slowest: { readonly reading: Reading; readonly rate: number } | null = null;
    for (const reading of candidates) {
      const { waitedMs, bytesPerSecond: rate } = reading.body.pace();
      if (waitedMs < slowMsMin || rate >= bytesPerSecondMin) continue;
      if (slowest === null || rate < slowest.rate) slowest = { reading, rate };
    }
    slowest?.reading.body.stop(new HttpProblem(408, 'Others wait, and this body comes slowest of all.'));
  }

  function makeRoom({ address }: Reading): void {
    const alike = [...arriving].filter((other) => other.address === address);
    if (alike.length > reception.arrivingPerAddressCountMax) dropSlowest(alike, Number.POSITIVE_INFINITY);
    else if (arriving.size > reception.arrivingCountMax) dropSlowest(arriving, Number.POSITIVE_INFINITY);
  }

  async function enterStreaming(reading: Reading): Promise<() => void> {
    const drop = (): void => {
      const alike = [...streaming].filter(({ who }) => who === reading.who);
      const isOwn = alike.length >= limits.uploadsPerChannelCountMax;
      if (isOwn || streaming.size >= limits.uploadCountMax)
        dropSlowest(isOwn ? alike : streaming, reception.streamedBytesPerSecondMin);
    };
    drop();
    const timer = setInterval(drop, Math.min(slowMsMin, 1_000));
    try {
      const leave = await streamed.enterInTurn(reading.who, turn);
      streaming.add(reading);
      return () => {
        streaming.delete(reading);
        leave();
      };
    } finally {
      clearInterval(timer);
    }
  }

  function open(request: IncomingMessage, { name, address, bytesMax }: Sender): Incoming {
    const body = pacedBody(request, bytesMax, limits, slowMsMin);
    const reading: Reading = { who: `as2 ${address} ${name}`, address, body };
    let leave: (() => void) | null = null;
    let held: Buffer[] = [];
    let heldLength = 0;
    const forget = (): void => {
      heldBytes -= heldLength;
      heldLength = 0;
      held = [];
      arriving.delete(reading);
    };
    /** True when the body has ended. */
    async function readAhead(pieces: AsyncIterator<Uint8Array>): Promise<boolean> {
      arriving.add(reading);
      makeRoom(reading);
      for (;;) {
        const next = await pieces.next();
        if (next.done === true) return true;
        held = withPiece(held, Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength));
        heldLength += next.value.byteLength;
        heldBytes += next.value.byteLength;
        // With little memory left a body is streamed sooner.
        if (heldLength > (heldBytes > reception.heldBytesMax ? reception.heldAlwaysBytes : memoryBytesMax))
          return false;
      }
    }
    async function* bytes(): AsyncGenerator<Uint8Array> {
      const pieces = body.bytes[Symbol.asyncIterator]();
      const isWhole = await readAhead(pieces);
      arriving.delete(reading);
      leave ??= isWhole ? await whole.enterInTurn(reading.who, turn) : await enterStreaming(reading);
      const ahead = held;
      forget();
      yield* ahead;
      if (isWhole) return;
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
    }
    return {
      bytes: bytes(),
      async turn() {
        leave ??= await whole.enterInTurn(reading.who, turn);
      },
      fault: body.fault,
      close() {
        forget();
        leave?.();
        leave = null;
      },
    };
  }
  return { open };
}

export interface Sender {
  /** As its AS2-From says. */
  readonly name: string;
  readonly address: string;
  readonly bytesMax: number;
}

/** Small pieces are put together: a body that comes octet by octet would else cost a hundred times its length. */
function withPiece(held: Buffer[], piece: Buffer): Buffer[] {
  const last = held.at(-1);
  if (last === undefined || last.length + piece.length > 4_096) held.push(piece);
  else held[held.length - 1] = Buffer.concat([last, piece]);
  return held;
}
