import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Command, type Report, reportOf } from './protocol.ts';

/** A simulated company in a process of its own, seen from its parent. */
export interface CompanyProcess {
  readonly role: string;
  tell(command: Command): void;
  /** Closes its stdin, waits, and insists. Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface StartCompany {
  /** What runs one: an executable and its arguments, to which the role is added. */
  readonly command: readonly string[];
  readonly role: string;
  readonly variable: string;
  readonly options: object;
  readonly onReport: (report: Report) => void;
}

/** 3 s to leave by itself, then SIGTERM; 2 s more, then SIGKILL: nothing of a demo stays behind. */
const leaveMsMax = 3_000;
const terminateMsMax = 2_000;

/** Starts a company. Whatever it prints beside its reports, and an end nobody asked for, becomes a report as well. */
export function startCompany({ command, role, variable, options, onReport }: StartCompany): CompanyProcess {
  const [executable, ...parameters] = command;
  if (executable === undefined) throw new RangeError('no command to start a simulated company with');
  const child = spawn(executable, [...parameters, role], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in a terminal reaches the parent alone, which then closes the doors in order.
    detached: true,
    env: { ...process.env, [variable]: JSON.stringify(options) },
  });
  let stopping = false;
  const gone = new Promise<void>((resolve) => {
    const end = (why: string) => {
      if (!stopping) onReport({ kind: 'failed', party: role, conversation: null, message: why });
      resolve();
    };
    child.once('error', (error) => end(`could not start: ${error.message}`));
    child.once('close', (code, signal) => end(`its process ended with ${signal ?? code}`));
  });
  // Writing to one that has just gone is no news: its end is told by `close`.
  child.stdin.on('error', () => undefined);
  const say = (text: string) => onReport({ kind: 'note', party: role, conversation: null, text });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const report = reportOf(line);
    if (report === null) say(line);
    else onReport(report);
  });
  createInterface({ input: child.stderr }).on('line', say);
  return {
    role,
    tell: (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
    },
    stop: () => {
      stopping = true;
      return leave(child, gone);
    },
  };
}

async function leave(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.stdin?.end();
  const insist = setTimeout(() => child.kill('SIGTERM'), leaveMsMax);
  const force = setTimeout(() => child.kill('SIGKILL'), leaveMsMax + terminateMsMax);
  await gone;
  clearTimeout(insist);
  clearTimeout(force);
}
