import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { eventAsData, readChunks } from './reading.ts';

/*
 * Every file cut at every byte: segments, offsets and problems are the same. In two at each of its bytes where FUZZ_RUNS is set, and always where
 * the file is small; that is quadratic, so that else the cuts are taken together, every 61st byte at a time: each byte is cut at once, with
 * whole segments uncut on both sides. And byte by byte.
 */
const isLong = process.env.FUZZ_RUNS !== undefined;
const cutInTwoMax = 300;
const stride = 61;
const fileBytesMax = 64 * 1024;

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.(?:md|json|ndjson|ach|xml|yaml|problems\.txt)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));

const corpus = ['../shared/corpus', '../../shared/corpus'].find(existsSync);
if (corpus === undefined) process.stdout.write('skipped: corpus absent\n');

// envelope/ is cut by chunks.test.ts, which compares value by value.
const fixtures = filesBelow('fixtures').filter((path) => path.endsWith('.edi') && !path.includes('/envelope/'));
const others = corpus === undefined ? [] : filesBelow(corpus);

const isCutInTwo = (bytes: Uint8Array): boolean => isLong || bytes.length <= cutInTwoMax;

function* cutsInTwo(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

/** For each phase the file in pieces of `stride` bytes. */
function* cutsTogether(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let phase = 1; phase <= stride; phase++) {
    const pieces = [bytes.subarray(0, phase)];
    for (let at = phase; at < bytes.length; at += stride) pieces.push(bytes.subarray(at, at + stride));
    yield pieces;
  }
}

describe.each([
  ['fixtures', fixtures],
  ['corpus', others],
] as const)('%s', (name, paths) => {
  const files = paths
    .map((path) => ({ path, bytes: readFileSync(path) }))
    .filter(({ bytes }) => bytes.length <= fileBytesMax);
  if (files.length === 0) {
    test.skip(`no ${name}`, () => {});
    return;
  }

  test.each(files)('$path is the same wherever it is cut', ({ bytes }) => {
    const whole = fingerprint([bytes]);
    for (const pieces of isCutInTwo(bytes) ? cutsInTwo(bytes) : cutsTogether(bytes)) {
      if (fingerprint(pieces) === whole) continue;
      const sizes = pieces.map(({ length }) => length);
      expect(readChunks(pieces).map(eventAsData), `cut in ${sizes}`).toEqual(readChunks([bytes]).map(eventAsData));
      throw new Error(`cut in ${sizes}: the same values, but not the same index`);
    }
  });

  test.each(files)('$path is the same byte by byte', ({ bytes }) => {
    const single = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
    expect(fingerprint(single)).toBe(fingerprint([bytes]));
  });
});
