import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type Command, commandOf, type Report } from './protocol.ts';

/*
 * A simulated company runs as a process of its own, so that it shares nothing with the gateway but files and sockets. Its parent holds its
 * stdin open; when that closes, however the parent ended, the company goes home: no child outlives the demo.
 */
export interface Host {
  readonly tell: (report: Report) => void;
  /** Resolves when the operator has found what the checkpoint claims. */
  readonly metCheckpoint: (id: string) => Promise<void>;
  /** Called when the parent asks how things stand. */
  readonly whenAsked: (account: () => void) => void;
  /** Aborted when the parent is gone or SIGTERM came. */
  readonly signal: AbortSignal;
  /** Local wall clock. */
  readonly now: () => Date;
}

export interface ProcessStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly onTerminate: (stop: () => void) => void;
  readonly now: () => Date;
}

/**
 * Runs one company until it is done or told to stop. Gives the exit code: 0 when it was stopped or finished, 3 when it broke; the breaking
 * error has been reported before. Takes the streams so that a test can hold the other ends.
 */
export async function hosted(
  party: string,
  streams: ProcessStreams,
  run: (host: Host) => Promise<void>,
): Promise<number> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const waiting = new Map<string, () => void>();
  const met = new Set<string>();
  const accounts: (() => void)[] = [];
  const lines = createInterface({ input: streams.stdin });
  lines.on('line', (line) => obey(commandOf(line), waiting, met, accounts));
  lines.on('close', stop);
  // A parent that is gone leaves a broken pipe behind; without a listener it would end us before we tidied up.
  streams.stdout.on('error', stop);
  streams.onTerminate(stop);
  const host: Host = {
    tell: (report) => {
      if (!controller.signal.aborted) streams.stdout.write(`${JSON.stringify(report)}\n`);
    },
    metCheckpoint: (id) => (met.has(id) ? Promise.resolve() : new Promise((resolve) => waiting.set(id, resolve))),
    whenAsked: (account) => accounts.push(account),
    signal: controller.signal,
    now: streams.now,
  };
  try {
    await run(host);
    return 0;
  } catch (thrown) {
    if (controller.signal.aborted) return 0;
    host.tell({
      kind: 'failed',
      party,
      conversation: null,
      message: thrown instanceof Error ? thrown.message : String(thrown),
    });
    return 3;
  } finally {
    lines.close();
  }
}

function obey(
  command: Command | null,
  waiting: Map<string, () => void>,
  met: Set<string>,
  accounts: readonly (() => void)[],
): void {
  if (command === null) return;
  if (command.kind === 'account') {
    for (const account of accounts) account();
    return;
  }
  met.add(command.id);
  waiting.get(command.id)?.();
  waiting.delete(command.id);
}

/** Resolves when the signal is aborted. */
export const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
