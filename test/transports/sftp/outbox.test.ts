import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RemoteOutboxOptions, remoteOutbox } from '../../../src/transports/remote/outbox.ts';
import { type FileServer, servers } from '../ftps/servers.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { deliveryOf, Kept } from './world.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-sftp-outbox-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(servers.filter(({ isPresent }) => isPresent))('an upload to $name', ({ start, cuts, packetStride }) => {
  let server: FileServer;
  let folder: string;
  let kept: Kept;
  beforeAll(async () => {
    server = await start(mkdtempSync(join(root, 'server-')));
  });
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'files-'));
    kept = new Kept();
  });
  const outbox = (more: Partial<RemoteOutboxOptions> = {}) =>
    remoteOutbox({
      connection: server.connect(),
      journal: kept,
      place: 'sftp://test',
      folder,
      mode: 'rename',
      temporaryFolder: null,
      markerSuffix: '.done',
      ...more,
    });
  const there = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

  test.each([
    ['rename', { '855-1.edi': 'ISA~' }, 'renamed'],
    ['direct', { '855-1.edi': 'ISA~' }, 'uploaded'],
    ['marker', { '855-1.edi': 'ISA~', '855-1.edi.done': '' }, 'uploaded'],
  ] as const)('%s leaves the file whole, and a second attempt changes nothing', async (mode, files, kind) => {
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await outbox({ mode }).send(deliveryOf('ISA~'))).toEqual({
        kind,
        detail: `sftp://test${folder}/855-1.edi`,
      });
      expect(there()).toEqual(files);
    }
  });

  test.each(['rename', 'direct', 'marker'] as const)('%s: a large one arrives whole', async (mode) => {
    const text = 'ISA*'.repeat(500_000);
    await outbox({ mode }).send(deliveryOf(text));
    expect(readFileSync(join(folder, '855-1.edi'), 'utf8') === text).toBe(true);
  });

  test.each(['rename', 'direct', 'marker'] as const)('%s: another file of that name is not replaced', async (mode) => {
    for (const text of ['other bytes', 'ISA!']) {
      writeFileSync(join(folder, '855-1.edi'), text);
      await expect(outbox({ mode }).send(deliveryOf('ISA~'))).rejects.toMatchObject({ kind: 'partner-refused' });
      expect(there()).toEqual({ '855-1.edi': text });
    }
  });

  test.each(['rename', 'direct', 'marker'] as const)(
    '%s: what the partner has taken is not sent again',
    async (mode) => {
      await outbox({ mode }).send(deliveryOf('ISA~'));
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      // The receipt was never recorded: we were killed before. The journal remembers.
      await outbox({ mode }).send(deliveryOf('ISA~'));
      expect(there()).toEqual({});
    },
  );

  test('a temporary folder keeps theirs clean', async () => {
    mkdirSync(join(folder, 'tmp'));
    const text = 'ISA~'.repeat(10);
    await outbox({ temporaryFolder: `${folder}/tmp` }).send(deliveryOf(text));
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
    expect(readFileSync(join(folder, '855-1.edi'), 'utf8')).toBe(text);
  });

  test('a folder that is not there wants a person', async () => {
    await expect(outbox({ folder: `${folder}/no` }).send(deliveryOf('ISA~'))).rejects.toMatchObject({
      kind: 'partner-refused',
    });
  });

  test.each(['../855.edi', '.855.edi', 'a/b', '', 'a\0b', 'x'.repeat(300)])(
    '%j is no name for it',
    async (fileName) => {
      await expect(outbox().send(deliveryOf('ISA~', { fileName }))).rejects.toMatchObject({ kind: 'partner-refused' });
      expect(there()).toEqual({});
    },
  );

  test('bytes that are not as many as announced never appear', async () => {
    await expect(outbox().send(deliveryOf('ISA~', { byteLength: 5 }))).rejects.toMatchObject({ kind: 'bug' });
    expect(existsSync(join(folder, '855-1.edi'))).toBe(false);
  });

  test('many at once share one connection', async () => {
    const connection = server.connect();
    const sent = Array.from({ length: 40 }, (_, n) =>
      outbox({ connection }).send(deliveryOf(`ISA${n}~`, { id: `d-${n}`, fileName: `855-${n}.edi` })),
    );
    await Promise.all(sent);
    expect(Object.keys(there()).length).toBe(40);
    expect(there()['855-39.edi']).toBe('ISA39~');
  });

  describe('cut off', () => {
    const text = 'ISA*00*whole~'.repeat(20);
    /** Tries until it is through, as the work queue does; the partner takes whatever has a final name as soon as it is there. */
    const sendThrough = async (proxy: CuttingProxy, mode: 'rename' | 'marker', taken: string[]): Promise<void> => {
      const partner = setInterval(() => {
        const final = mode === 'rename' ? '855-1.edi' : '855-1.edi.done';
        if (!existsSync(join(folder, final))) return;
        taken.push(readFileSync(join(folder, '855-1.edi'), 'utf8'));
        for (const name of readdirSync(folder)) rmSync(join(folder, name));
      }, 1);
      try {
        for (let attempt = 0; ; attempt++) {
          const connection = server.connect({ port: proxy.port, timeoutMs: 2_000 });
          try {
            await outbox({ connection, mode }).send(deliveryOf(text));
            break;
          } catch (error) {
            expect(error).toMatchObject({ kind: 'partner-unreachable' });
            expect(attempt).toBeLessThan(3);
            proxy.cut = null;
          } finally {
            await connection.close();
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      } finally {
        clearInterval(partner);
      }
    };

    test('at packet after packet, either way, it arrives once and whole', async () => {
      const proxy = await startCuttingProxy(server.port);
      const taken: string[] = [];
      await sendThrough(proxy, 'rename', taken);
      const { up, down } = { up: [...proxy.boundaries.up], down: [...proxy.boundaries.down] };
      expect(Math.min(up.length, down.length)).toBeGreaterThan(8);
      expect(taken).toEqual([text]);
      for (const [way, ends] of [
        ['up', up],
        ['down', down],
      ] as const)
        for (const afterBytes of ends.filter((_, index) => index % packetStride === 0)) {
          kept = new Kept();
          taken.length = 0;
          proxy.cut = { way, afterBytes };
          await sendThrough(proxy, 'rename', taken);
          expect({ way, afterBytes, taken }).toEqual({ way, afterBytes, taken: [text] });
        }
      proxy.close();
    }, 120_000);

    test('at random bytes, either way, it arrives once and whole', async () => {
      const proxy = await startCuttingProxy(server.port);
      const taken: string[] = [];
      await sendThrough(proxy, 'marker', taken);
      const most = { up: Math.max(...proxy.boundaries.up), down: Math.max(...proxy.boundaries.down) };
      for (let n = 0, x = 7; n < Number(process.env.CUTS ?? cuts); n++) {
        x = (x * 48_271) % 2_147_483_647;
        const way = n % 2 === 0 ? 'up' : 'down';
        const mode = n % 4 < 2 ? 'rename' : 'marker';
        const afterBytes = 1 + (x % most[way]);
        kept = new Kept();
        taken.length = 0;
        proxy.cut = { way, afterBytes };
        await sendThrough(proxy, mode, taken);
        expect({ way, mode, afterBytes, taken }).toEqual({ way, mode, afterBytes, taken: [text] });
      }
      proxy.close();
    }, 300_000);
  });
});
