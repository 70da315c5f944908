import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { applyConfiguration, checkConfiguration, putInForce } from '../../src/flows/apply-configuration.ts';
import { createKey } from '../../src/flows/as2/keep-key.ts';
import { openKeyRing } from '../../src/flows/as2/key-ring.ts';
import { openAs2 } from '../../src/flows/as2/open-as2.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { watchConfiguration } from '../../src/flows/known-configuration.ts';
import { readConfigurationFiles } from '../../src/library/partners.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { contentOf } from '../../src/transports/as2/content.ts';
import { post } from '../../src/transports/as2/send/post.ts';
import { partnerListener } from '../../src/transports/http/listener.ts';
import { as2ChannelId, undated, withAs2 } from '../support/as2-channel.ts';
import { testGateway } from '../support/gateway.ts';

/* Two processes of one gateway: one takes `partners apply`, the other the partners' messages. */
const root = new URL('../..', import.meta.url).pathname;
const applying = await testGateway();
const masterKey = randomBytes(32);
const { certificate } = await createKey(
  applying.context,
  masterKey,
  { name: 'ours', commonName: 'ours', organization: 'Test', kind: 'p256', validDays: 30 },
  'test',
);
const database = openDatabase({ url: applying.databaseUrl });
afterAll(() => database.close());
// Its view never ages by itself, so that nothing here hangs on how fast the machine is.
const still = new Date();
const listening: FlowContext = {
  ...applying.context,
  database,
  configuration: watchConfiguration(database, { now: () => still }),
};
const as2 = openAs2(
  listening,
  { keys: openKeyRing(database, { now: () => new Date() }, masterKey), environment: {}, host: 'edi.example' },
  () => undefined,
);
const app = partnerListener({
  channelOf: async () => undefined,
  intake: { receive: async () => Promise.reject(new Error('not asked')) },
  mailbox: { list: async () => [], open: async () => undefined, confirm: async () => false },
  as2,
  report: ({ failure }) => expect(failure).toBeUndefined(),
});
const url = new URL('/as2', await app.listen({ port: 0, host: '127.0.0.1' }));
afterAll(() => app.close());

const { configuration } = await checkConfiguration(
  applying.context,
  await readConfigurationFiles(root),
  applying.dataFolder,
);
if (configuration === null) throw new Error('the example has faults');
const knowing = (theirName: string) =>
  withAs2(() => ({
    theirName,
    ourName: 'US',
    ourKeys: [{ name: 'ours', ...undated }],
    theirCertificates: [{ pem: certificate, ...undated }],
  }))(configuration);

/** What the receipt says to a message in the clear: the channel wants it signed, so who is known is told that. */
async function answerTo(from: string): Promise<string> {
  const { body } = await post(
    url,
    [
      ['AS2-Version', '1.2'],
      ['AS2-From', from],
      ['AS2-To', 'US'],
      ['Message-ID', `<${from}-${Math.random()}@them.example>`],
      ['Content-Type', 'application/edi-x12'],
      ['Disposition-Notification-To', 'them@them.example'],
    ],
    contentOf(Buffer.from('ISA*')),
    {
      timeoutMs: 20_000,
      trusted: [],
      client: null,
      basic: null,
      proxyUrl: null,
      proxyBasic: null,
      allowLoopback: true,
      chunked: false,
    },
  );
  return /disposition: .*\/(.*)/i.exec(body.toString('latin1'))?.[1]?.trim() ?? 'nothing';
}

test('a partner who was just put in force is not unknown to a process that has not seen it yet', async () => {
  expect(await answerTo('NEW')).toBe('error: unknown-trading-partner');
  await applyConfiguration(applying.context, knowing('NEW'), 'test');
  expect(await answerTo('NEW')).toBe('error: insufficient-message-security');
  expect(await answerTo('NOBODY')).toBe('error: unknown-trading-partner');
});

test('those who ask for what is in force now share one question', async () => {
  let asked = 0;
  const counting: Database = {
    ...database,
    query: (...given) => {
      asked++;
      return database.query(...given);
    },
  };
  const watch = watchConfiguration(counting, { now: () => still });
  await watch();
  const before = asked;
  await Promise.all(Array.from({ length: 100 }, () => watch('now')));
  expect(asked - before).toBe(2); // the first of them, and all who came while that was on its way
});

test('when it is in force, it is everywhere: what a process knew before has aged', async () => {
  const other = watchConfiguration(database, { now: () => new Date() });
  await other();
  await putInForce(applying.context, knowing('NEWER'), 'test');
  const names = (await other()).channels.map(({ id, settings }) => (settings.kind === 'as2' ? settings.theirName : id));
  expect(names).toContain('NEWER');
  expect((await applying.context.configuration()).channel(as2ChannelId)?.settings).toMatchObject({
    theirName: 'NEWER',
  });
});
