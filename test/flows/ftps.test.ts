import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificatesLeft, tellExpiring } from '../../src/flows/as2/expiring.ts';
import { ladderOf } from '../../src/flows/ladder.ts';
import { openReceiver } from '../../src/flows/receive.ts';
import { remoteParts } from '../../src/flows/remote-parts.ts';
import { sftpDefaults } from '../../src/partners/expand-sftp.ts';
import type { FtpsSettings } from '../../src/partners/sftp-settings.ts';
import type { InboxEvent } from '../../src/transports/directory/inbox.ts';
import { ftpsInbox } from '../../src/transports/ftps/channel.ts';
import { acknowledgmentOf, order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { hasProftpd, type Proftpd, startProftpd } from '../transports/ftps/proftpd.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-road-ftps-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.skipIf(!hasProftpd)('a partner whose FTPS server we come to', () => {
  const folder = join(root, 'theirs');
  const id = 'brightmart/folder';
  let server: Proftpd;
  let settings: FtpsSettings;
  let gateway: TestGateway;
  beforeAll(async () => {
    server = await startProftpd(join(root, 'server'));
    for (const name of ['out', 'in', 'done']) mkdirSync(join(folder, name), { recursive: true });
    process.env.TEST_ROAD_FTPS_PASSWORD = 'right-password';
    settings = {
      ...sftpDefaults,
      kind: 'ftps',
      host: '127.0.0.1',
      port: server.port,
      security: 'explicit',
      username: 'partner',
      passwordVariable: 'TEST_ROAD_FTPS_PASSWORD',
      serverCertificates: [server.certificate],
      inbox: `${folder}/out`,
      files: ['*.edi'],
      takeWhen: 'renamed',
      afterPickUp: 'archive',
      archive: `${folder}/done`,
      outbox: `${folder}/in`,
      temporaryFolder: null,
      fileName: '{message}-{controlNumber}-{deliveryId}.edi',
    };
    gateway = await testGateway((configuration) => ({
      ...configuration,
      channels: configuration.channels.map((channel) => (channel.id === id ? { ...channel, settings } : channel)),
    }));
  });

  /** Looks into their folder, as a poller does, and does all that follows. */
  const look = async (): Promise<readonly InboxEvent[]> => {
    const channel = (await gateway.context.configuration()).channel(id);
    if (channel === undefined) throw new Error('no channel');
    const events: InboxEvent[] = [];
    const parts = remoteParts(gateway.context, process.env);
    const inbox = ftpsInbox(channel, settings, parts, {
      intake: { receive: openReceiver(gateway.context) },
      clock: gateway.clock,
      report: (event) => void events.push(event),
    });
    await inbox?.look();
    await inbox?.close();
    await parts.connections.close();
    await gateway.settle();
    return events;
  };
  const rungsOf = async (number: string) => {
    const [order] = await gateway.rows<{ id: string }>('select id from purchase_order where number = $1', number);
    const ladder = await ladderOf(gateway.database, order?.id ?? '');
    return new Map(ladder?.rungs.map((rung) => [rung.rung, rung]));
  };
  /** What lies in their `in` folder, by message. */
  const delivered = (message: string): readonly string[] =>
    readdirSync(join(folder, 'in'))
      .filter((name) => name.startsWith(`${message}-`))
      .map((name) => readFileSync(join(folder, 'in', name), 'latin1'));

  test('an order is picked up, acknowledged and answered over FTPS, and its ladder tells of both ways', async () => {
    writeFileSync(join(folder, 'out', 'order.edi'), order850('PO-FTPS-1', 930_001));
    expect((await look()).map(({ kind }) => kind)).toEqual(['taken']);
    expect(gateway.failures).toEqual([]);
    expect([readdirSync(join(folder, 'out')), readdirSync(join(folder, 'done'))]).toEqual([[], ['order.edi']]);
    expect(delivered('997')).toEqual([expect.stringMatching(/^ISA\*.*AK1\*PO\*930001~\s+AK2\*850\*0001~\s+AK5\*A~/s)]);
    expect(delivered('855')).toEqual([expect.stringMatching(/^ISA\*.*BAK\*.*\*PO-FTPS-1\*/s)]);
    const rungs = await rungsOf('PO-FTPS-1');
    expect(rungs.get('order-received')).toMatchObject({ state: 'met', fileName: 'order.edi' });
    expect(rungs.get('order-acknowledged')).toMatchObject({ state: 'met', direction: 'out' });
    expect(rungs.get('response-sent')).toMatchObject({ state: 'met', direction: 'out' });
    const receipts = await gateway.rows<{ kind: string; detail: string }>(
      `select r.kind, r.detail ->> 'detail' as detail from receipt r join delivery d on d.id = r.delivery_id where d.channel_id = $1`,
      id,
    );
    expect(receipts).toEqual(
      ['997', '855'].map((message) => ({
        kind: 'renamed',
        detail: expect.stringContaining(`ftps://partner@127.0.0.1:${server.port}${folder}/in/${message}-`),
      })),
    );
  });

  test('their 997 comes the same way and meets what we waited for; the same order again is entered once', async () => {
    writeFileSync(join(folder, 'out', 'answer.edi'), acknowledgmentOf(delivered('855')[0] ?? '', 930_002));
    writeFileSync(join(folder, 'out', 'order-again.edi'), order850('PO-FTPS-1', 930_001));
    expect((await look()).map(({ kind }) => kind)).toEqual(['taken', 'taken']);
    expect((await rungsOf('PO-FTPS-1')).get('response-acknowledged')).toMatchObject({
      state: 'met',
      direction: 'in',
      fileName: 'answer.edi',
    });
    expect((await gateway.rows(`select from purchase_order where number = 'PO-FTPS-1'`)).length).toBe(1);
    expect(delivered('855').length).toBe(1);
    expect(await look()).toEqual([]);
  });

  test('a pinned certificate that ends is an Event of its channel, and among the days of the metrics', async () => {
    // It has three days, by the clock of this machine.
    const context = { ...gateway.context, clock: { now: () => new Date() } };
    expect(await certificatesLeft(context)).toEqual([
      { whose: `channel:${id}`, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), days: expect.closeTo(3, 1) },
    ]);
    expect([await tellExpiring(context), await tellExpiring(context)]).toEqual([1, 0]);
    expect(
      await gateway.rows<{ data: unknown; object: string }>(
        `select e.data ->> 'whose' as whose, o.object_kind || '/' || o.object_id as object, e.data ->> 'subject' as subject
           from event e join event_object o on o.event_id = e.id where e.type = 'certificate/expiring'`,
      ),
    ).toEqual([{ whose: `channel:${id}`, object: `channel/${id}`, subject: 'CN=ftp.test' }]);
  });
});
