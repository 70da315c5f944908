// What the figures were taken on.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

const versionOf = (name) => {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return `${name} ${JSON.parse(readFileSync(path, 'utf8')).version}`;
};

const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

export const machine = () =>
  [
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}`,
    `Node ${process.version}, tallyport ${own.version}, ${['node-x12', 'bullmq', 'pg'].map(versionOf).join(', ')}`,
  ].join('\n');

/** What else runs takes its share of the cores: said beside every figure it may have spoilt. */
export const load = () => `load ${loadavg()[0].toFixed(1)}`;
