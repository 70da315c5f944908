// Loaded before the gateway by `--import`: for every statement it sends, how often, how long it waited, and what it cost the database in
// processor time (Linux counts a process's nanoseconds in /proc). Printed when the gateway ends.
import { readFileSync } from 'node:fs';
import pg from 'pg';

const rows = new Map();
const { query } = pg.Client.prototype;

function spent(client) {
  try {
    return Number(readFileSync(`/proc/${client.processID}/schedstat`, 'latin1').split(' ', 1)[0]);
  } catch {
    return 0; // not Linux
  }
}

pg.Client.prototype.query = function counted(...args) {
  const [first] = args;
  const text = (typeof first === 'string' ? first : (first?.text ?? '?'))
    .replace(/--.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  const tables = [...text.matchAll(/insert into (\w+)/gi)].map(([, name]) => name).join('+');
  const head = `${this.connectionParameters.application_name}: ${tables.length > 20 ? `writes ${tables}` : text.slice(0, 100)}`;
  const row = rows.get(head) ?? { count: 0, waited: 0, cpu: 0 };
  rows.set(head, row);
  const from = performance.now();
  const before = spent(this);
  const done = () => {
    row.count++;
    row.waited += performance.now() - from;
    row.cpu += (spent(this) - before) / 1e6;
  };
  const last = args.at(-1);
  if (typeof last === 'function')
    args[args.length - 1] = (...answer) => {
      done();
      last(...answer);
    };
  const answer = query.apply(this, args);
  if (typeof last !== 'function') answer?.then?.(done, done);
  return answer;
};

process.on('exit', () => {
  const total = [...rows.values()].reduce((sum, { cpu }) => sum + cpu, 0);
  process.stderr.write(
    `statements: ${[...rows.values()].reduce((sum, { count }) => sum + count, 0)}, ${total.toFixed(0)} ms of the database's processors\n`,
  );
  for (const [text, { count, waited, cpu }] of [...rows].toSorted((a, b) => b[1].cpu - a[1].cpu).slice(0, 60))
    process.stderr.write(
      `${String(count).padStart(7)} ${(waited / count).toFixed(2).padStart(7)} ms waited ${(cpu / count).toFixed(3).padStart(7)} ms cpu ${((100 * cpu) / total).toFixed(1).padStart(5)}%  ${text}\n`,
    );
});
