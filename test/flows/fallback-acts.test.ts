import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gather, writeGathered } from '../../src/flows/gathered.ts';
import { receiveReceipt } from '../../src/flows/outbound/deliver.ts';
import { mailboxFor } from '../../src/flows/outbound/mailbox.ts';
import { repeatDelivery } from '../../src/flows/outbound/repeat-delivery.ts';
import type { Channel, Configuration, FallbackSettings } from '../../src/partners/configuration.ts';
import { lineDefaults } from '../../src/partners/line-settings.ts';
import { deliveryById } from '../../src/store/deliveries/delivery.ts';
import { insertWork } from '../../src/store/work/insert-work.ts';
import { operator } from '../http/operator.ts';
import { order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/** A partner's server that is down until it is told to come up. */
async function startPartner(): Promise<{ port: number; up(): Promise<void>; server: Server; taken: string[] }> {
  const taken: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      taken.push(String(request.headers['idempotency-key']));
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  afterAll(() => server.close());
  return { port, server, taken, up: () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve)) };
}

/** The example retailer, who is reached by HTTP first, then as the fallback says; what is acknowledged goes the same way. */
const pushedFirst =
  (port: number, fallback: FallbackSettings) =>
  (configuration: Configuration): Configuration => {
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
      agreements: configuration.agreements.map((agreement) => {
        if (agreement.partner !== 'brightmart') return agreement;
        if (agreement.direction === 'out') return { ...agreement, channel: push.id, fallback };
        return { ...agreement, fallback, acknowledgment: { ...agreement.acknowledgment, channel: push.id } };
      }),
    };
  };

let control = 750_000;
const order = async (gateway: TestGateway, number: string): Promise<void> => {
  await gateway.receive('brightmart/folder', order850(number, ++control));
  await gateway.settle();
};
interface Carried {
  readonly id: string;
  readonly channel_id: string;
  readonly state: string;
}
const WAYS = {
  '855': `select y.id, y.channel_id, y.state from delivery y join document d on d.id = y.document_id
       join purchase_order o on o.id = d.order_id where o.number = $1 and d.kind = 'order-response' order by y.at, y.id`,
  '997': `select y.id, y.channel_id, y.state from delivery y join acknowledgment a on a.id = y.acknowledgment_id
       join purchase_order o on true join document d on d.id = o.document_id join transaction t on t.id = d.transaction_id
       where o.number = $1 and a.group_id = t.group_id order by y.at, y.id`,
} as const;
const deliveriesOf = (gateway: TestGateway, message: keyof typeof WAYS, number: string) =>
  gateway.rows<Carried>(WAYS[message], number);
const ways = async (gateway: TestGateway, message: keyof typeof WAYS, number: string) =>
  (await deliveriesOf(gateway, message, number)).map(({ channel_id, state }) => `${channel_id.split('/')[1]} ${state}`);
const eventsOf = async (gateway: TestGateway, type: string) =>
  (await gateway.rows<{ data: unknown }>('select data from event where type = $1 order by id', type)).map(
    ({ data }) => data,
  );
const receiptOf = async (gateway: TestGateway, id: string, kind: 'mdn' | 'fetched') => {
  const delivery = await deliveryById(gateway.database, id);
  if (delivery === undefined) throw new Error('no delivery');
  await gateway.database.inTransaction(async (tx) => {
    const gathered = gather();
    await receiveReceipt(gateway.context, tx, gathered, delivery, { kind, detail: 'by them' });
    await writeGathered(tx, gathered);
  });
};

