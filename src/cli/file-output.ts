import type { Commands } from './commands.ts';

/** Who reads our output has gone (`| head`): there is nothing left to do, and nothing went wrong. */
export class OutputClosed extends Error {}

/** Text for stdout, gathered so that a file of a million transactions is not a million writes. */
export interface Output {
  line(text: string): Promise<void>;
  text(text: string): Promise<void>;
  flush(): Promise<void>;
}

const gatheredMax = 32 * 1024;

/** What a pipe reports when its reader is gone: write, then the end, then what comes after both. */
export const GONE: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'EOF']);

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Writes bytes to stdout. Throws OutputClosed when nobody reads it any more. */
export async function writeOut(commands: Pick<Commands, 'write'>, bytes: Uint8Array): Promise<void> {
  try {
    await commands.write(bytes);
  } catch (error) {
    throw GONE.has(codeOf(error)) ? new OutputClosed() : error;
  }
}

export function openOutput(commands: Pick<Commands, 'write'>): Output {
  let gathered: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    if (length === 0) return;
    const bytes = Buffer.from(gathered.join(''), 'utf8');
    gathered = [];
    length = 0;
    await writeOut(commands, bytes);
  };
  const text = async (more: string): Promise<void> => {
    gathered.push(more);
    length += more.length;
    if (length >= gatheredMax) await flush();
  };
  return { text, flush, line: (more) => text(`${more}\n`) };
}

/**
 * Runs a command that writes to stdout and gives its exit code; ends quietly with 0 when the reader of stdout goes away. Without the
 * listener Node would end the process with a stack trace before the write that failed is told.
 */
export async function untilClosed(commands: Commands, run: () => Promise<number>): Promise<number> {
  const { stdout } = commands.streams;
  const ignore = (error: unknown): void => {
    if (!GONE.has(codeOf(error))) throw error;
  };
  stdout.on('error', ignore);
  try {
    return await run();
  } catch (error) {
    if (error instanceof OutputClosed) return 0;
    throw error;
  } finally {
    // The stream reports a broken pipe after the write has failed: a listener taken away at once would not hear it.
    setImmediate(() => stdout.off('error', ignore));
  }
}
