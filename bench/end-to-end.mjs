// From a file in the inbox to its 997 and 855 in the outbox, on the embedded server.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { durabilityOf, startGateway } from './gateway.mjs';
import { print } from './measure.mjs';
import { ordersOf } from './orders.mjs';
import { secondsOf, secondsOfFamily } from './processor-time.mjs';
import { x12Interchange } from './x12.mjs';

/** Past this something is stuck. */
const patienceMs = 120_000;

const sender = fileURLToPath(new URL('sender.mjs', import.meta.url));

async function countersOf({ database, processId, dataFolder }) {
  const { rows } = await database.query(
    `select (select xact_commit from pg_stat_database where datname = current_database())::float8 as commits,
       pg_current_wal_lsn() - '0/0'::pg_lsn as wal, (select count(*) from work where state = 'done')::int as jobs,
       (select wal_sync from (select sum(fsyncs) as wal_sync from pg_stat_io where object = 'wal') s)::float8 as flushes,
       (select count(*) from purchase_order)::int as orders`,
  );
  const postgres = Number(readFileSync(join(dataFolder, 'postgres', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  return { ...rows[0], wal: Number(rows[0].wal), node: secondsOf(processId), postgres: secondsOfFamily(postgres) };
}

/** Single-order interchanges, as many as are answered, for so many seconds. */
export async function endToEnd({
  seconds = 60,
  warmUpSeconds = 5,
  inFlightMax = 64,
  lines = 3,
  statements = false,
  profile = null,
}) {
  const gateway = await startGateway({ statements, profile });
  try {
    console.log(`  durable settings: ${await durabilityOf(gateway)}`);
    if (process.env.PRE) await gateway.database.query(process.env.PRE);
    const child = spawn(
      process.execPath,
      [sender, gateway.exchange, seconds, warmUpSeconds, inFlightMax, lines].map(String),
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const output = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await output.next()).value ?? 'null');
    await next();
    const before = await countersOf(gateway);
    const run = await next();
    const after = await countersOf(gateway);
    const end = await next();
    const orders = after.orders - before.orders;
    const each = (what) => (after[what] - before[what]) / orders;
    console.log(
      `  ${(run.orders / run.seconds).toFixed(1)} orders/s over ${run.seconds.toFixed(0)} s, ${inFlightMax} under way; drop to 997 and 855 written: median ${run.p50} ms, 95% ${run.p95} ms`,
    );
    console.log(
      `  per order: ${each('jobs').toFixed(2)} jobs, ${each('commits').toFixed(1)} commits, ${each('flushes').toFixed(2)} log flushes, ${(each('wal') / 1024).toFixed(1)} KiB of WAL`,
    );
    console.log(
      `  processor time per order: node ${(each('node') * 1000).toFixed(1)} ms, postgres ${(each('postgres') * 1000).toFixed(1)} ms`,
    );
    console.log(`  ${JSON.stringify(end)}`);
    if (process.env.POST) console.table((await gateway.database.query(process.env.POST)).rows);
    return { ...run };
  } finally {
    await gateway.stop();
  }
}

/** One interchange of many orders: when its 997 is there, and when all 855s are. */
export async function oneInterchange({ orders, lines = 3, statements = false, profile = null }) {
  const gateway = await startGateway({ statements, profile });
  try {
    const supply = ordersOf(2, lines);
    const numbered = Array.from({ length: orders }, (_none, at) => ({ ...supply.next().value, number: `MANY${at}` }));
    const text = x12Interchange(1, numbered);
    const hidden = join(gateway.exchange, 'inbox', '.many.part');
    writeFileSync(hidden, text);
    const from = performance.now();
    renameSync(hidden, join(gateway.exchange, 'inbox', 'many.edi'));
    const answers = { 997: 0, 855: 0 };
    const seen = new Set();
    let acknowledgedAt = Number.NaN;
    while (answers[855] < orders || answers[997] < 1) {
      await sleep(20);
      for (const name of readdirSync(join(gateway.exchange, 'outbox'))) {
        if (name.startsWith('.') || seen.has(name)) continue;
        seen.add(name);
        answers[/\b(?:997|855)\b/.exec(name)?.[0]]++;
      }
      if (answers[997] === 1) acknowledgedAt ||= performance.now();
      if (performance.now() - from > patienceMs)
        throw new Error(`only ${JSON.stringify(answers)} after ${patienceMs} ms`);
    }
    const seconds = (until) => `${((until - from) / 1000).toFixed(2)} s`;
    print(
      `${orders} orders of ${lines} lines in one interchange, ${(text.length / 1e6).toFixed(2)} MB`,
      `997 after ${seconds(acknowledgedAt)}, the last 855 after ${seconds(performance.now())}`,
    );
  } finally {
    await gateway.stop();
  }
}
