import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather, writeGathered } from '../../src/flows/gathered.ts';
import { receiveReceipt } from '../../src/flows/outbound/deliver.ts';
import { reroute } from '../../src/flows/outbound/reroute.ts';
import type { Channel, Configuration, FallbackSettings } from '../../src/partners/configuration.ts';
import { sftpDefaults } from '../../src/partners/expand-sftp.ts';
import { lineDefaults } from '../../src/partners/line-settings.ts';
import type { SftpSettings } from '../../src/partners/sftp-settings.ts';
import { deliveryById } from '../../src/store/deliveries/delivery.ts';
import { attemptsOf } from '../../src/store/views/deliveries.ts';
import { order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { type CuttingProxy, startCuttingProxy } from '../transports/sftp/cutting-proxy.ts';
import { hasOpenSsh, makeKey, type Sshd, startSshd } from '../transports/sftp/openssh.ts';

/*
 * An 855 whose channel cannot carry it leaves by the next one of its agreement. Orders come by the folder, and our 997s go there.
 */
const root = mkdtempSync(join(tmpdir(), 'tallyport-fallback-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The example retailer with more channels, and an order of fallback for what we send. */
const withChannels =
  (settings: Readonly<Record<string, Channel['settings']>>, channel: string, fallback: FallbackSettings) =>
  (configuration: Configuration): Configuration => {
    const folder = configuration.channels.find(({ id }) => id === 'brightmart/folder');
    if (folder === undefined) throw new Error('no folder');
    return {
      ...configuration,
      channels: [
        ...configuration.channels,
        ...Object.entries(settings).map(([name, each]) => ({
          ...folder,
          id: `brightmart/${name}`,
          name,
          settings: each,
        })),
      ],
      agreements: configuration.agreements.map((agreement) =>
        agreement.partner === 'brightmart' && agreement.direction === 'out'
          ? { ...agreement, channel: `brightmart/${channel}`, fallback }
          : agreement,
      ),
    };
  };

let control = 700_000;
const order = async (gateway: TestGateway, number: string): Promise<void> => {
  await gateway.receive('brightmart/folder', order850(number, ++control));
  await gateway.settle();
};
interface Carried {
  readonly id: string;
  readonly channel_id: string;
  readonly state: string;
  readonly file_name: string;
}
/** The deliveries of an order's 855, first to last. */
const deliveriesOf = (gateway: TestGateway, number: string) =>
  gateway.rows<Carried>(
    `select y.id, y.channel_id, y.state, y.file_name from delivery y join document d on d.id = y.document_id
       join purchase_order o on o.id = d.order_id where o.number = $1 and d.kind = 'order-response' order by y.at, y.id`,
    number,
  );
const ways = async (gateway: TestGateway, number: string) =>
  (await deliveriesOf(gateway, number)).map(({ channel_id, state }) => `${channel_id.split('/')[1]} ${state}`);
const fallsOf = (gateway: TestGateway) =>
  gateway.rows<{ data: unknown }>(`select data from event where type = 'delivery/fell-over' order by id`);

describe.skipIf(!hasOpenSsh)('two SFTP servers of a partner and a mailbox on ours', () => {
  let gateway: TestGateway;
  let first: Sshd;
  let second: Sshd;
  let proxies: readonly [CuttingProxy, CuttingProxy];
  const folders = [join(root, 'first'), join(root, 'second')] as const;
  const setDown = (isDown: boolean, which: readonly (0 | 1)[] = [0, 1]): void => {
    for (const each of which) proxies[each].cut = isDown ? { way: 'down', afterBytes: 1 } : null;
  };
  const sftpTo = (sshd: Sshd, port: number, outbox: string, keyVariable: string): SftpSettings => ({
    ...sftpDefaults,
    kind: 'sftp',
    host: '127.0.0.1',
    port,
    username: sshd.username,
    hostKeys: [sshd.fingerprint],
    passwordVariable: null,
    privateKeyVariable: keyVariable,
    passphraseVariable: null,
    legacyAlgorithms: [],
    inbox: null,
    files: ['*'],
    takeWhen: 'settled',
    afterPickUp: 'leave',
    archive: null,
    outbox,
    temporaryFolder: null,
    fileName: '{message}-{controlNumber}-{deliveryId}.edi',
  });

  beforeAll(async () => {
    first = await startSshd(join(root, 'sshd-1'));
    second = await startSshd(join(root, 'sshd-2'));
    for (const folder of folders) mkdirSync(folder);
    proxies = [await startCuttingProxy(first.port), await startCuttingProxy(second.port)];
    process.env.TEST_FIRST_KEY = first.privateKeyPath;
    process.env.TEST_SECOND_KEY = second.privateKeyPath;
    gateway = await testGateway(
      withChannels(
        {
          first: sftpTo(first, proxies[0].port, folders[0], 'TEST_FIRST_KEY'),
          second: sftpTo(second, proxies[1].port, folders[1], 'TEST_SECOND_KEY'),
        },
        'first',
        { channels: ['brightmart/second', 'brightmart/web'], afterMinutes: 60, whenUnsure: 'hold' },
      ),
    );
  });
  afterAll(() => {
    for (const proxy of proxies) proxy.close();
  });

  test('a channel that fails is tried again for its time, then the next one carries the same bytes under the same name', async () => {
    setDown(true, [0]);
    await order(gateway, 'PO-FALL-1');
    expect(await ways(gateway, 'PO-FALL-1')).toEqual(['first sending']);
    gateway.clock.move(59);
    await gateway.settle();
    expect(await ways(gateway, 'PO-FALL-1')).toEqual(['first sending']);
    gateway.clock.move(120);
    await gateway.settle();
    expect(await ways(gateway, 'PO-FALL-1')).toEqual(['first replaced', 'second sent']);
    const [before, after] = await deliveriesOf(gateway, 'PO-FALL-1');
    expect(readdirSync(folders[0])).toEqual([]);
    expect(readdirSync(folders[1])).toEqual([after?.file_name]);
    expect(after?.file_name).toBe(before?.file_name);
    expect(readFileSync(join(folders[1], after?.file_name ?? ''), 'latin1')).toMatch(/^ISA\*.*ST\*855\*/s);
    expect((await fallsOf(gateway)).map(({ data }) => data)).toEqual([
      { from: 'brightmart/first', to: 'brightmart/second', failure: 'partner-unreachable', mayHaveArrived: false },
    ]);
    const attempts = await attemptsOf(gateway.database, before?.id ?? '');
    expect(attempts.length).toBe(3);
    expect(attempts.every(({ outcome, nothingSent }) => outcome === 'partner-unreachable' && nothingSent)).toBe(true);
  });

  test('in the same outage the next document tries the first channel once, and does not wait', async () => {
    await order(gateway, 'PO-FALL-2');
    expect(await ways(gateway, 'PO-FALL-2')).toEqual(['first replaced', 'second sent']);
    const [before] = await deliveriesOf(gateway, 'PO-FALL-2');
    expect((await attemptsOf(gateway.database, before?.id ?? '')).length).toBe(1);
  });

  test('once the first channel carries one, it carries them all, and its next failure has its time again', async () => {
    setDown(false);
    await order(gateway, 'PO-FALL-3');
    expect(await ways(gateway, 'PO-FALL-3')).toEqual(['first sent']);
    expect(await gateway.rows('select * from channel_trouble where channel_id = $1', 'brightmart/first')).toEqual([]);
    setDown(true, [0]);
    await order(gateway, 'PO-FALL-4');
    expect(await ways(gateway, 'PO-FALL-4')).toEqual(['first sending']);
    setDown(false);
    gateway.clock.move(30);
    await gateway.settle();
    expect(await ways(gateway, 'PO-FALL-4')).toEqual(['first sent']);
  });

  test('after the last server comes the mailbox', async () => {
    setDown(true);
    await order(gateway, 'PO-FALL-5');
    for (let hours = 0; hours < 6; hours += 3) {
      gateway.clock.move(180);
      await gateway.settle();
    }
    expect(await ways(gateway, 'PO-FALL-5')).toEqual(['first replaced', 'second replaced', 'web available']);
    expect((await fallsOf(gateway)).length).toBe(4);
    setDown(false);
  });

  test('a login that is refused takes the next channel at once: waiting would mend nothing', async () => {
    const { privateKey } = makeKey(join(root, 'stranger'));
    process.env.TEST_STRANGER_KEY = privateKey;
    const other = await testGateway(
      withChannels(
        {
          first: sftpTo(first, first.port, folders[0], 'TEST_STRANGER_KEY'),
          second: sftpTo(second, second.port, folders[1], 'TEST_SECOND_KEY'),
        },
        'first',
        { channels: ['brightmart/second'], afterMinutes: 60, whenUnsure: 'hold' },
      ),
    );
    await order(other, 'PO-FALL-6');
    expect(await ways(other, 'PO-FALL-6')).toEqual(['first replaced', 'second sent']);
    expect((await fallsOf(other)).map(({ data }) => data)).toEqual([
      { from: 'brightmart/first', to: 'brightmart/second', failure: 'partner-refused', mayHaveArrived: false },
    ]);
    // It says nothing of whether the channel is there: no trouble, and nothing is parked.
    expect(await other.rows('select * from channel_trouble')).toEqual([]);
    expect(await other.rows(`select * from work where state = 'parked'`)).toEqual([]);
  });

  test('a document goes to one place only', async () => {
    const doubles = await gateway.rows(
      `select document_id from delivery where document_id is not null and state in ('sent', 'available') group by document_id having count(*) > 1`,
    );
    expect(doubles).toEqual([]);
  });
});

describe.each(['hold', 'send'] as const)('a server that takes a file and loses its answer, %s', (whenUnsure) => {
  let gateway: TestGateway;
  let server: Server;
  const keys: string[] = [];
  let answers = false;
  beforeAll(async () => {
    server = createServer((request, response) => {
      keys.push(String(request.headers['idempotency-key']));
      request.resume().on('end', () => (answers ? response.writeHead(202).end() : request.socket.destroy()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    gateway = await testGateway(
      withChannels(
        {
          push: {
            ...lineDefaults,
            kind: 'http',
            tokenSha256: null,
            pushUrl: `http://127.0.0.1:${port}/edi`,
            pushTokenVariable: null,
            timeoutMs: 5_000,
          },
        },
        'push',
        { channels: ['brightmart/web'], afterMinutes: 0, whenUnsure },
      ),
    );
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('the document stays where a repeat is known as one, or leaves and the record says that it may arrive twice', async () => {
    await order(gateway, 'PO-LOST-1');
    gateway.clock.move(180);
    await gateway.settle();
    if (whenUnsure === 'hold') {
      expect(await ways(gateway, 'PO-LOST-1')).toEqual(['push sending']);
      // Nobody listens any more: that is certain of this attempt, and not of those before it.
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      gateway.clock.move(180);
      await gateway.settle();
      expect(await ways(gateway, 'PO-LOST-1')).toEqual(['push sending']);
      answers = true;
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      gateway.clock.move(180);
      await gateway.settle();
      expect(await ways(gateway, 'PO-LOST-1')).toEqual(['push sent']);
      expect(await fallsOf(gateway)).toEqual([]);
      expect(keys.length).toBeGreaterThan(2);
      expect(new Set(keys).size).toBe(1);
      return;
    }
    expect(await ways(gateway, 'PO-LOST-1')).toEqual(['push replaced', 'web available']);
    expect((await fallsOf(gateway)).map(({ data }) => data)).toEqual([
      { from: 'brightmart/push', to: 'brightmart/web', failure: 'partner-unreachable', mayHaveArrived: true },
    ]);
    // It had arrived: the receipt of the first channel comes late, after that of the second.
    const met = () => gateway.rows('select kind, state, met_at from expectation order by id');
    for (const { id } of (await deliveriesOf(gateway, 'PO-LOST-1')).toReversed()) {
      const delivery = await deliveryById(gateway.database, id);
      if (delivery === undefined) throw new Error('no delivery');
      const before = await met();
      await gateway.database.inTransaction(async (tx) => {
        const gathered = gather();
        await receiveReceipt(gateway.context, tx, gathered, delivery, { kind: 'fetched', detail: 'by them' });
        await writeGathered(tx, gathered);
      });
      if (delivery.channel_id === 'brightmart/push') expect(await met()).toEqual(before);
      gateway.clock.move(1);
    }
    expect(
      (await gateway.rows<{ data: unknown }>(`select data from event where type = 'delivery/arrived-twice'`)).map(
        ({ data }) => data,
      ),
    ).toMatchObject([{ channel: 'brightmart/push', alsoBy: 'brightmart/web' }]);
  });
});

describe('a server that answers and refuses', () => {
  test.each([
    [400, ['push failed']],
    [413, ['push failed']],
    [422, ['push failed']],
    [401, ['push replaced', 'web available']],
    [403, ['push replaced', 'web available']],
    [404, ['push replaced', 'web available']],
  ])('with %i: another channel carries it only where it is not the content', async (status, expected) => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const push = {
      ...lineDefaults,
      kind: 'http' as const,
      tokenSha256: null,
      pushUrl: `http://127.0.0.1:${port}/edi`,
      pushTokenVariable: null,
      timeoutMs: 5_000,
    };
    const gateway = await testGateway(
      withChannels({ push }, 'push', { channels: ['brightmart/web'], afterMinutes: 60, whenUnsure: 'hold' }),
    );
    await order(gateway, 'PO-REFUSED-1');
    expect(await ways(gateway, 'PO-REFUSED-1')).toEqual(expected);
    const [refused] = await deliveriesOf(gateway, 'PO-REFUSED-1');
    const parked = await gateway.rows<{ failure_message: string }>(
      `select failure_message from work where state = 'parked' and kind in ('compose', 'deliver')`,
    );
    // Told to whoever looks at parked work, and by nothing else that would make the channel look dead.
    expect(parked.map(({ failure_message }) => failure_message)).toEqual(
      expected.length > 1 ? [] : [expect.stringContaining(`answered ${status}`)],
    );
    expect(await gateway.rows('select * from channel_trouble')).toEqual([]);
    expect((await fallsOf(gateway)).length).toBe(expected.length - 1);
    if (expected.length === 1) {
      const newId = await gateway.database.inTransaction((tx) =>
        reroute(gateway.context, tx, refused?.id ?? '', 'web', { actor: 'person', reason: 'too large for them' }),
      );
      await gateway.settle();
      expect(await ways(gateway, 'PO-REFUSED-1')).toEqual(['push replaced', 'web available']);
      expect((await deliveriesOf(gateway, 'PO-REFUSED-1'))[1]?.id).toBe(newId);
    }
    await new Promise((resolve) => server.close(resolve));
  });
});