describe('acknowledgments', async () => {
  const partner = await startPartner();
  const gateway = await testGateway(
    // The mailbox stands in; the acknowledgments' own channel, named too as `defaults` may, is passed over.
    pushedFirst(partner.port, { channels: ['brightmart/web'], afterMinutes: 45, whenUnsure: 'hold' }),
  );
  const api = await operator(gateway);

  test('leave by the next channel as documents do, in time though the pauses between tries have grown', async () => {
    await order(gateway, 'PO-ACT-1');
    for (let minute = 0; minute < 44; minute++) {
      gateway.clock.move(1);
      await gateway.settle();
    }
    expect(await ways(gateway, '997', 'PO-ACT-1')).toEqual(['push sending']);
    expect(await ways(gateway, '855', 'PO-ACT-1')).toEqual(['push sending']);
    // Pauses of 5 s, 30 s, 2, 10, 30 and then 60 minutes: without a date the next try would come after 102 minutes.
    gateway.clock.move(2);
    await gateway.settle();
    expect(await ways(gateway, '997', 'PO-ACT-1')).toEqual(['push replaced', 'web available']);
    expect(await ways(gateway, '855', 'PO-ACT-1')).toEqual(['push replaced', 'web available']);
  });

  test('the ladder tells of the one that carried it, and the lists of both', async () => {
    const [placed] = await gateway.rows<{ id: string }>(`select id from purchase_order where number = 'PO-ACT-1'`);
    const { status, text } = await api.get(`/orders/${placed?.id}/ladder`);
    expect(status).toBe(200);
    expect(text.match(/997-\d+[^"]*/g)?.length).toBeGreaterThan(0);
    const [first, second] = await deliveriesOf(gateway, '997', 'PO-ACT-1');
    expect(await api.items('/deliveries?state=replaced')).toContainEqual(
      expect.objectContaining({ id: first?.id, channel: 'brightmart/push', replaces: null }),
    );
    expect((await api.get(`/deliveries/${second?.id}`)).body).toMatchObject({
      channel: 'brightmart/web',
      replaces: first?.id,
      state: 'available',
    });
    const { items } = (await api.get(`/timeline/acknowledgment/${await acknowledgmentOf(second?.id)}`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({ type: 'delivery/fell-over', data: expect.objectContaining({ to: 'brightmart/web' }) }),
    );
  });
  const acknowledgmentOf = async (deliveryId: string | undefined) =>
    (await gateway.rows<{ id: string }>('select acknowledgment_id as id from delivery where id = $1', deliveryId))[0]
      ?.id;
});

describe('a person', async () => {
  const partner = await startPartner();
  const gateway = await testGateway(
    pushedFirst(partner.port, { channels: ['brightmart/web'], afterMinutes: 0, whenUnsure: 'hold' }),
  );
  const api = await operator(gateway);
  const last = async (number: string) => (await deliveriesOf(gateway, '855', number)).at(-1)?.id ?? '';
  const reroute = async (number: string, channel: string) =>
    api.post(`/deliveries/${await last(number)}/reroute`, {
      channel,
      reason: 'their mailbox is never read',
      by: 'Ann',
    });

  test('takes it back from the channel that stood in, and sends it by the first one again', async () => {
    await order(gateway, 'PO-ACT-2');
    expect(await ways(gateway, '855', 'PO-ACT-2')).toEqual(['push replaced', 'web available']);
    await partner.up();
    const before = await last('PO-ACT-2');
    const { status, body } = await reroute('PO-ACT-2', 'push');
    expect({ status, body }).toMatchObject({ status: 200, body: { replaces: before, channel: 'brightmart/push' } });
    await gateway.settle();
    expect(await ways(gateway, '855', 'PO-ACT-2')).toEqual(['push replaced', 'web replaced', 'push sent']);
    expect(partner.taken.length).toBe(1);
    expect((await api.get(`/timeline/delivery/${before}`)).body.items).toContainEqual(
      expect.objectContaining({
        type: 'delivery/rerouted',
        actor: 'operator:Ann',
        reason: 'their mailbox is never read',
        data: { from: 'brightmart/web', to: 'brightmart/push', mayHaveArrived: true },
      }),
    );
    // It is theirs no more to fetch.
    const mailbox = mailboxFor(gateway.context);
    expect((await mailbox.list('brightmart/web', 100)).map(({ id }) => id)).not.toContain(before);
    expect(await mailbox.open('brightmart/web', before)).toBeUndefined();
  });

  test('cannot reroute what has arrived, to where it goes already, to nowhere, or while it is being sent', async () => {
    expect(await reroute('PO-ACT-2', 'web')).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/is sent/) },
    });
    await new Promise((resolve) => partner.server.close(resolve));
    await order(gateway, 'PO-ACT-3');
    expect(await reroute('PO-ACT-3', 'web')).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/by brightmart\/web already/) },
    });
    expect(await reroute('PO-ACT-3', 'nowhere')).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/no channel 'nowhere'/) },
    });
    expect(await reroute('PO-ACT-3', 'push')).toMatchObject({ status: 200 });
    const held = await gateway.claim(); // a worker has it
    expect(held.map(({ subjectId }) => subjectId)).toContain(await last('PO-ACT-3'));
    expect(await reroute('PO-ACT-3', 'folder')).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/being sent at this moment/) },
    });
    for (const work of held) await gateway.run(work);
    // Both channels of the order had their turn: it stays, and waits for its next try, which a person need not wait for.
    expect(await ways(gateway, '855', 'PO-ACT-3')).toEqual(['push replaced', 'web replaced', 'push sending']);
    expect(await reroute('PO-ACT-3', 'folder')).toMatchObject({ status: 200 });
    await gateway.settle();
    expect((await ways(gateway, '855', 'PO-ACT-3')).slice(2)).toEqual(['push replaced', 'folder sent']);
    gateway.clock.move(600);
    await gateway.settle();
    expect(partner.taken.length).toBe(1);
    expect(
      await gateway.rows(
        `select kind, failure_message from work where state <> 'done' and kind in ('deliver', 'compose')`,
      ),
    ).toEqual([]);
  });
});

