import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/*
 * What this machine says about other processes: /proc on Linux, ps elsewhere.
 */
const run = promisify(execFile);
const onLinux = process.platform === 'linux';

/** When a process started, in a form that only makes sense compared with itself; null when there is no such process. */
export async function processStart(pid: number): Promise<string | null> {
  if (!onLinux) return psField(pid, 'lstart');
  const stat = await orNull(readFile(`/proc/${pid}/stat`, 'utf8'));
  if (stat === null) return null;
  // The name in parentheses may hold blanks and parentheses: count fields from the last ')'. State is field 3, start time 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

/** Whether the process is a PostgreSQL server that works in this folder (an absolute path without links). */
export async function isPostgresIn(pid: number, folder: string): Promise<boolean> {
  if (!onLinux) {
    const command = await psField(pid, 'command');
    return (command?.includes('postgres') ?? false) && (command?.includes(folder) ?? false);
  }
  const [name, cwd] = await Promise.all([
    orNull(readFile(`/proc/${pid}/comm`, 'utf8')),
    orNull(readlink(`/proc/${pid}/cwd`)),
  ]);
  return name?.trim() === 'postgres' && cwd === folder;
}

/** One running of one machine: process ids of an earlier one mean nothing. */
export const bootId = async (): Promise<string> =>
  (onLinux ? await orNull(readFile('/proc/sys/kernel/random/boot_id', 'utf8')) : null)?.trim() ?? 'boot';

/** Containers on one machine number their processes apart. */
export const pidNamespace = async (): Promise<string> =>
  (onLinux ? await orNull(readlink('/proc/self/ns/pid')) : null) ?? 'pids';

async function psField(pid: number, field: string): Promise<string | null> {
  const answer = await orNull(run('ps', ['-o', `${field}=`, '-p', String(pid)]));
  return answer === null || answer.stdout.trim() === '' ? null : answer.stdout.trim();
}

/** A process may end between two questions: its absence is an answer, not a failure. */
const orNull = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked;
  } catch {
    return null;
  }
};
