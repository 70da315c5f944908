// Validation alone, all layers and no map, and what starts it up; beside node-x12 and edifact in the same run.
import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import edifactParser from 'edifact/parser.js';
import edifactValidator from 'edifact/validator.js';
import { X12Parser } from 'node-x12';
import { openStandards } from '../dist/library/standards.js';
import { createReader } from '../dist/parsers/index.js';
import { validate } from '../dist/parsers/validate.js';
import { chunksOf, sizeOf } from './chunks.mjs';
import { inputFile, inputs } from './generate.mjs';
import { megabytesPerSecond, print, processorTime, secondsOf } from './measure.mjs';

const standards = openStandards();
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

function readAll(chunks, use) {
  const reader = createReader();
  const counted = { transactions: 0, problems: 0 };
  const take = (events) => {
    for (const event of events) {
      if (event.kind !== 'transaction') counted.problems += event.problems.length;
      else {
        counted.transactions++;
        counted.problems += use(event.transaction);
      }
    }
  };
  for (const chunk of chunks()) take(reader.push(chunk));
  take(reader.end());
  return counted;
}

const strict = { codes: 'reject', balancing: 'reject', characters: 'reject' };
const validated = (transaction) => {
  const { syntax, version, message } = transaction;
  const options = { policies: strict, implied: standards.implied(message), balances: standards.balances(message) };
  return validate(transaction, standards.table(syntax, version, message), options).problems.length;
};

async function nodeX12(chunks) {
  for await (const _segment of Readable.from(chunks()).pipe(new X12Parser()));
}

function edifactPackage(chunks) {
  const parser = new edifactParser(new edifactValidator());
  for (const chunk of chunks()) parser.write(chunk.toString('latin1'));
  parser.end();
}

/** One input in both syntaxes, where it has both. */
export async function validating(stem) {
  for (const ending of ['x12', 'edi']) {
    if (inputs[`${stem}.${ending}`] === undefined) continue;
    const path = await inputFile(`${stem}.${ending}`);
    const bytes = sizeOf(path);
    const chunks = chunksOf(path);
    const { transactions, problems } = readAll(chunks, validated);
    if (problems > 0 !== stem.startsWith('wrong')) throw new Error(`${problems} problems in ${path}`);
    console.log(
      ` ${stem}.${ending}: ${(bytes / 1e6).toFixed(1)} MB, ${transactions} transactions, ${problems} problems`,
    );
    const steps = {
      'tree per transaction, envelope checked': () =>
        readAll(chunks, ({ segments, problems: found }) => (segments.length > 0 ? found.length : 0)),
      'and validated, all layers, strict': () => readAll(chunks, validated),
      ...(ending === 'x12'
        ? { "node-x12's stream, loose segments": () => nodeX12(chunks) }
        : { "edifact's parser, syntax checked": () => edifactPackage(chunks) }),
    };
    for (const [what, run] of Object.entries(steps))
      print(what, megabytesPerSecond(bytes, await secondsOf(run, bytes, processorTime)));
  }
}

/** What one waits for before the first byte is judged: the tables of every version, and a whole process. */
export async function startingUp() {
  let all = 0;
  for (const [syntax, versions] of [
    ['x12', ['004010', '004030', '005010']],
    ['edifact', ['D96A', 'D01B', 'D3']],
  ]) {
    for (const version of versions) {
      const from = performance.now();
      const fresh = openStandards();
      fresh.table(syntax, version, syntax === 'x12' ? '850' : version === 'D3' ? 'CONTRL' : 'ORDERS');
      const milliseconds = performance.now() - from;
      all += milliseconds;
      print(`tables of ${version}, one message`, `${milliseconds.toFixed(1).padStart(6)} ms`);
    }
  }
  print('all of them', `${all.toFixed(1).padStart(6)} ms`);
  const path = await inputFile('orders-2k.x12');
  const runs = Array.from({ length: 5 }, () => {
    const from = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [main, 'check', path]);
    if (status !== 0) throw new Error(`check ended with ${status}: ${stderr}`);
    return performance.now() - from;
  }).toSorted((a, b) => a - b);
  print('check of 2 KB, the whole process', `${(runs[2] ?? 0).toFixed(0).padStart(6)} ms`);
}
