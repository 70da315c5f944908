import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import { createKey } from '../../src/flows/as2/keep-key.ts';
import type { As2Settings } from '../../src/partners/as2-settings.ts';
import { insertChunks } from '../../src/store/wire/chunks.ts';
import { insertWork } from '../../src/store/work/insert-work.ts';
import { writeRows } from '../../src/store/write-rows.ts';
import { as2ChannelId, as2Partner, undated, withAs2 } from '../support/as2-channel.ts';
import { order850 } from '../support/brightmart.ts';
import { startProcess, type TestProcess } from '../support/child-process.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/* `npm run prove:as2` asks for the long one: 10,000 messages, 5,000 each way, and ten deaths. */
const messageCount = Number(process.env.AS2_EXCHANGE_MESSAGES ?? 400);
const deathCount = Number(process.env.AS2_EXCHANGE_DEATHS ?? 4);
const script = new URL('./as2-gateway-process.ts', import.meta.url);
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface Side {
  readonly gateway: TestGateway;
  readonly name: string;
  readonly port: number;
  readonly masterKey: Buffer;
  readonly certificate: string;
  process: TestProcess;
  readonly said: string[];
}

async function side(name: string): Promise<Omit<Side, 'process'>> {
  const gateway = await testGateway();
  const masterKey = randomBytes(32);
  const key = { name: name.toLowerCase(), commonName: name, organization: 'Test', kind: 'rsa-2048', validDays: 30 };
  const { certificate } = await createKey(gateway.context, masterKey, key as never, 'test');
  return { gateway, name, port: await freePort(), masterKey, certificate, said: [] };
}

type Unstarted = Omit<Side, 'process'>;

/** Tells a side of the other one. */
async function introduce(one: Unstarted, other: Unstarted, more: Partial<As2Settings>): Promise<void> {
  const { applyConfiguration, checkConfiguration } = await import('../../src/flows/apply-configuration.ts');
  const { readConfigurationFiles } = await import('../../src/library/partners.ts');
  const { context, dataFolder } = one.gateway;
  const root = new URL('../..', import.meta.url).pathname;
  const { configuration } = await checkConfiguration(context, await readConfigurationFiles(root), dataFolder);
  if (configuration === null) throw new Error('the example has faults');
  const settings: Partial<As2Settings> = {
    ourName: one.name,
    theirName: other.name,
    url: `http://127.0.0.1:${other.port}/as2`,
    ourKeys: [{ name: one.name.toLowerCase(), ...undated }],
    theirCertificates: [{ pem: other.certificate, ...undated }],
    mdnDueMinutes: 1,
    timeoutMs: 30_000,
    ...more,
  };
  await applyConfiguration(context, withAs2(() => settings)(configuration), 'test');
}

/** What a side owes: files of a sender whom nobody knows, so that they are kept and nothing answers them but AS2. Gives their digests. */
async function owe({ gateway, name }: Unstarted, count: number): Promise<readonly string[]> {
  const digests: string[] = [];
  for (let from = 0; from < count; from += 500) {
    const files = Array.from({ length: Math.min(500, count - from) }, (_, index) => {
      const number = from + index + 1;
      const bytes = Buffer.from(order850(`${name}-${number}`, number, undefined, { sender: 'NOBODYKNOWN' }));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { transmissionId: newId(), rawFileId: newId(), deliveryId: newId(), number, bytes, sha256 };
    });
    digests.push(...files.map(({ sha256 }) => sha256));
    const at = new Date();
    const channel = { channel_id: as2ChannelId, at };
    await gateway.database.inTransaction(async (tx) => {
      await writeRows(tx, {
        transmission: files.map(({ transmissionId: id }) => ({ id, direction: 'out', ...channel })) as never,
        raw_file: files.map(({ rawFileId, transmissionId, sha256, bytes }) => ({
          id: rawFileId,
          transmission_id: transmissionId,
          ordinal: 1,
          direction: 'out',
          ...channel,
          sha256: `\\x${sha256}`,
          byte_length: bytes.length,
          state: 'composed',
        })) as never,
        delivery: files.map(({ deliveryId, transmissionId, rawFileId, number }) => ({
          id: deliveryId,
          transmission_id: transmissionId,
          raw_file_id: rawFileId,
          company_id: 'harbortools',
          partner_id: as2Partner,
          usage: 'production',
          ...channel,
          file_name: `${name}-${number}.edi`,
          state: 'ready',
        })) as never,
      });
      await insertChunks(
        tx,
        files.map(({ rawFileId, bytes }) => ({ rawFileId, ordinal: 0, bytes })),
      );
      await insertWork(
        tx,
        files.map(({ deliveryId }) => ({ kind: 'deliver', subjectId: deliveryId, fairnessKey: as2ChannelId })),
      );
    });
  }
  return digests;
}

