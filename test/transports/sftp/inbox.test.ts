import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../../src/core/failure.ts';
import type { InboxEvent } from '../../../src/transports/directory/inbox.ts';
import { openRemoteInbox, type RemoteInboxOptions } from '../../../src/transports/remote/inbox.ts';
import { type FileServer, servers } from '../ftps/servers.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { Kept } from './world.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-sftp-inbox-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(servers.filter(({ isPresent }) => isPresent))('a folder on $name', ({ protocol, start, cuts }) => {
  let server: FileServer;
  let folder: string;
  let kept: Kept;
  let events: InboxEvent[];
  let nowMs: number;
  beforeAll(async () => {
    server = await start(mkdtempSync(join(root, 'server-')));
  });
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'files-'));
    kept = new Kept();
    events = [];
    nowMs = 1_800_000_000_000;
  });
  const inbox = (more: Partial<RemoteInboxOptions> = {}) =>
    openRemoteInbox({
      channelId: 'shop/sftp',
      connection: server.connect(),
      place: 'sftp://test',
      folder,
      patterns: [],
      takeWhen: 'renamed',
      settleMs: 10_000,
      markerSuffix: '.done',
      after: { kind: 'delete' },
      fileBytesMax: 1_000_000,
      firstInFirstOut: false,
      intake: kept,
      seen: kept,
      leases: kept,
      clock: { now: () => new Date(nowMs) },
      report: (event) => events.push(event),
      ...more,
    });
  /** `age` seconds old. */
  const put = (name: string, text: string, age = 100): void => {
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), 1_700_000_000 - age, 1_700_000_000 - age);
  };
  const names = () => readdirSync(folder).toSorted();

  test('files are taken oldest first, and deleted once they are committed', async () => {
    put('b.edi', 'second', 20);
    put('a.edi', 'third', 10);
    put('c.edi', 'first', 30);
    expect(await inbox({ firstInFirstOut: true }).look()).toEqual({ takenCount: 3 });
    expect(kept.texts()).toEqual(['first', 'second', 'third']);
    expect(names()).toEqual([]);
    expect([...kept.received.values()][0]?.file).toMatchObject({
      channelId: 'shop/sftp',
      name: 'c.edi',
      remote: 'sftp://test',
    });
  });

  test('what is unfinished, empty, hidden, of no pattern or no file is passed by', async () => {
    for (const name of ['a.part', 'b.TMP', 'c.filepart', 'd.filepart~', '~$e.edi', '.f.edi', 'g.edi~', 'h.txt'])
      put(name, 'x');
    put('empty.edi', '');
    mkdirSync(join(folder, 'sub.edi'));
    put('right.edi', 'x');
    await inbox({ patterns: ['*.edi', 'ORD?????.x12'] }).look();
    expect([...kept.received.values()].map(({ file }) => file.name)).toEqual(['right.edi']);
  });

  test('archived under its name, and beside one of that name under a longer one', async () => {
    mkdirSync(join(folder, 'done'));
    const it = inbox({ after: { kind: 'archive', folder: `${folder}/done` } });
    put('a.edi', 'one', 20);
    await it.look();
    put('a.edi', 'two', 10);
    await it.look();
    expect(kept.texts()).toEqual(['one', 'two']);
    expect(names()).toEqual(['done']);
    const [short, long] = readdirSync(join(folder, 'done')).toSorted((a, b) => a.length - b.length);
    expect([short, long]).toEqual(['a.edi', expect.stringMatching(/^[0-9a-f]{12}-a\.edi$/)]);
  });

  test('an archive that is not there: received once, told, and only the last step is done again', async () => {
    const it = inbox({ after: { kind: 'archive', folder: `${folder}/done` } });
    put('a.edi', 'one');
    await it.look();
    expect(kept.texts()).toEqual(['one']);
    expect(events.map((event) => event.kind === 'failed' && event.failure.message)).toEqual([
      expect.stringMatching(/a\.edi cannot be moved to .*\/done/),
    ]);
    mkdirSync(join(folder, 'done'));
    await it.look();
    expect([kept.texts(), names(), readdirSync(join(folder, 'done'))]).toEqual([['one'], ['done'], ['a.edi']]);
    expect(events.at(-1)).toMatchObject({ kind: 'taken', isNew: false });
  });

  test('left there, it is taken once, by whoever looks; with other content it is a new file', async () => {
    put('a.edi', 'one', 20);
    await inbox({ after: { kind: 'leave' } }).look();
    expect(await inbox({ after: { kind: 'leave' } }).look()).toEqual({ takenCount: 0 });
    put('a.edi', 'two', 10);
    expect(await inbox({ after: { kind: 'leave' } }).look()).toEqual({ takenCount: 1 });
    expect(kept.texts()).toEqual(['one', 'two']);
  });

  describe('settled', () => {
    const settled = { takeWhen: 'settled' } as const;
    test('means: size and time stood still over two looks and long enough', async () => {
      const it = inbox(settled);
      put('a.edi', 'half');
      expect(await it.look()).toEqual({ takenCount: 0 });
      nowMs += 9_999;
      expect(await it.look()).toEqual({ takenCount: 0 });
      put('a.edi', 'half and more');
      nowMs += 10_000;
      expect(await it.look()).toEqual({ takenCount: 0 });
      nowMs += 10_000;
      expect(await it.look()).toEqual({ takenCount: 1 });
      expect(kept.texts()).toEqual(['half and more']);
    });
    test('where order matters, what came later waits for it', async () => {
      const it = inbox({ ...settled, firstInFirstOut: true });
      put('later.edi', '2', 10);
      await it.look();
      put('earlier.edi', '1', 20);
      nowMs += 10_000;
      expect(await it.look()).toEqual({ takenCount: 0 });
      nowMs += 10_000;
      expect(await it.look()).toEqual({ takenCount: 2 });
      expect(kept.texts()).toEqual(['1', '2']);
    });
  });

  describe('marker', () => {
    const marker = { takeWhen: 'marker' } as const;
    test('a file is taken when its marker is there, and both go', async () => {
      put('a.edi', 'a');
      put('b.edi', 'b');
      put('b.edi.done', '');
      await inbox(marker).look();
      expect(kept.texts()).toEqual(['b']);
      expect(names()).toEqual(['a.edi']);
    });
    test('a marker before its file waits for it', async () => {
      const it = inbox(marker);
      put('a.edi.done', '');
      expect(await it.look()).toEqual({ takenCount: 0 });
      put('a.edi', 'a');
      expect(await it.look()).toEqual({ takenCount: 1 });
    });
    test('one whose marker went, and which we could not delete any more, is deleted later', async () => {
      put('a.edi', 'a');
      put('a.edi.done', '');
      await inbox({ ...marker, after: { kind: 'leave' } }).look();
      expect(names()).toEqual(['a.edi']);
      await inbox(marker).look();
      expect([names(), kept.texts()]).toEqual([[], ['a']]);
    });
  });

  test('too large is told once and stands in nobody’s way', async () => {
    put('big.edi', 'x'.repeat(11), 50);
    put('small.edi', 'x');
    const it = inbox({ fileBytesMax: 10 });
    await it.look();
    await it.look();
    expect(events.filter(({ kind }) => kind === 'refused')).toEqual([
      { kind: 'refused', name: 'big.edi', reason: 'larger than 10 bytes' },
    ]);
    expect(names()).toEqual(['big.edi']);
  });

  test('one that is written to while it is read is not kept, and taken whole later', async () => {
    put('a.edi', 'half', 50);
    const it = inbox();
    let isFirst = true;
    kept.received.clear();
    const slow = {
      receive: async (file: Parameters<Kept['receive']>[0]) =>
        kept.receive({
          ...file,
          bytes: (async function* () {
            for await (const piece of file.bytes) {
              if (isFirst) put('a.edi', 'half and the rest', 40);
              isFirst = false;
              yield piece;
            }
          })(),
        }),
    };
    await inbox({ intake: slow }).look();
    expect(kept.texts()).toEqual([]);
    await it.look();
    expect(kept.texts()).toEqual(['half and the rest']);
  });

  test('one replaced between commit and deletion is a new file', async () => {
    put('a.edi', 'one', 50);
    const swapping = {
      receive: async (file: Parameters<Kept['receive']>[0]) => {
        const answer = await kept.receive(file);
        if (kept.received.size === 1) put('a.edi', 'two', 40);
        return answer;
      },
    };
    const it = inbox({ intake: swapping });
    await it.look();
    expect(names()).toEqual(['a.edi']);
    await it.look();
    expect([kept.texts(), names()]).toEqual([['one', 'two'], []]);
  });

  test('a database that is away is asked once a look, and nothing is deleted', async () => {
    for (let n = 0; n < 20; n++) put(`f${n}.edi`, String(n));
    kept.beforeCommit = () => {
      throw new FailureError('database-unreachable', 'away');
    };
    await inbox({ firstInFirstOut: true }).look();
    expect(events.length).toBe(1);
    expect(names().length).toBe(20);
    kept.beforeCommit = () => undefined;
    expect(await inbox().look()).toEqual({ takenCount: 20 });
  });

  test('two workers on one folder: each file once, and the second waits for the lease', async () => {
    for (let n = 0; n < 60; n++) put(`f${n}.edi`, String(n));
    const counts = await Promise.all([inbox().look(), inbox().look(), inbox().look()]);
    expect(counts.map(({ takenCount }) => takenCount).toSorted()).toEqual([0, 0, 60]);
    expect(new Set(kept.texts()).size).toBe(60);
  });

  test('two workers without a lease still enter each file once', async () => {
    for (let n = 0; n < 60; n++) put(`f${n}.edi`, String(n));
    const leases = { take: async () => true, release: async () => undefined };
    await Promise.all([inbox({ leases }).look(), inbox({ leases }).look()]);
    expect(kept.texts().length).toBe(60);
    await inbox().look();
    expect(names()).toEqual([]);
    expect(events.filter((event) => event.kind === 'taken' && event.isNew).length).toBe(60);
  });

  test.runIf(protocol === 'sftp')('a changed host key stops the channel, told once', async () => {
    put('a.edi', 'a');
    const it = inbox({ connection: server.connect({ isUnpinned: true }) });
    for (let n = 0; n < 3; n++) {
      await it.look();
      nowMs += 24 * 3_600_000;
    }
    expect(events.map((event) => event.kind === 'failed' && event.failure.name)).toEqual(['HostKeyChanged']);
    expect(names()).toEqual(['a.edi']);
  });

  test('a refused login is not tried again for minutes, then longer', async () => {
    const it = inbox({ connection: server.connect({ password: 'wrong' }) });
    await it.look();
    nowMs += 4 * 60_000;
    await it.look();
    expect(events.length).toBe(1);
    nowMs += 60_000;
    await it.look();
    nowMs += 9 * 60_000;
    await it.look();
    expect(events.length).toBe(2);
  });

  test('a flooded folder is worked off in bounded looks, the oldest first', async () => {
    for (let n = 0; n < 9_000; n++) put(`f${n}.edi`, String(n), n);
    const taken: string[] = [];
    const counting = {
      receive: async ({ name }: { name: string | null }) => {
        taken.push(name ?? '');
        return { transmissionId: String(taken.length), isNew: true };
      },
    };
    expect(await inbox({ intake: counting, firstInFirstOut: true, after: { kind: 'leave' } }).look()).toEqual({
      takenCount: 4_096,
    });
    expect([taken[0], taken.at(-1)]).toEqual(['f8999.edi', 'f4904.edi']);
  }, 60_000);

  test('cut off at random bytes, again and again: nothing lost, nothing twice', async () => {
    const proxy = await startCuttingProxy(server.port);
    mkdirSync(join(folder, 'done'));
    let x = 11;
    const expected: string[] = [];
    for (let round = 0; round < Number(process.env.CUTS ?? Math.min(cuts, 60)); round++) {
      for (let n = 0; n < 3; n++) {
        expected.push(`text ${round} ${n}`);
        put(`f${round}-${n}.edi`, `text ${round} ${n}`, 1_000 - round * 3 - n);
      }
      x = (x * 48_271) % 2_147_483_647;
      proxy.cut = { way: round % 2 === 0 ? 'up' : 'down', afterBytes: 1 + (x % 9_000) };
      const it = inbox({
        connection: server.connect({ port: proxy.port, timeoutMs: 2_000 }),
        after: { kind: 'archive', folder: `${folder}/done` },
      });
      await it.look();
      await it.close();
    }
    proxy.cut = null;
    await inbox({ after: { kind: 'archive', folder: `${folder}/done` } }).look();
    expect(kept.texts().toSorted()).toEqual(expected.toSorted());
    expect(names()).toEqual(['done']);
    expect(readdirSync(join(folder, 'done')).length).toBe(expected.length);
    expect(existsSync(join(folder, 'f0-0.edi'))).toBe(false);
    proxy.close();
  }, 300_000);
});
