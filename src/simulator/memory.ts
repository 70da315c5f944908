import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/*
 * What a simulated company must remember between two runs on one data folder: the numbers it gave out and those it has seen. It stands in
 * its own file, as a partner's system would keep it: the gateway cannot help it, nor be helped by it.
 */
export interface Memory {
  /** The next free number of a series, counted from 1 and written down before it is used: a crash skips one, never repeats one. */
  take(series: string): number;
  /** The number of a series given out last; 0 before the first. */
  last(series: string): number;
  /** True the first time a value is seen in a set, false ever after. */
  firstTime(set: string, value: string): boolean;
}

interface Remembered {
  readonly last: Record<string, number>;
  readonly seen: Record<string, string[]>;
}

/** Values kept per set; a demo of a hundred runs sees some thousand numbers. */
const seenMax = 20_000;

/**
 * The memory in `file`, empty when there is none yet. Throws when the file is there and cannot be read as what we wrote:
 * starting from one again would use numbers twice.
 */
export function rememberIn(file: string): Memory {
  const remembered = readRemembered(file);
  const seen = new Map(Object.entries(remembered.seen).map(([set, values]) => [set, new Set(values)]));
  const write = () => {
    const kept = Object.fromEntries([...seen].map(([set, values]) => [set, [...values].slice(-seenMax)]));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify({ last: remembered.last, seen: kept }));
    renameSync(`${file}.new`, file);
  };
  return {
    take(series) {
      const next = (remembered.last[series] ?? 0) + 1;
      remembered.last[series] = next;
      write();
      return next;
    },
    last: (series) => remembered.last[series] ?? 0,
    firstTime(set, value) {
      const values = seen.get(set) ?? new Set<string>();
      if (values.has(value)) return false;
      seen.set(set, values.add(value));
      write();
      return true;
    },
  };
}

function readRemembered(file: string): Remembered {
  const text = textOf(file);
  if (text === null) return { last: {}, seen: {} };
  const found: unknown = JSON.parse(text);
  if (!isRemembered(found))
    throw new Error(`${file} is not the memory of a simulated company; delete it with its data folder`);
  return found;
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isRemembered = (value: unknown): value is Remembered =>
  isRecord(value) &&
  isRecord(value.last) &&
  Object.values(value.last).every((number) => Number.isSafeInteger(number)) &&
  isRecord(value.seen) &&
  Object.values(value.seen).every((set) => Array.isArray(set) && set.every((one) => typeof one === 'string'));
