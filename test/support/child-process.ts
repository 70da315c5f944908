import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach } from 'vitest';

// Node 20 runs no TypeScript; node-pg-migrate brings a loader that does.
const jiti = createRequire(createRequire(import.meta.url).resolve('node-pg-migrate')).resolve('jiti');
const loader = new URL('jiti-register.mjs', pathToFileURL(jiti));

export interface TestProcess {
  readonly child: ChildProcess;
  /** The next message that satisfies the condition, also when it came before; throws when the process ends without. */
  message(wanted: (text: string) => boolean): Promise<string>;
  /** All it has said so far. */
  messages(): readonly string[];
  ended(): Promise<NodeJS.Signals | number | null>;
}

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/** Runs a TypeScript file (or a JavaScript one, as it is) beside the test as a process of its own, to be killed; it talks by `process.send(text)`. */
export function startProcess(script: URL, settings: Record<string, unknown>): TestProcess {
  const child = fork(fileURLToPath(script), [JSON.stringify(settings)], {
    execArgv: script.pathname.endsWith('.mjs') ? [] : ['--import', loader.href],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  const messages: string[] = [];
  child.on('message', (text) => messages.push(String(text)));
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code)),
  );
  return {
    child,
    async message(wanted) {
      for (;;) {
        const found = messages.find(wanted);
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the process ended: ${await ended}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    messages: () => messages,
    ended: () => ended,
  };
}
