#!/usr/bin/env node
// Makes the inputs of the benches in bench/data: 850s, ORDERS and the same orders as JSON. The same seed gives the same bytes everywhere;
// bench/inputs.json holds their digests. usage: node bench/generate.mjs [--write-digests] [NAME…]
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { edifactFoot, edifactHead, edifactMessage, edifactText } from './edifact.mjs';
import { groupSizesOf, ordersOf } from './orders.mjs';
import { brokenX12, composedX12, escapedEdifact } from './variants.mjs';
import { x12Envelope, x12Text, x12Transaction } from './x12.mjs';

const seed = 850;
const same = (segments) => segments;
const folder = fileURLToPath(new URL('data/', import.meta.url));
const digestsPath = fileURLToPath(new URL('inputs.json', import.meta.url));
/** What is gathered before it is written. */
const pieceBytes = 1 << 20;

const sizes = { '2k': 2e3, '10m': 10e6, '100m': 100e6, '1g': 1e9 };
/** Every input by name. JSON ends at 100 MB: one string of JavaScript holds half a gigabyte. */
export const inputs = {
  ...Object.fromEntries(
    Object.entries(sizes).flatMap(([size, bytes]) =>
      [
        ['x12', writeX12],
        ['edi', writeEdifact],
        ['json', writeJson],
      ]
        .filter(([ending]) => ending !== 'json' || bytes < 1e9)
        .map(([ending, write]) => [`orders-${size}.${ending}`, { bytes, write }]),
    ),
  ),
  // Transactions of 1,000 lines; some 30 % of elements released (EDIFACT) or composite (X12); a mistake in every tenth transaction.
  'lines1000-10m.x12': { bytes: 10e6, write: (emit, bytes) => writeX12(emit, bytes, { lineCount: 1_000 }) },
  'lines1000-10m.edi': { bytes: 10e6, write: (emit, bytes) => writeEdifact(emit, bytes, { lineCount: 1_000 }) },
  'dense-10m.x12': { bytes: 10e6, write: (emit, bytes) => writeX12(emit, bytes, { change: composedX12 }) },
  'dense-10m.edi': { bytes: 10e6, write: (emit, bytes) => writeEdifact(emit, bytes, { change: escapedEdifact }) },
  'wrong-10m.x12': { bytes: 10e6, write: (emit, bytes) => writeX12(emit, bytes, { change: brokenX12 }) },
  'wrong-1g.x12': { bytes: 1e9, write: (emit, bytes) => writeX12(emit, bytes, { change: brokenX12 }) },
};

/** Below this a file is one order of `loneLines` lines. */
const loneBytesMax = 1e4;
const loneLines = 11;

/** The orders of one file, each told whether it begins a group. Whoever takes them counts what each came to. */
function* groupedOrders(bytesMax, counted, lineCount) {
  const orders = ordersOf(seed, bytesMax < loneBytesMax ? loneLines : lineCount);
  for (const size of groupSizesOf(seed)) {
    for (let at = 0; at < size; at++) {
      yield { order: orders.next().value, startsGroup: at === 0 };
      if (bytesMax < loneBytesMax || counted.bytes >= bytesMax) return;
    }
  }
}

function writeX12(emit, bytesMax, { lineCount, change = same } = {}) {
  const counted = { bytes: 0 };
  const envelope = x12Envelope(101);
  emit(x12Text([envelope.head]));
  let group = 0;
  let count = 0;
  let ordinal = 0;
  for (const { order, startsGroup } of groupedOrders(bytesMax, counted, lineCount)) {
    if (startsGroup) {
      if (group > 0) emit(x12Text([envelope.groupFoot(count, group)]));
      emit(x12Text([envelope.groupHead(++group)]));
      count = 0;
    }
    const text = x12Text(change(x12Transaction(order, String(++count).padStart(4, '0')), ordinal++));
    counted.bytes += text.length;
    emit(text);
  }
  emit(x12Text([envelope.groupFoot(count, group), envelope.foot(group)]));
}

function writeEdifact(emit, bytesMax, { lineCount, change = same } = {}) {
  const counted = { bytes: 0 };
  emit(edifactHead);
  let count = 0;
  for (const { order } of groupedOrders(bytesMax, counted, lineCount)) {
    const text = edifactText(change(edifactMessage(order, `M${String(++count).padStart(7, '0')}`)));
    counted.bytes += text.length;
    emit(text);
  }
  emit(edifactFoot(count));
}

/** What a parser would hand back, whole: segments as lists. It holds the orders of the X12 file of its size. */
function writeJson(emit, bytesMax) {
  const counted = { bytes: 0 };
  const envelope = x12Envelope(101);
  let separator = '';
  emit(`{"isa":${JSON.stringify(envelope.head)},"transactions":[`);
  for (const { order } of groupedOrders(bytesMax, counted)) {
    const segments = x12Transaction(order, '0001');
    counted.bytes += x12Text(segments).length;
    emit(`${separator}${JSON.stringify(segments)}`);
    separator = ',';
  }
  emit(']}');
}

function writeFile(path, { bytes, write }) {
  const file = openSync(`${path}.part`, 'w');
  let pieces = [];
  let held = 0;
  const flush = () => {
    const buffer = Buffer.from(pieces.join(''), 'latin1');
    writeSync(file, buffer);
    pieces = [];
    held = 0;
  };
  const emit = (text) => {
    pieces.push(text);
    held += text.length;
    if (held >= pieceBytes) flush();
  };
  write(emit, bytes);
  flush();
  closeSync(file);
  renameSync(`${path}.part`, path);
}

async function digestOf(path) {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { highWaterMark: pieceBytes })) hash.update(bytes);
  return hash.digest('hex');
}

const digests = () => (existsSync(digestsPath) ? JSON.parse(readFileSync(digestsPath, 'utf8')) : {});

/** The path of an input, made when it is absent. Throws when its bytes are not those the figures were taken with. */
export async function inputFile(name) {
  const input = inputs[name];
  if (input === undefined) throw new Error(`there is no input ${name}; there are ${Object.keys(inputs).join(', ')}`);
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${name}`;
  if (!existsSync(path)) writeFile(path, input);
  const digest = await digestOf(path);
  if (digest !== digests()[name])
    throw new Error(`${path} has SHA-256 ${digest}, bench/inputs.json says ${digests()[name]}`);
  return path;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const names = words.filter((word) => !word.startsWith('--'));
  const known = digests();
  mkdirSync(folder, { recursive: true });
  for (const name of names.length === 0 ? Object.keys(inputs) : names) {
    writeFile(`${folder}${name}`, inputs[name]);
    const digest = await digestOf(`${folder}${name}`);
    if (words.includes('--write-digests')) known[name] = digest;
    console.log(`${digest}  ${name}`);
  }
  if (words.includes('--write-digests')) writeFileSync(digestsPath, `${JSON.stringify(known, null, 2)}\n`);
}
