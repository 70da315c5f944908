import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/**
 * A socket that sends what is written to it in one turn of the event loop with one call of the system. A transaction's last statements and
 * its COMMIT then leave together, and the server runs them without being woken between; a quarter of the gateway's processor time was this call.
 */
export class GatheringSocket extends Socket {
  #isGathering = false;

  override write(chunk: Uint8Array | string, encoding?: BufferEncoding | Done, done?: Done): boolean {
    if (!this.#isGathering) {
      this.#isGathering = true;
      this.cork();
      // After the promises that are settled now: their continuations may have more to say.
      process.nextTick(() => {
        this.#isGathering = false;
        this.uncork();
      });
    }
    if (typeof encoding === 'function') return super.write(chunk, encoding);
    return encoding === undefined ? super.write(chunk, done) : super.write(chunk as string, encoding, done);
  }
}
