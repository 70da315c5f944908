import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import type { Channel } from '../../src/partners/configuration.ts';
import { lineDefaults } from '../../src/partners/line-settings.ts';
import { readAnswers } from '../support/answers.ts';
import { order850 } from '../support/brightmart.ts';
import { startProcess } from '../support/child-process.ts';
import { testGateway } from '../support/gateway.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const orderCount = 120;
const deathCount = 5;

/*
 * The first channel is down, its fallback is a folder. Who is killed while he tries leaves an attempt that nobody saw end: of that one it is
 * not certain that it gave the partner nothing, so it stays, and leaves by the first channel when that is up again.
 */
test('killed at any instant of falling over: each document leaves once, by one channel or the other', async () => {
  const taken: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      taken.push(Buffer.concat(pieces).toString('latin1'));
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => server.close());
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const on = await testGateway((configuration) => {
    const folder = configuration.channels.find(({ id }) => id === 'brightmart/folder');
    if (folder === undefined) throw new Error('no folder');
    const push: Channel = {
      ...folder,
      id: 'brightmart/push',
      name: 'push',
      settings: {
        ...lineDefaults,
        ...{ kind: 'http', tokenSha256: null, pushTokenVariable: null, timeoutMs: 5_000 },
        pushUrl: `http://127.0.0.1:${port}/edi`,
      } as Channel['settings'],
    };
    return {
      ...configuration,
      channels: [...configuration.channels, push],
      agreements: configuration.agreements.map((agreement) =>
        agreement.partner === 'brightmart' && agreement.direction === 'out'
          ? {
              ...agreement,
              channel: push.id,
              fallback: { channels: [folder.id], afterMinutes: 0, whenUnsure: 'hold' as const },
            }
          : agreement,
      ),
    };
  });
  for (let index = 0; index < orderCount; index++)
    await on.receive('brightmart/folder', order850(`FALL-${index}`, 8_000 + index), `order-${index}`);
  const script = new URL('./killed-fallback-process.ts', import.meta.url);
  const place = { databaseUrl: on.databaseUrl, dataFolder: on.dataFolder };
  const numberOf = async (sql: string): Promise<number> => (await on.rows<{ count: number }>(sql))[0]?.count ?? -1;
  const fallen = () => numberOf(`select count(*)::int as count from event where type = 'delivery/fell-over'`);
  const hurried = () =>
    on.rows(`update work set not_before = now() where state = 'ready' and not_before > now() + interval '1 second'`);
  const open = () => numberOf(`select count(*)::int as count from work where state in ('ready', 'queued')`);
  // Those that stay: an attempt of a killed process never ended. Those of them that were tried again since are settled.
  const unended = `select count(*)::int as count from delivery d where d.document_id is not null and d.channel_id = 'brightmart/push' and d.state = 'sending'
    and exists (select from delivery_attempt t where t.delivery_id = d.id and t.finished_at is null)`;
  const heldNow = () =>
    numberOf(`${unended} and exists (select from delivery_attempt t where t.delivery_id = d.id and t.nothing_sent)`);
  const reports: string[] = [];

  for (let death = 0; death < deathCount; death++) {
    const child = startProcess(script, { place });
    await child.message((text) => text === 'ready');
    // By what fell over and not by time: it dies in the middle of it however slow the machine is; the odd milliseconds find other instants.
    const until = (orderCount * (death + 1)) / (deathCount + 4);
    while ((await fallen()) + (await numberOf(unended)) < until) await pause(5);
    await pause((death * 7) % 30);
    child.child.kill('SIGKILL');
    expect(await child.ended()).toBe('SIGKILL');
    reports.push(...child.messages().filter((text) => text.startsWith('report ')));
  }
  const last = startProcess(script, { place });
  await last.message((text) => text === 'ready');
  for (;;) {
    await hurried();
    await pause(50);
    if ((await fallen()) + (await heldNow()) >= orderCount) break;
  }
  const held = await heldNow();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  while ((await open()) > 0) {
    await hurried();
    await pause(50);
  }
  last.child.kill('SIGKILL');
  await last.ended();

  const numbersIn = async (texts: Iterable<string>) =>
    (await readAnswers(new Map([...texts].map((text, index) => [`${index}`, text]))))
      .filter(({ kind }) => kind === '855')
      .map(({ segments }) => segments[1]?.split('*')[3]);
  const byFolder = await numbersIn((await on.outbox('exchange/brightmart/outbox')).values());
  const byPush = await numbersIn(taken);
  expect({ held, byPush: byPush.length }).toEqual({ held, byPush: held });
  expect([...byFolder, ...byPush].toSorted()).toEqual(
    Array.from({ length: orderCount }, (_, index) => `FALL-${index}`).toSorted(),
  );
  expect(byFolder.length).toBe(await fallen());
  expect(
    await on.rows(`select state, count(*)::int from delivery where document_id is not null group by 1 order by 1`),
  ).toEqual([
    { state: 'replaced', count: byFolder.length },
    { state: 'sent', count: orderCount },
  ]);
  expect(reports.filter((text) => text.includes(': bug:'))).toEqual([]);
}, 600_000);
