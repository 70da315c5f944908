import { expect, test } from 'vitest';
import type { ProblemCode } from '../../src/core/problem.ts';
import { createReader } from '../../src/parsers/index.ts';

const megabyte = Buffer.alloc(1024 * 1024, 'A');

test('one element of 2 GB: told, in bounded memory', () => {
  const reader = createReader();
  const codes: ProblemCode[] = [];
  const read = (bytes: Uint8Array) => {
    for (const event of reader.read(bytes))
      for (const { code } of event.kind === 'transaction' ? event.transaction.problems : event.problems)
        codes.push(code);
  };
  read(Buffer.from("UNB+UNOC:3+A:14+B:14+260101:1200+1'UNH+1+ORDERS:D:96A:UN'BGM+220+"));
  const before = process.memoryUsage.rss();
  for (let count = 0; count < 2048; count++) read(megabyte);
  expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1024 * 1024);
  read(Buffer.from("'UNT+3+1'UNZ+1+1'"));
  expect(codes).toEqual(['transaction/too-large']);
});