describe('receipts that cross', async () => {
  const partner = await startPartner();
  const gateway = await testGateway(
    pushedFirst(partner.port, { channels: ['brightmart/web'], afterMinutes: 0, whenUnsure: 'send' }),
  );

  test('the first channel answers late: what waits by the other is taken back, and fetched all the same it is told', async () => {
    await order(gateway, 'PO-ACT-4');
    const [push, web] = await deliveriesOf(gateway, '855', 'PO-ACT-4');
    await receiptOf(gateway, push?.id ?? '', 'mdn');
    expect(await ways(gateway, '855', 'PO-ACT-4')).toEqual(['push sent', 'web replaced']);
    expect(await eventsOf(gateway, 'delivery/sent')).toMatchObject([
      { channel: 'brightmart/push', withdrawn: ['brightmart/web'] },
    ]);
    gateway.clock.move(1);
    const met = () => gateway.rows('select kind, state, met_at from expectation order by id');
    const before = await met();
    const confirmed = await mailboxFor(gateway.context).confirm('brightmart/web', web?.id ?? '', {
      kind: 'fetched',
      detail: 'they had it open',
    });
    expect(confirmed).toBe(true);
    expect(await eventsOf(gateway, 'delivery/arrived-twice')).toMatchObject([
      { channel: 'brightmart/web', alsoBy: 'brightmart/push' },
    ]);
    expect(await met()).toEqual(before);
  });

  test('a repeat on purpose is no second arrival', async () => {
    await order(gateway, 'PO-ACT-5');
    const [, web] = await deliveriesOf(gateway, '855', 'PO-ACT-5');
    await receiptOf(gateway, web?.id ?? '', 'fetched');
    const earlier = await deliveryById(gateway.database, web?.id ?? '');
    if (earlier === undefined) throw new Error('no delivery');
    const repeat = await gateway.database.inTransaction(async (tx) => {
      const id = await repeatDelivery(gateway.context, tx, { ...earlier, channel_id: 'brightmart/folder' });
      await insertWork(tx, [{ kind: 'deliver', subjectId: id, fairnessKey: 'brightmart/folder' }]);
      return id;
    });
    await gateway.settle();
    expect((await deliveryById(gateway.database, repeat))?.state).toBe('sent');
    expect(await eventsOf(gateway, 'delivery/arrived-twice')).toHaveLength(1); // that of the test before
  });
});

describe('many workers', () => {
  let gateway: TestGateway;
  let partner: Awaited<ReturnType<typeof startPartner>>;
  const count = 40;
  beforeAll(async () => {
    partner = await startPartner();
    gateway = await testGateway(
      pushedFirst(partner.port, { channels: ['brightmart/web'], afterMinutes: 30, whenUnsure: 'hold' }),
    );
  });

  test('each document leaves by one channel, while the first comes and goes', async () => {
    for (let index = 0; index < count; index++)
      await gateway.receive('brightmart/folder', order850(`PO-MANY-${index}`, ++control));
    await gateway.settleAtOnce();
    gateway.clock.move(31);
    const [half] = await gateway.rows<{ half: number }>(
      'select count(*)::int / 2 as half from work where state = $1',
      'ready',
    );
    const due = await gateway.claim();
    expect(due.length).toBeGreaterThan(count);
    // The same work twice at a time, as when a lease ran out under a worker that still lives.
    await Promise.all([...due.slice(0, half?.half), ...due.slice(0, half?.half)].map((work) => gateway.run(work)));
    await partner.up();
    await Promise.all(due.slice(half?.half).map((work) => gateway.run(work)));
    for (let hours = 0; hours < 4; hours++) {
      gateway.clock.move(60);
      await gateway.settleAtOnce();
    }
    expect(
      await gateway.rows(
        `select coalesce(document_id, acknowledgment_id) as what, count(*) filter (where state in ('sent', 'available'))::int as ways
           from delivery group by 1 having count(*) filter (where state in ('sent', 'available')) <> 1`,
      ),
    ).toEqual([]);
    expect(
      await gateway.rows(
        `select state, count(*)::int from delivery where state not in ('sent', 'available', 'replaced') group by 1`,
      ),
    ).toEqual([]);
    const [sent] = await gateway.rows<{ count: number }>(
      `select count(*)::int as count from delivery where state = 'sent' and channel_id = 'brightmart/push'`,
    );
    expect(sent?.count).toBeGreaterThan(0);
    expect(partner.taken.length).toBe(sent?.count);
    expect(new Set(partner.taken).size).toBe(partner.taken.length);
    const [over] = await gateway.rows<{ count: number }>(
      `select count(*)::int as count from event where type = 'delivery/fell-over'`,
    );
    expect(over?.count).toBeGreaterThan(0);
    expect((sent?.count ?? 0) + (over?.count ?? 0)).toBe(2 * count);
  });
});
