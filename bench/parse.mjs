#!/usr/bin/env node
// Reads and writes interchanges, side by side with node-x12's stream and with JSON.parse of the same orders, in one run.
// usage: npm run build && node bench/parse.mjs ORDERS.x12|ORDERS.edi… [--json ORDERS.json] [--repeats 5]
// Every figure is the median over the repeats, in megabytes (10^6) of the file per second of wall clock; one warm-up goes before.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { X12Parser } from 'node-x12';
import { createReader, parserNamed } from '../dist/parsers/index.js';

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, repeats: { type: 'string', default: '5' } },
});
const repeats = Number(options.repeats);
const chunkBytes = 64 * 1024;

function* chunksOf(bytes) {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** Reads all; `use` gets each transaction, which is then dropped. */
function readAll(bytes, use) {
  const reader = createReader();
  let problems = 0;
  let transactions = 0;
  const take = (event) => {
    if (event.kind === 'transaction') {
      transactions++;
      problems += event.transaction.problems.length;
      use(event.transaction);
    } else problems += event.problems.length;
  };
  for (const chunk of chunksOf(bytes)) for (const event of reader.read(chunk)) take(event);
  for (const event of reader.end()) take(event);
  if (problems > 0) throw new Error(`${problems} problems in a file that should have none`);
  return transactions;
}

let characters = 0;
const everyValue = ({ segments }) => {
  for (const segment of segments) {
    for (let element = 1; element <= segment.elementCount; element++) {
      const components = segment.componentCount(element);
      for (let component = 1; component <= components; component++)
        characters += segment.value(element, component).length;
    }
  }
};

/** The same transactions as drafts, to be written again. */
function draftsOf(bytes) {
  const drafts = [];
  readAll(bytes, ({ syntax, message, version, association, controlNumber, segments }) => {
    const body = segments.slice(1, -1).map((segment) => ({
      tag: segment.tag,
      elements: Array.from({ length: segment.elementCount }, (_none, index) => {
        const components = segment.componentCount(index + 1);
        if (components <= 1) return segment.value(index + 1);
        return Array.from({ length: components }, (_no, component) => segment.value(index + 1, component + 1));
      }),
    }));
    drafts.push({ controlNumber, draft: { syntax, message, version, association, segments: body } });
  });
  return drafts;
}

function envelopeFor(bytes) {
  const [first] = createReader().push(bytes.subarray(0, 4096));
  const { syntax, delimiters, version, sender, receiver } = first.header;
  const group = { functionalId: 'PO', sender: 'A1', receiver: 'B1', controlNumber: '1', version: '004010' };
  return {
    ...{ syntax, delimiters, version, sender, receiver, segmentSuffix: '', onDelimiterInData: 'refuse' },
    ...{ date: '20240115', time: '1030', interchangeControlNumber: '1', acknowledgmentRequested: false },
    ...{ usage: 'production', group: syntax === 'x12' ? group : null },
  };
}

function writeAll(envelope, drafts) {
  let written = 0;
  for (const chunk of parserNamed(envelope.syntax).writeInterchange(envelope, drafts)) written += chunk.length;
  return written;
}

async function nodeX12(bytes) {
  let segments = 0;
  for await (const _segment of Readable.from(chunksOf(bytes)).pipe(new X12Parser())) segments++;
  return segments;
}

async function median(run) {
  await run();
  const seconds = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const from = performance.now();
    await run();
    seconds.push((performance.now() - from) / 1000);
  }
  return seconds.toSorted((a, b) => a - b)[Math.floor(repeats / 2)];
}

async function report(what, bytes, run) {
  const seconds = await median(run);
  console.log(`  ${what.padEnd(44)} ${(bytes / 1e6 / seconds).toFixed(0).padStart(5)} MB/s`);
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}, median of ${repeats}`,
);
for (const file of files) {
  const bytes = readFileSync(file);
  const { length } = bytes;
  console.log(`${basename(file)}, ${length} bytes, ${readAll(bytes, () => {})} transactions`);
  await report('envelope, counts, references', length, () => readAll(bytes, () => {}));
  await report('and every segment an object', length, () => readAll(bytes, ({ segments }) => segments.length));
  await report('and every value a string', length, () => readAll(bytes, everyValue));
  if (length < 50e6) {
    const drafts = draftsOf(bytes);
    const envelope = envelopeFor(bytes);
    const written = writeAll(envelope, drafts);
    await report('write, delimiters checked', written, () => writeAll(envelope, drafts));
  }
  if (envelopeFor(bytes).syntax === 'x12') await report('node-x12 stream', length, () => nodeX12(bytes));
}
if (options.json !== undefined) {
  const text = readFileSync(options.json, 'utf8');
  const x12 = files.find((file) => readFileSync(file).subarray(0, 3).toString() === 'ISA');
  const bytes = x12 === undefined ? text.length : readFileSync(x12).length;
  await report(`JSON.parse of ${basename(options.json)}, in X12 megabytes`, bytes, () => JSON.parse(text));
}
console.log(`  peak resident ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
if (characters < 0) throw new Error('unreachable: keeps the loop from being optimised away');
