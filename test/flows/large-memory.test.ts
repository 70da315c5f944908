import { expect, test } from 'vitest';
import { readAnswers } from '../support/answers.ts';
import { startProcess } from '../support/child-process.ts';
import { testGateway } from '../support/gateway.ts';

/**
 * What grows with a file shows in far less than a file of 200 MB, which takes minutes where two cores do everything:
 * LARGE_FILE_MB=200 asks for it.
 */
const megabytes = Number(process.env.LARGE_FILE_MB ?? 16);

test(`a file of ${megabytes} MB is received, read, closed and answered within 256 MB of memory`, async () => {
  const on = await testGateway();
  const child = startProcess(new URL('./large-file-process.mjs', import.meta.url), {
    databaseUrl: on.databaseUrl,
    dataFolder: on.dataFolder,
    byteLength: megabytes * 1024 * 1024,
    setBytes: 2_000,
  });
  const last = await child.message((text) => text.startsWith('done') || text.startsWith('failed'));
  expect(last, child.messages().join('\n')).toMatch(/^done/);
  expect(Number(last.split(' ')[1])).toBeLessThanOrEqual(256);
  const [file] = await on.rows<{ bytes: bigint; sets: number; verdict: string }>(
    `select f.byte_length as bytes, i.transaction_count as sets, i.verdict from raw_file f join interchange i on i.raw_file_id = f.id where f.direction = 'in'`,
  );
  expect(Number(file?.bytes)).toBeGreaterThanOrEqual(megabytes * 1024 * 1024);
  expect(file?.verdict).toBe('accepted');
  expect(await on.rows(`select count(*)::int as count from document where state = 'entered'`)).toEqual([
    { count: file?.sets },
  ]);
  expect(await on.rows(`select count(*)::int as count from work where kind = 'process' and state = 'ready'`)).toEqual([
    { count: file?.sets },
  ]);
  const [answer] = await readAnswers(await on.outbox('exchange/brightmart/outbox'));
  expect(answer?.segments.filter((segment) => segment === 'AK5*A')).toHaveLength(file?.sets ?? 0);
  expect(answer?.segments.at(-2)).toBe(`AK9*A*${file?.sets}*${file?.sets}*${file?.sets}`);
}, 1_800_000);
