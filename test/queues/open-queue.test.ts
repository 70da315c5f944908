import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { openQueue } from '../../src/queues/open-queue.ts';
import { testDatabase } from '../support/database.ts';
import { startDeafProxy } from '../support/deaf-proxy.ts';
import { onRedis, pause } from './gateway.ts';

const { url } = await testDatabase();
const id = '0198e0a4-0000-7000-8000-000000000001';
const job = { name: `${id}-1`, lane: 'business', attempts: [{ id, attempts: 1 }] } as const;

test('a database that is not there is queue-unreachable', async () => {
  const opening = openQueue({ kind: 'postgres', pool: { host: '127.0.0.1', port: 1 } });
  await expect(opening).rejects.toMatchObject({ kind: 'queue-unreachable' });
});

test('a pooler that swallows notices is refused, and told why', async () => {
  const proxy = await startDeafProxy(url);
  const opening = openQueue({ kind: 'postgres', pool: { connectionString: proxy.url } });
  await expect(opening).rejects.toMatchObject({ kind: 'config-invalid', remedy: expect.stringContaining('pooler') });
  proxy.close();
});

test('several processes may open it at once on a new database', async () => {
  const queues = await Promise.all(
    [1, 2, 3].map(() => openQueue({ kind: 'postgres', pool: { connectionString: url } })),
  );
  await queues[0]?.enqueue([job]);
  expect(await queues[1]?.lostAmong([job, { ...job, name: `${id}-2` }])).toEqual(new Set([`${id}-2`]));
  for (const queue of queues) await queue.close();
});

test('a Redis that is not there is queue-unreachable', async () => {
  await expect(openQueue({ kind: 'redis', url: 'redis://127.0.0.1:1' })).rejects.toMatchObject({
    kind: 'queue-unreachable',
  });
});

const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

describe.runIf(onRedis && hasRedisServer)('a Redis of our own', () => {
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  async function startRedis(...settings: string[]): Promise<{ url: string; stop(): Promise<void> }> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    folders.push(folder);
    const port = await freePort();
    const server = spawn('redis-server', ['--port', String(port), '--dir', folder, '--save', '', ...settings]);
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    const stop = async () => {
      server.kill('SIGKILL');
      await ended;
    };
    onTestFinished(stop);
    const redis = new Redis(port, { maxRetriesPerRequest: null });
    redis.on('error', () => {}); // it tries again until the server listens
    await redis.ping();
    await redis.quit();
    return { url: `redis://127.0.0.1:${port}`, stop };
  }

  test('one that may evict keys is refused', async () => {
    const { url: redisUrl } = await startRedis('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
    await expect(openQueue({ kind: 'redis', url: redisUrl })).rejects.toMatchObject({
      kind: 'config-invalid',
      message: expect.stringContaining('allkeys-lru'),
    });
  });

  test('one that went away is queue-unreachable soon, so that claims are given back', async () => {
    const { url: redisUrl, stop } = await startRedis();
    const queue = await openQueue({ kind: 'redis', url: redisUrl });
    await queue.enqueue([job]);
    await stop();
    await expect(queue.enqueue([job])).rejects.toMatchObject({ kind: 'queue-unreachable' });
    await expect(queue.lostAmong([job])).rejects.toMatchObject({ kind: 'queue-unreachable' });
    await queue.close();
  });

  test('a cluster is recognised, and every lane works on it', async () => {
    const { url: redisUrl } = await startRedis('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    const redis = new Redis(redisUrl);
    await redis.cluster('ADDSLOTSRANGE', 0, 16_383);
    for (let tries = 0; tries < 200 && !(await redis.cluster('INFO')).includes('cluster_state:ok'); tries += 1)
      await pause(50);
    await redis.quit();
    const queue = await openQueue({ kind: 'redis', url: redisUrl });
    const ran: string[] = [];
    const workers = await queue.startWorkers({
      lanes: { inbound: 1, business: 1, outbound: 1 },
      run: async (attempt) => void ran.push(attempt.id),
      giveBack: async () => {},
      onFailure: () => {},
    });
    const jobs = (['inbound', 'business', 'outbound'] as const).map((lane) => ({
      name: `work-${lane}-1`,
      lane,
      attempts: [1, 2].map((number) => ({ id: `work-${lane}-${number}`, attempts: 1 })),
    }));
    await queue.enqueue(jobs);
    await expect
      .poll(() => ran.toSorted(), { timeout: 10_000 })
      .toEqual(jobs.flatMap(({ attempts }) => attempts.map((attempt) => attempt.id)).toSorted());
    await workers.close();
    await queue.close();
  });
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