async function start({ gateway, port, masterKey }: Unstarted): Promise<TestProcess> {
  const { databaseUrl, dataFolder } = gateway;
  const place = { databaseUrl, dataFolder };
  const started = startProcess(script, { place, port, masterKey: masterKey.toString('hex') });
  await started.message((text) => text === 'ready');
  return started;
}

const numberOf = async ({ gateway }: Unstarted, sql: string): Promise<number> =>
  (await gateway.rows<{ count: number }>(sql))[0]?.count ?? -1;
const takenBy = (one: Unstarted) => numberOf(one, 'select count(*)::int as count from as2_received');
const owedBy = (one: Unstarted) =>
  numberOf(one, `select count(*)::int as count from work where state in ('ready', 'queued')`);

/**
 * A moment passes. Pauses after a failure grow to hours, and an operator who knows that the other side is back would not wait either: then
 * what failed is tried again. What looks whether a receipt came is hurried only when all have: before, it would send again what nothing happened to.
 */
async function hurried(sides: readonly Unstarted[]): Promise<void> {
  await pause(50);
  for (const { gateway } of sides)
    await gateway.database.query(
      `update work set not_before = now() where state = 'ready' and not_before > now() + interval '1 second'
         and (failures > 0 or not exists (select from delivery where state <> 'sent'))`,
    );
}

test(`${messageCount} messages both ways, one gateway killed ${deathCount} times: every message exactly once`, async () => {
  const [us, them] = [await side('US'), await side('THEM')];
  // One way the receipt comes in the answer, the other by itself: the one who dies owes receipts of both kinds.
  await introduce(us, them, { mdnUrl: `http://127.0.0.1:${us.port}/as2/mdn`, receiptHosts: ['127.0.0.1'] });
  await introduce(them, us, {});
  const each = messageCount / 2;
  const owed = { us: await owe(us, each), them: await owe(them, each) };
  const living = await start(us);
  const ends: TestProcess[] = [];
  for (let death = 0; death < deathCount; death++) {
    const mortal = await start(them);
    ends.push(mortal);
    // By messages and not by time: it dies in the middle however slow the machine is; the odd milliseconds find other instants.
    const until = (messageCount * (death + 1)) / (deathCount + 2);
    while ((await takenBy(us)) + (await takenBy(them)) < until) await hurried([us, them]);
    await pause((death * 37) % 90);
    mortal.child.kill('SIGKILL');
    expect(await mortal.ended()).toBe('SIGKILL');
  }
  ends.push(await start(them));
  while ((await owedBy(us)) + (await owedBy(them)) > 0) await hurried([us, them]);
  const said = [...living.messages(), ...ends.flatMap((one) => one.messages())];
  for (const one of [living, ends.at(-1)]) {
    one?.child.kill('SIGKILL');
    await one?.ended();
  }

  for (const [one, sent, taken] of [
    [us, owed.us, owed.them],
    [them, owed.them, owed.us],
  ] as const) {
    expect(await one.gateway.rows(`select kind, state, failure_message from work where state <> 'done'`)).toEqual([]);
    // Sent: each arrived, known by one receipt that was verified against what was sent.
    expect(await one.gateway.rows('select state, count(*)::int from delivery group by 1')).toEqual([
      { state: 'sent', count: each },
    ]);
    expect(
      await one.gateway.rows(
        `select r.kind, s.verdict ->> 'kind' as verdict, count(*)::int from receipt r join as2_sent s using (delivery_id) group by 1, 2`,
      ),
    ).toEqual([{ kind: 'mdn', verdict: 'accepted', count: each }]);
    expect(await numberOf(one, `select count(*)::int as count from event where type = 'delivery/sent'`)).toBe(each);
    // Taken: each once, octet for octet, whatever was sent again because its answer died.
    const files = await one.gateway.rows<{ sha256: string }>(
      `select encode(sha256, 'hex') as sha256 from raw_file where direction = 'in' order by 1`,
    );
    expect(files.map(({ sha256 }) => sha256)).toEqual(taken.toSorted());
    expect(
      await one.gateway.rows(
        `select count(*)::int as messages, count(distinct message_id)::int as ids, count(distinct transmission_id)::int as acts from as2_received`,
      ),
    ).toEqual([{ messages: each, ids: each, acts: each }]);
    expect(await numberOf(one, `select count(*)::int as count from event where type = 'transmission/received'`)).toBe(
      each,
    );
    expect(new Set(sent).size).toBe(each);
  }
  // Nothing was proved unless something was cut off: some messages took more than one attempt.
  const attempts = await numberOf(us, 'select count(*)::int as count from delivery_attempt');
  const again = said.filter((text) => text === 'as2 duplicate').length;
  process.stdout.write(
    `${messageCount} messages, ${deathCount} deaths: ${attempts} attempts of ${each}, ${again} known again\n`,
  );
  expect(attempts).toBeGreaterThan(each);
  expect(said.filter((text) => text.includes(': bug:'))).toEqual([]);
  expect(said.filter((text) => text === 'as2 refused')).toEqual([]);
}, 3_600_000);
