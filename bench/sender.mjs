// A partner in a process of its own: leaves single-order interchanges in a gateway's inbox as fast as they are answered, and takes the
// answers out of the outbox. usage: sender.mjs FOLDER SECONDS WARM-UP-SECONDS IN-FLIGHT-MAX LINES; prints one line of JSON.
import { mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ordersOf } from './orders.mjs';
import { x12Interchange } from './x12.mjs';

const [folder, seconds, warmUpSeconds, inFlightMax, lines] = process.argv
  .slice(2)
  .map((text, at) => (at === 0 ? text : Number(text)));
const inbox = join(folder, 'inbox');
const outbox = join(folder, 'outbox');
mkdirSync(outbox, { recursive: true });
const lookMs = 5;

const supply = ordersOf(1, lines);
const open = new Map();
const latencies = [];
let sent = 0;
let answered = 0;

function drop() {
  const number = ++sent;
  const hidden = join(inbox, `.${number}.part`);
  writeFileSync(hidden, x12Interchange(number, [{ ...supply.next().value, number: `BENCH${number}` }]));
  open.set(number, { at: performance.now(), answers: 0 });
  renameSync(hidden, join(inbox, `850-${number}.edi`));
}

/** Which order a file answers: a 997 by its AK102, an 855 by its BAK03. */
function numberOf(text) {
  const found = /(?:AK1\*PO\*|BAK\*00\*\w+\*BENCH)(\d+)/.exec(text);
  if (found === null) throw new Error(`an answer to nothing:\n${text}`);
  if (text.includes('AK5*R') || text.includes('BAK*00*RD')) throw new Error(`an order was refused:\n${text}`);
  return Number(found[1]);
}

function fetchAnswers() {
  for (const name of readdirSync(outbox)) {
    if (name.startsWith('.')) continue;
    const path = join(outbox, name);
    const number = numberOf(readFileSync(path, 'latin1'));
    unlinkSync(path);
    const order = open.get(number);
    if (order === undefined) throw new Error(`${name} answers order ${number}, which was answered before`);
    if (++order.answers < 2) continue;
    open.delete(number);
    answered++;
    latencies.push(performance.now() - order.at);
  }
}

async function run(until) {
  while (performance.now() < until) {
    while (open.size < inFlightMax) drop();
    await sleep(lookMs);
    fetchAnswers();
  }
}

await run(performance.now() + warmUpSeconds * 1000);
process.stdout.write(`${JSON.stringify({ warm: true })}\n`);
const before = answered;
latencies.length = 0;
const from = performance.now();
await run(from + seconds * 1000);
const took = (performance.now() - from) / 1000;
const orders = answered - before;
latencies.sort((a, b) => a - b);
const share = (part) => Math.round(latencies[Math.floor(latencies.length * part)] ?? Number.NaN);
process.stdout.write(`${JSON.stringify({ orders, seconds: took, p50: share(0.5), p95: share(0.95) })}\n`);
const patienceEnds = performance.now() + 30_000;
while (open.size > 0 && performance.now() < patienceEnds) {
  await sleep(lookMs);
  fetchAnswers();
}
process.stdout.write(`${JSON.stringify({ sent, answered, unanswered: open.size })}\n`);
