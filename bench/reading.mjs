// Reading: envelope and trees; with validation; with the map. Beside them, in the same run, node-x12's stream and JSON.parse.
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { X12Parser } from 'node-x12';
import { mapFunctions } from '../dist/library/map-functions.js';
import { openMaps } from '../dist/library/maps.js';
import { openStandards } from '../dist/library/standards.js';
import { createReader } from '../dist/parsers/index.js';
import { validate } from '../dist/parsers/validate.js';
import { chunksOf, sizeOf } from './chunks.mjs';
import { inputFile } from './generate.mjs';
import { megabytesPerSecond, print, secondsOf } from './measure.mjs';

const standards = openStandards();
const maps = openMaps({ standards, functions: mapFunctions });
const mapNames = { x12: 'x12/004010/850', edi: 'edifact/D96A/ORDERS' };

/** Reads all of it; `use` gets each transaction, which is then dropped. Gives how many there were. */
export function readAll(chunks, use) {
  const reader = createReader();
  let transactions = 0;
  const take = (events) => {
    for (const event of events) {
      if (event.kind === 'transaction') {
        transactions++;
        refuse(event.transaction.problems);
        use(event.transaction);
      } else refuse(event.problems);
    }
  };
  for (const chunk of chunks()) take(reader.push(chunk));
  take(reader.end());
  return transactions;
}

/** The inputs have no mistakes: a reader that finds one is wrong, and its speed tells nothing. */
function refuse(problems) {
  if (problems.length > 0) throw new Error(`a problem in a file without any: ${JSON.stringify(problems[0])}`);
}

const validated = (transaction) => {
  const { syntax, version, message } = transaction;
  const placed = validate(transaction, standards.table(syntax, version, message), {
    implied: standards.implied(message),
    balances: standards.balances(message),
  });
  refuse(placed.problems);
  return placed;
};

let kept = 0;
const steps = {
  'tree per transaction, envelope, counts, references': ({ segments }) => {
    kept += segments.length;
  },
  'and validated, all layers': (transaction) => {
    kept += validated(transaction).problems.length;
  },
  'and mapped to an order, with trace': (transaction, map) => {
    const { document, trace, problems } = map.read(validated(transaction), { currency: 'USD' });
    refuse(problems);
    kept += document.lines.length + trace.size;
  },
};

async function nodeX12(chunks) {
  let segments = 0;
  for await (const _segment of Readable.from(chunks()).pipe(new X12Parser())) segments++;
  return segments;
}

/** One size, both syntaxes. */
export async function reading(size) {
  for (const ending of ['x12', 'edi']) {
    const path = await inputFile(`orders-${size}.${ending}`);
    const bytes = sizeOf(path);
    const chunks = chunksOf(path);
    const map = maps.map(mapNames[ending]);
    console.log(
      ` ${ending === 'x12' ? 'X12 850' : 'EDIFACT ORDERS'}, ${(bytes / 1e6).toFixed(3)} MB, ${readAll(chunks, () => {})} transactions`,
    );
    const peers = [];
    let treeSeconds = 0;
    for (const [what, use] of Object.entries(steps)) {
      const seconds = await secondsOf(() => readAll(chunks, (transaction) => use(transaction, map)), bytes);
      treeSeconds ||= seconds;
      print(what, megabytesPerSecond(bytes, seconds));
    }
    if (ending === 'x12') peers.push(["node-x12's stream, loose segments, no checks", () => nodeX12(chunks)]);
    if (ending === 'x12' && bytes < 5e8) {
      const json = readFileSync(await inputFile(`orders-${size}.json`), 'utf8');
      peers.push(['JSON.parse of the same orders', () => JSON.parse(json)]);
    }
    for (const [what, run] of peers) {
      const seconds = await secondsOf(run, bytes);
      print(
        what,
        megabytesPerSecond(bytes, seconds),
        `our tree is ${(seconds / treeSeconds).toFixed(1)} times as fast`,
      );
    }
  }
  if (kept < 0) throw new Error('unreachable: keeps the loops from being optimised away');
}
