import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectFtps } from '../../../src/transports/ftps/ftps-files.ts';
import { KnownTimes } from '../../../src/transports/ftps/listing.ts';
import { shareConnection } from '../../../src/transports/remote/connection.ts';
import { openRemoteInbox } from '../../../src/transports/remote/inbox.ts';
import { remoteOutbox } from '../../../src/transports/remote/outbox.ts';
import { type Cut, type CuttingProxy, startCuttingProxy } from '../sftp/cutting-proxy.ts';
import { deliveryOf, Kept } from '../sftp/world.ts';
import { hasProftpd, type Proftpd, startProftpd } from './proftpd.ts';

/*
 * The control connection is cut where SFTP's is; these cut the data connections, whose ports only the encrypted answers name. We always go
 * to the host we are logged in at, so a second loopback address leads each passive port of the server through a proxy of the same number.
 */
const root = mkdtempSync(join(tmpdir(), 'tallyport-ftps-cut-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const host = '127.0.0.2';
const portCount = 8;
/** Of a size that TLS sends in several records. */
const text = 'ISA*00*whole~\n'.repeat(3_000);

/** Below the ports that systems give to those who ask for any; the whole row must be free. */
async function proxiesOfRow(): Promise<{ readonly first: number; readonly proxies: readonly CuttingProxy[] }> {
  for (let tries = 0; tries < 50; tries++) {
    const first = 10_000 + Math.floor(Math.random() * 2_000) * 10;
    const proxies: CuttingProxy[] = [];
    try {
      for (let port = first; port < first + portCount; port++)
        proxies.push(await startCuttingProxy(port, { host, port }));
      return { first, proxies };
    } catch {
      for (const proxy of proxies) proxy.close();
    }
  }
  throw new Error('no row of free ports');
}

describe.skipIf(!hasProftpd)('data connections cut against ProFTPD', () => {
  let server: Proftpd;
  let proxies: readonly CuttingProxy[] = [];
  let controlPort = 0;
  const open: CuttingProxy[] = [];
  beforeAll(async () => {
    const row = await proxiesOfRow();
    proxies = row.proxies;
    const last = row.first + portCount - 1;
    server = await startProftpd(join(root, 'server'), { more: [`PassivePorts ${row.first} ${last}`] });
    const control = await startCuttingProxy(server.port, { host, port: 0 });
    controlPort = control.port;
    open.push(...proxies, control);
  });
  afterAll(() => {
    for (const proxy of open) proxy.close();
  });
  const cutAt = (cut: Cut | null): void => {
    for (const proxy of proxies) proxy.cut = cut;
  };
  /** The connections that were made since the last time, and how many bytes each way the longest of them carried. */
  const carried = (): Record<Cut['way'], number> => {
    const most = { up: 0, down: 0 };
    for (const { boundaries } of proxies)
      for (const way of ['up', 'down'] as const) {
        most[way] = Math.max(most[way], ...boundaries[way]);
        boundaries[way].length = 0;
      }
    return most;
  };
  /** So many places, from the first byte to the last, and one past the end, where nothing is cut. */
  const places = (total: Record<Cut['way'], number>, count: number): readonly Cut[] =>
    (['up', 'down'] as const).flatMap((way) =>
      Array.from({ length: count + 1 }, (_, n) => ({ way, afterBytes: 1 + Math.floor((n * total[way]) / count) })),
    );
  const connection = () => {
    const times = new KnownTimes();
    // Pinned: the name of the address is not in it.
    const endpoint = {
      ...server.endpoint,
      host,
      port: controlPort,
      serverCertificates: [server.certificate],
      timeoutMs: 3_000,
    };
    return shareConnection(() => connectFtps(endpoint, times), 200);
  };

  test('an upload arrives whole, and once, wherever its data connection breaks', async () => {
    const upload = async (cut: Cut | null): Promise<boolean> => {
      const folder = mkdtempSync(join(root, 'in-'));
      const shared = connection();
      const outbox = remoteOutbox({
        connection: shared,
        journal: new Kept(),
        place: 'ftps://test',
        folder,
        mode: 'rename',
        temporaryFolder: null,
        markerSuffix: '.done',
      });
      const taken: string[] = [];
      const take = (): void => {
        if (!existsSync(join(folder, '855-1.edi'))) return;
        taken.push(readFileSync(join(folder, '855-1.edi'), 'latin1'));
        rmSync(join(folder, '855-1.edi'));
      };
      cutAt(cut);
      const failed = await outbox.send(deliveryOf(text)).then(
        () => undefined,
        (failure: unknown) => failure,
      );
      take();
      cutAt(null);
      if (failed !== undefined) {
        expect(failed, JSON.stringify(cut)).toMatchObject({ kind: 'partner-unreachable' });
        await outbox.send(deliveryOf(text));
        take();
      }
      await shared.close();
      expect({ cut, taken: taken.map((each) => each === text) }).toEqual({ cut, taken: [true] });
      expect({ cut, left: readdirSync(folder) }).toEqual({ cut, left: [] });
      return failed !== undefined;
    };
    carried();
    expect(await upload(null)).toBe(false);
    const total = carried();
    expect(total.up).toBeGreaterThan(text.length);
    let cuts = 0;
    for (const cut of places(total, 12)) if (await upload(cut)) cuts++;
    expect(cuts).toBeGreaterThan(10);
  }, 120_000);

  test('a file is picked up whole, and once, wherever its listing or its transfer breaks', async () => {
    const look = async (cut: Cut | null): Promise<number> => {
      const folder = mkdtempSync(join(root, 'out-'));
      mkdirSync(join(folder, 'done'));
      writeFileSync(join(folder, 'order.edi'), text);
      const kept = new Kept();
      const shared = connection();
      let failures = 0;
      const inbox = openRemoteInbox({
        channelId: 'shop/ftps',
        connection: shared,
        place: 'ftps://test',
        folder,
        patterns: ['*.edi'],
        takeWhen: 'renamed',
        settleMs: 0,
        markerSuffix: '.done',
        after: { kind: 'archive', folder: `${folder}/done` },
        fileBytesMax: 1_000_000,
        firstInFirstOut: true,
        intake: kept,
        seen: kept,
        leases: kept,
        clock: { now: () => new Date() },
        report: (event) => {
          if (event.kind !== 'taken') failures++;
        },
      });
      cutAt(cut);
      await inbox.look().catch(() => failures++);
      cutAt(null);
      await inbox.look();
      await inbox.close();
      expect({ cut, texts: kept.texts().map((each) => each === text) }).toEqual({ cut, texts: [true] });
      expect({ cut, archived: readdirSync(join(folder, 'done')) }).toEqual({ cut, archived: ['order.edi'] });
      return failures;
    };
    carried();
    expect(await look(null)).toBe(0);
    const total = carried();
    expect(total.down).toBeGreaterThan(text.length);
    let cuts = 0;
    for (const cut of places(total, 12)) if ((await look(cut)) > 0) cuts++;
    expect(cuts).toBeGreaterThan(10);
  }, 120_000);
});
