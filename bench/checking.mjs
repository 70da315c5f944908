// `tallyport check` or `ack` of a whole file as a process of its own: time and peak memory.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sizeOf } from './chunks.mjs';
import { inputFile } from './generate.mjs';
import { megabytesPerSecond, print } from './measure.mjs';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const peakReporter = new URL('peak-memory.mjs', import.meta.url).href;

function run(command, path, expected) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(process.execPath, ['--import', peakReporter, main, command, path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (bytes) => {
      errors = `${errors}${bytes}`.slice(-1_000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const peak = /peak (\d+)/.exec(errors);
      if (code !== expected || peak === null) reject(new Error(`${command} ended with ${code}: ${errors}`));
      else resolve({ seconds: (performance.now() - from) / 1000, peakMegabytes: Number(peak[1]) / 1024 });
    });
  });
}

export async function checking(size) {
  for (const ending of ['x12', 'edi']) {
    const path = await inputFile(`orders-${size}.${ending}`);
    await one('check', path, ending === 'x12' ? 'X12' : 'EDIFACT', 0);
  }
}

/** `command` about a file by its name, which ends with the code that is expected. */
export async function checkingOne(command, name, what, expected) {
  await one(command, await inputFile(name), what, expected);
}

async function one(command, path, what, expected) {
  const { seconds, peakMegabytes } = await run(command, path, expected);
  print(
    `${command} of ${(sizeOf(path) / 1e6).toFixed(0)} MB ${what}`,
    megabytesPerSecond(sizeOf(path), seconds),
    `${seconds.toFixed(1)} s, peak ${peakMegabytes.toFixed(0)} MiB resident`,
  );
}
