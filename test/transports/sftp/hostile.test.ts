import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import ssh2, { type Client, type SFTPWrapper } from 'ssh2';
import { afterEach, describe, expect, test } from 'vitest';
import { connectSftp } from '../../../src/transports/sftp/client/sftp-files.ts';
import { addressOf } from '../../../src/transports/sftp/server/doorkeeper.ts';
import type { Account } from '../../../src/transports/sftp/server/mailbox.ts';
import { hashPassword } from '../../../src/transports/sftp/server/password.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { accountFor, roomWith, startServer, type World } from './mailboxes.ts';

const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});
const key = ssh2.utils.generateKeyPairSync('ed25519');
const withKey = (more: Partial<Account> = {}): Account =>
  accountFor({ keys: [{ publicKey: key.public, expiresAt: null }], ...more });

const login = (world: World, how: object = { privateKey: key.private }, port = world.port): Promise<Client> =>
  new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    clients.push(client);
    client
      .on('ready', () => resolve(client))
      .on('error', reject)
      .on('close', () => reject(new Error('closed')))
      .connect({ host: '127.0.0.1', port, username: 'shop', ...how });
  });
const open = async (world: World, port = world.port): Promise<SFTPWrapper> => {
  const client = await login(world, { privateKey: key.private }, port);
  return ask<SFTPWrapper>((done) => client.sftp(done));
};
const ask = <T = unknown>(send: (done: (error: unknown, value: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => send((error, value) => (error ? reject(error) : resolve(value))));
const tell = (send: (done: (error?: unknown, value?: unknown) => void) => void): Promise<number> =>
  new Promise((resolve) =>
    send((error) => resolve(error instanceof Error && 'code' in error ? Number(error.code) : error ? -1 : 0)),
  );
const [OK, ABSENT, DENIED, FAILURE, UNSUPPORTED] = [0, 2, 3, 4, 8];

describe('what clients do', () => {
  test('WinSCP: to .filepart, the time set, renamed, the time set again, looked at', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    const handle = await ask<Buffer>((done) => sftp.open('/in/850.edi.filepart', 'w', done));
    expect(await tell((done) => sftp.write(handle, Buffer.from('ISA~'), 0, 4, 0, done))).toBe(OK);
    expect(await tell((done) => sftp.fsetstat(handle, { mtime: 1_600_000_000, atime: 1_600_000_000 }, done))).toBe(OK);
    expect(await tell((done) => sftp.close(handle, done))).toBe(OK);
    expect(world.kept.texts()).toEqual([]);
    expect(await tell((done) => sftp.rename('/in/850.edi.filepart', '/in/850.edi', done))).toBe(OK);
    expect(await tell((done) => sftp.setstat('/in/850.edi', { mtime: 1_600_000_001, atime: 1 }, done))).toBe(OK);
    expect(await ask((done) => sftp.stat('/in/850.edi', done))).toMatchObject({ size: 4, mtime: 1_600_000_001 });
    expect(world.kept.texts()).toEqual(['ISA~']);
  });

  test('FileZilla: rights set, resumed from where it broke off, out of order by a little', async () => {
    const world = await startServer([withKey()]);
    const proxy = await startCuttingProxy(world.port);
    const first = await open(world, proxy.port);
    const handle = await ask<Buffer>((done) => first.open('/in/850.edi', 'w', done));
    await tell((done) => first.write(handle, Buffer.from('ISA*00*'), 0, 7, 0, done));
    proxy.close();
    await expect.poll(() => world.mailboxes.uploads.get('shop/box/850.edi')?.part?.isClosed).toBe(false);
    const second = await open(world);
    expect(await ask((done) => second.stat('/in/850.edi', done))).toMatchObject({ size: 7 });
    expect(await tell((done) => second.rename('/in/850.edi', '/in/other.edi', done))).toBe(FAILURE); // half a file is not delivered by a rename
    const again = await ask<Buffer>((done) => second.open('/in/850.edi', 'r+', done));
    const late = tell((done) => second.write(again, Buffer.from('~'), 0, 1, 12, done));
    await tell((done) => second.write(again, Buffer.from('whole'), 0, 5, 7, done));
    expect([await late, await tell((done) => second.close(again, done))]).toEqual([OK, OK]);
    expect(await tell((done) => second.chmod('/in/850.edi', 0o600, done))).toBe(OK);
    expect(world.kept.texts()).toEqual(['ISA*00*whole~']);
    expect(readdirSync(world.spoolFolder)).toEqual([]);
  });

  test('one that closes and opens again to add to it: taken once, whole, when it has settled', async () => {
    const account = withKey({ settleMs: 1_000 });
    const world = await startServer([account]);
    const settle = () => world.listener.takeSettled([account]);
    const sftp = await open(world);
    const append = async (path: string, flags: 'w' | 'a' | 'r+', text: string, at: number): Promise<Buffer> => {
      const handle = await ask<Buffer>((done) => sftp.open(path, flags, done));
      expect(await tell((done) => sftp.write(handle, Buffer.from(text), 0, text.length, at, done))).toBe(OK);
      return handle;
    };
    for (const [flags, text, at] of [
      ['w', 'ISA*', 0],
      ['a', '00*', 0],
      ['r+', 'IEA~', 7],
    ] as const) {
      const handle = await append('/in/850.edi', flags, text, at);
      await settle(); // it is being written
      expect(await tell((done) => sftp.close(handle, done))).toBe(OK);
      expect(world.kept.texts()).toEqual([]);
    }
    const part = await append('/in/855.edi.part', 'w', 'ISA~', 0);
    expect(await tell((done) => sftp.close(part, done))).toBe(OK);
    await Promise.all([settle(), settle()]);
    expect(world.kept.texts()).toEqual(['ISA*00*IEA~']); // the temporary one waits for its name
    await settle();
    expect(world.kept.texts().length).toBe(1);
    // Taken, it is ours.
    expect(await tell((done) => sftp.open('/in/850.edi', 'a', done))).toBe(DENIED);
    expect(world.audit.filter(({ operation }) => operation === 'upload').map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 3 }, () => 'ok, waits until it is settled'),
      'ok, waits for its final name',
      'ok, settled',
      'The file is delivered and cannot be changed',
    ]);
    // One that settles with another process was answered with OK: a writer that cannot see it must not put its own in the place.
    await world.mailboxes.put('shop/box', {
      name: 'other.edi',
      byteLength: 4,
      modifiedS: 1,
      part: { holder: 'another', spool: 'there', isClosed: true },
    });
    expect(await tell((done) => sftp.open('/in/other.edi', 'w', done))).toBe(FAILURE);
    expect(readdirSync(world.spoolFolder).length).toBe(1);
  });

  test('a delivery that was not read to its end stays; read in two goes, it leaves', async () => {
    const world = await startServer([withKey()]);
    const bytes = randomBytes(9_000_000);
    world.mailboxes.offer('855.edi', bytes);
    const proxy = await startCuttingProxy(world.port);
    const first = await connectSftp(endpoint(world, proxy.port));
    const reading = async (): Promise<void> => {
      let count = 0;
      for await (const piece of first.read('/out/855.edi', bytes.byteLength)) {
        count += piece.byteLength;
        if (count > 7_000_000) proxy.close();
      }
    };
    await expect(reading()).rejects.toThrow();
    await expect.poll(() => world.audit.some(({ outcome }) => outcome === 'broken off')).toBe(true);
    expect(world.mailboxes.deliveries.size).toBe(1);
    const sftp = await open(world);
    const handle = await ask<Buffer>((done) => sftp.open('/out/855.edi', 'r', done));
    for (let at = 2_000_000; at < bytes.byteLength; at += 30_000) {
      const into = Buffer.alloc(30_000);
      const count = await ask<number>((done) => sftp.read(handle, into, 0, 30_000, at, done));
      expect(into.subarray(0, count).equals(bytes.subarray(at, at + count))).toBe(true);
    }
    expect(await tell((done) => sftp.close(handle, done))).toBe(OK);
    expect(world.mailboxes.gone).toEqual([{ name: '855.edi', how: 'read' }]);
  });

  test('where only deletion counts, a read file stays', async () => {
    const world = await startServer([
      withKey({ outbox: { name: 'out', mayList: true, mayDelete: true, leavesWhen: 'deleted' } }),
    ]);
    world.mailboxes.offer('855.edi', Buffer.from('855'));
    const files = await connectSftp(endpoint(world));
    for await (const _piece of files.read('/out/855.edi', 3)) expect(world.mailboxes.gone).toEqual([]);
    expect(world.mailboxes.deliveries.size).toBe(1);
    expect(await files.remove('/out/855.edi')).toBe(true);
    expect(world.mailboxes.gone).toEqual([{ name: '855.edi', how: 'deleted' }]);
    await files.close();
  });

  describe('a connection that is cut', () => {
    const text = 'ISA*00*whole~'.repeat(200);
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
    };
    /** Puts a file, fetches another and removes it; a second time when the first was cut, as a script does. */
    const trade = async (world: World, proxy: CuttingProxy, name: string): Promise<void> => {
      world.mailboxes.offer(`for-${name}`, Buffer.from(text));
      let isPut = false;
      for (let tries = 0; ; tries++) {
        const files = await connectSftp(endpoint(world, proxy.port)).catch(() => undefined);
        try {
          if (files === undefined) throw new Error('cut');
          if (!isPut) {
            await files.write(`/in/${name}.part`, bytes(), { isNew: false });
            if ((await files.stat(`/in/${name}`)) === undefined) await files.rename(`/in/${name}.part`, `/in/${name}`);
          }
          isPut = true;
          // Still there after it was read: the server never heard that we had it all.
          while ((await files.stat(`/out/for-${name}`)) !== undefined) {
            let got = '';
            for await (const piece of files.read(`/out/for-${name}`, text.length)) got += Buffer.from(piece).toString();
            expect(got).toBe(text);
          }
          return;
        } catch (error) {
          expect(tries, String(error)).toBeLessThan(3);
          proxy.cut = null;
        } finally {
          await files?.close();
        }
      }
    };
    const judge = (world: World, names: readonly string[]): void => {
      // Cut before its OK, a file is sent again: as often as it was committed it is whole, and its hash tells that it is the same.
      expect(world.kept.texts().every((one) => one === text)).toBe(true);
      expect([...new Set([...world.kept.received.values()].map(({ file }) => file.name))].toSorted()).toEqual(
        names.toSorted(),
      );
      expect(world.mailboxes.deliveries.size).toBe(0);
      expect(world.mailboxes.gone.map(({ name }) => name).toSorted()).toEqual(
        names.map((name) => `for-${name}`).toSorted(),
      );
      expect(world.failures).toEqual([]);
    };
    const most = ({ boundaries: { up, down } }: CuttingProxy) => ({ up: Math.max(...up), down: Math.max(...down) });

    test('at every packet, either way: nothing is lost, nothing taken by halves', async () => {
      const world = await startServer([withKey()]);
      const proxy = await startCuttingProxy(world.port);
      await trade(world, proxy, 'whole.edi');
      const ends = (['up', 'down'] as const).flatMap((way) =>
        [...proxy.boundaries[way]].map((afterBytes) => ({ way, afterBytes })),
      );
      expect(ends.length).toBeGreaterThan(30);
      const names = ['whole.edi'];
      for (const [at, cut] of ends.entries()) {
        names.push(`${at}.edi`);
        proxy.cut = cut;
        await trade(world, proxy, `${at}.edi`);
      }
      judge(world, names);
      proxy.close();
    }, 300_000);

    test('at random bytes, either way', async () => {
      const world = await startServer([withKey()]);
      const proxy = await startCuttingProxy(world.port);
      await trade(world, proxy, 'whole.edi');
      const until = most(proxy);
      const names = ['whole.edi'];
      for (let n = 0, x = 5; n < Number(process.env.CUTS ?? 60); n++) {
        x = (x * 48_271) % 2_147_483_647;
        const way = n % 2 === 0 ? 'up' : 'down';
        proxy.cut = { way, afterBytes: 1 + (x % until[way]) };
        names.push(`${n}.edi`);
        await trade(world, proxy, `${n}.edi`);
      }
      judge(world, names);
      proxy.close();
    }, 300_000);
  });
});

const endpoint = (world: World, port = world.port) => ({
  host: '127.0.0.1',
  port,
  username: 'shop',
  hostKeys: [world.hostKey],
  password: null,
  privateKey: key.private,
  passphrase: null,
  timeoutMs: 5_000,
  legacyAlgorithms: [],
});

describe('who means ill', () => {
  test.each(['/in/a\0b', `/in/${'x'.repeat(300)}`, '/in/a\nb', `/${'in/'.repeat(2_000)}`, '/in/\ufffd'])(
    '%j is no name',
    async (path) => {
      const sftp = await open(await startServer([withKey()]));
      expect([ABSENT, DENIED]).toContain(await tell((done) => sftp.open(path, 'w', done)));
      expect([ABSENT, DENIED]).toContain(await tell((done) => sftp.stat(path, done)));
    },
  );

  test.each(['..', '../..', '/../../etc', '/in/../../../etc/passwd', '.', '', '/./in/.//..'])(
    '%j stays in the mailbox',
    async (path) => {
      const sftp = await open(await startServer([withKey()]));
      expect(await ask<string>((done) => sftp.realpath(path, done))).toMatch(/^\/(etc(\/passwd)?)?$/);
      expect([OK, ABSENT]).toContain(await tell((done) => sftp.stat(path, done)));
    },
  );

  test('links, folders and extensions are refused', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    expect(await tell((done) => sftp.symlink('/etc/passwd', '/in/a', done))).toBe(DENIED);
    expect(await tell((done) => sftp.readlink('/in/a', done))).toBe(DENIED);
    expect(await tell((done) => sftp.mkdir('/in/a', done))).toBe(DENIED);
    expect(await tell((done) => sftp.rmdir('/in', done))).toBe(DENIED);
    expect(UNSUPPORTED).toBe(8);
  });

  test('a write behind a hole of gigabytes, past the largest file, past the quota: refused, and the file is not delivered', async () => {
    const world = await startServer([withKey({ fileBytesMax: 50_000_000, quotaBytes: 40_000_000 })]);
    const sftp = await open(world);
    for (const at of [49_000_000, 51_000_000, 2 ** 40, 41_000_000]) {
      const handle = await ask<Buffer>((done) => sftp.open(`/in/${at}.edi`, 'w', done));
      expect(await tell((done) => sftp.write(handle, Buffer.from('x'), 0, 1, at, done))).toBe(FAILURE);
      expect(await tell((done) => sftp.close(handle, done))).toBe(FAILURE);
    }
    const handle = await ask<Buffer>((done) => sftp.open('/in/hole.edi', 'w', done));
    expect(await tell((done) => sftp.write(handle, Buffer.from('x'), 0, 1, 100, done))).toBe(OK);
    expect(await tell((done) => sftp.close(handle, done))).toBe(FAILURE);
    expect([world.kept.texts(), readdirSync(world.spoolFolder)]).toEqual([[], []]);
  });

  test('64 handles do not fill the mailbox 64 times: what is being written counts, and what broke off', async () => {
    const world = await startServer([withKey({ quotaBytes: 1_000_000, quotaFiles: 5 })]);
    const sftp = await open(world);
    const handles = await Promise.all(
      Array.from({ length: 4 }, (_, n) => ask<Buffer>((done) => sftp.open(`/in/${n}`, 'w', done))),
    );
    const bytes = Buffer.alloc(30_000);
    let taken = 0;
    for (let at = 0; at < 900_000; at += bytes.byteLength)
      for (const handle of handles)
        taken += (await tell((done) => sftp.write(handle, bytes, 0, bytes.byteLength, at, done))) === OK ? 30_000 : 0;
    expect(taken).toBeGreaterThan(900_000);
    expect(taken).toBeLessThanOrEqual(1_000_000);
    await ask((done) => sftp.open('/in/4', 'w', done)).catch(() => undefined);
    expect(await tell((done) => sftp.open('/in/5', 'w', done))).toBe(FAILURE);
    for (const handle of handles) await tell((done) => sftp.close(handle, done));
    expect(await tell((done) => sftp.writeFile('/in/small', 'ISA~', done))).toBe(OK); // those that were refused left nothing
  });

  test('a file may take the place of its forerunner though both together are more than the quota', async () => {
    const world = await startServer([withKey({ quotaBytes: 100_000 })]);
    const sftp = await open(world);
    for (const letter of ['a', 'b'])
      expect(await tell((done) => sftp.writeFile('/in/a.edi', letter.repeat(90_000), done))).toBe(OK);
    expect(world.kept.texts().map((text) => text.slice(0, 1))).toEqual(['a', 'b']);
  });

  test('what a mailbox holds is asked for now and then, not for each upload, and always before one is turned away', async () => {
    const world = await startServer([withKey({ quotaFiles: 20 })]);
    let asked = 0;
    const usage = world.mailboxes.usage.bind(world.mailboxes);
    world.mailboxes.usage = async (channelId) => {
      asked += 1;
      return usage(channelId);
    };
    const sftp = await open(world);
    const put = (n: number): Promise<number> => tell((done) => sftp.writeFile(`/in/${n}`, 'ISA~', done));
    for (let n = 0; n < 20; n++) expect(await put(n)).toBe(OK);
    const before = asked;
    expect(before).toBeLessThan(20);
    expect(await put(20)).toBe(FAILURE);
    expect(asked).toBeGreaterThan(before);
    world.mailboxes.uploads.delete('shop/box/0'); // elsewhere, by another process
    expect(await put(20)).toBe(OK);
  });

  test('two that go on with one part at once: one is broken off, and their bytes never mix', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    const other = await open(world);
    const first = await ask<Buffer>((done) => sftp.open('/in/a.part', 'w', done));
    await tell((done) => sftp.write(first, Buffer.from('ISA*'), 0, 4, 0, done));
    expect(await tell((done) => sftp.close(first, done))).toBe(OK);
    const goOn = async (on: SFTPWrapper, letter: string): Promise<number[]> => {
      const handle = await ask<Buffer>((done) => on.open('/in/a.part', 'r+', done));
      const bytes = Buffer.from(letter.repeat(1_000));
      return [
        await tell((done) => on.write(handle, bytes, 0, bytes.byteLength, 4, done)),
        await tell((done) => on.close(handle, done)),
      ];
    };
    const ended = await Promise.all([goOn(sftp, 'a'), goOn(other, 'b'), goOn(sftp, 'c'), goOn(other, 'd')]);
    expect(ended.some(([, closed]) => closed === OK)).toBe(true);
    expect(await tell((done) => sftp.rename('/in/a.part', '/in/a.edi', done))).toBe(OK);
    expect(world.kept.texts()[0]).toMatch(/^ISA\*(a{1000}|b{1000}|c{1000}|d{1000})$/);
  });

  test('a rename that is asked for twice, and before its close is answered, delivers once', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    const other = await open(world);
    const handle = await ask<Buffer>((done) => sftp.open('/in/a.part', 'w', done));
    await tell((done) => sftp.write(handle, Buffer.from('ISA~'), 0, 4, 0, done));
    const asked = [
      tell((done) => sftp.close(handle, done)),
      tell((done) => sftp.rename('/in/a.part', '/in/a.edi', done)),
      tell((done) => other.rename('/in/a.part', '/in/a.edi', done)),
      tell((done) => other.rename('/in/a.part', '/in/b.edi', done)),
    ];
    expect((await Promise.all(asked)).filter((status) => status === OK).length).toBe(2);
    expect(world.kept.texts()).toEqual(['ISA~']);
    expect(readdirSync(world.spoolFolder)).toEqual([]);
  });

  test('a disk that fills up: what is being written is refused in words, and taken again when there is room', async () => {
    let free = 5_000_000;
    const changes: boolean[] = [];
    const disk = roomWith(
      () => free,
      (isLow) => changes.push(isLow),
    );
    const world = await startServer([withKey()], { disk });
    const sftp = await open(world);
    const said = (send: (done: (error: unknown) => void) => void): Promise<string> =>
      new Promise((resolve) => send((error) => resolve(error instanceof Error ? error.message : 'ok')));
    const handle = await ask<Buffer>((done) => sftp.open('/in/a', 'w', done));
    const bytes = Buffer.alloc(30_000);
    const answers = new Set<string>();
    for (let at = 0; at < 6_000_000; at += bytes.byteLength)
      answers.add(await said((done) => sftp.write(handle, bytes, 0, bytes.byteLength, at, done)));
    const full = 'There is no room on our disk; try again later';
    expect([...answers]).toEqual(['ok', full]);
    expect(await said((done) => sftp.close(handle, done))).toBe(full);
    free = 900_000;
    await expect.poll(() => said((done) => sftp.writeFile('/in/b', 'ISA~', done)), { timeout: 10_000 }).toBe(full);
    free = 5_000_000;
    await expect.poll(() => said((done) => sftp.writeFile('/in/b', 'ISA~', done)), { timeout: 10_000 }).toBe('ok');
    expect(changes.at(0)).toBe(true);
    expect(changes.at(-1)).toBe(false);
    expect([world.kept.texts(), readdirSync(world.spoolFolder)]).toEqual([['ISA~'], []]);
    expect(world.audit.some(({ operation, outcome }) => operation === 'upload' && outcome === full)).toBe(true);
  }, 30_000);

  test('a name that turns a line around is kept and shown without what does so; one with folders of another system ends in its last', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    for (const path of ['/in/\u202egnp.edi', '/in/a\u2028b.edi', '/in/C:\\edi\\x.edi'])
      expect(await tell((done) => sftp.writeFile(path, 'ISA~', done))).toBe(OK);
    const names = ['\ufffdgnp.edi', 'a\ufffdb.edi', 'x.edi'];
    expect([...world.kept.received.values()].map(({ file }) => file.name)).toEqual(names);
    expect(world.audit.filter(({ operation }) => operation === 'upload').map(({ name }) => name)).toEqual([
      ...names.slice(0, 2),
      'C:\\edi\\x.edi',
    ]);
    expect(readdirSync(world.spoolFolder)).toEqual([]);
  });

  test('a file that is being written can be looked at, and not opened as a new one', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    const handle = await ask<Buffer>((done) => sftp.open('/in/a.edi', 'wx', done));
    await tell((done) => sftp.write(handle, Buffer.from('ISA~'), 0, 4, 0, done));
    expect(await ask((done) => sftp.stat('/in/a.edi', done))).toMatchObject({ size: 4 });
    expect(await tell((done) => sftp.open('/in/a.edi', 'wx', done))).toBe(FAILURE);
    expect(await tell((done) => sftp.close(handle, done))).toBe(OK);
    expect(world.kept.texts()).toEqual(['ISA~']);
  });

  test('what is refused stands in the audit, a hundred times a session and not a million', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    expect(await tell((done) => sftp.open('/out/../../etc/\u0007passwd', 'w', done))).toBe(DENIED);
    expect(await tell((done) => sftp.rename('/in/a', '/out/b', done))).toBe(DENIED);
    for (let n = 0; n < 200; n++) await tell((done) => sftp.unlink('/in/nothing', done));
    const refused = world.audit.filter(({ outcome }) => outcome === 'Permission denied' || outcome === 'No such file');
    expect(refused.slice(0, 3).map(({ operation, name }) => [operation, name])).toEqual([
      ['upload', '/out/../../etc/\ufffdpasswd'],
      ['rename', '/in/a → /out/b'],
      ['delete', '/in/nothing'],
    ]);
    expect(refused.length).toBe(100);
  });

  test.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is counted as %s', (remote, counted) => {
    expect(addressOf(remote)).toBe(counted);
  });

  test.each<[string, (sftp: SFTPWrapper) => Promise<number>]>([
    ['mayList', (sftp) => tell((done) => sftp.opendir('/in', done))],
    ['mayList', (sftp) => tell((done) => sftp.opendir('/out', done))],
    ['mayDelete', (sftp) => tell((done) => sftp.unlink('/in/a.edi', done))],
    ['mayDelete', (sftp) => tell((done) => sftp.unlink('/out/855.edi', done))],
    ['mayRename', (sftp) => tell((done) => sftp.rename('/in/a.edi', '/in/b.edi', done))],
    ['mayOverwrite', (sftp) => tell((done) => sftp.writeFile('/in/a.edi', 'again', done))],
  ])('without %s it is denied, and with it done', async (right, act) => {
    for (const may of [false, true]) {
      const all = accountFor({});
      const world = await startServer([
        withKey({ inbox: { ...all.inbox, [right]: may }, outbox: { ...all.outbox, [right]: may } }),
      ]);
      world.mailboxes.offer('855.edi', Buffer.from('855'));
      const sftp = await open(world);
      expect(await tell((done) => sftp.writeFile('/in/a.edi', 'ISA~', done))).toBe(OK);
      expect(await act(sftp)).toBe(may ? OK : DENIED);
      // From a temporary name to the final one is no renaming: it is how a file comes.
      expect(await tell((done) => sftp.writeFile('/in/c.part', 'ISA~', done))).toBe(OK);
      expect(await tell((done) => sftp.rename('/in/c.part', '/in/c.edi', done))).toBe(OK);
    }
  });

  test('as many files as the quota has, and not one more', async () => {
    const world = await startServer([withKey({ quotaFiles: 3 })]);
    const sftp = await open(world);
    const put = (name: string): Promise<number> => tell((done) => sftp.writeFile(`/in/${name}`, 'ISA~', done));
    expect([await put('a'), await put('b'), await put('c'), await put('d')]).toEqual([OK, OK, OK, FAILURE]);
    expect(await tell((done) => sftp.unlink('/in/a', done))).toBe(OK);
    expect(await put('d')).toBe(OK);
  });

  test('handles that are not closed: no more than 64; who writes a name anew has it, and the other nothing', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    const first = await ask<Buffer>((done) => sftp.open('/in/0', 'w', done));
    expect(await tell((done) => sftp.write(first, Buffer.from('first'), 0, 5, 0, done))).toBe(OK);
    const second = await ask<Buffer>((done) => sftp.open('/in/0', 'w', done));
    expect(await tell((done) => sftp.write(first, Buffer.from('first'), 0, 5, 5, done))).toBe(FAILURE);
    expect(await tell((done) => sftp.close(first, done))).toBe(FAILURE);
    expect(await tell((done) => sftp.write(second, Buffer.from('second'), 0, 6, 0, done))).toBe(OK);
    expect(await tell((done) => sftp.close(second, done))).toBe(OK);
    expect(world.kept.texts()).toEqual(['second']);
    for (let n = 0; n < 64; n++) await ask((done) => sftp.open(`/in/${n}`, 'w', done));
    expect(await tell((done) => sftp.open('/in/64', 'w', done))).toBe(FAILURE);
    expect(await tell((done) => sftp.close(Buffer.from([9, 9, 9, 9]), done))).toBe(FAILURE);
  });

  test('2,000 wrong passwords from one address: counted, slowed, barred; another address gets in meanwhile', async () => {
    const world = await startServer([
      accountFor({ passwords: [{ scrypt: await hashPassword('right'), expiresAt: null }] }),
    ]);
    const refused = () => world.audit.filter(({ operation }) => operation === 'refused').length;
    let stillTrying = true;
    let tries = 0;
    const attacker = async (): Promise<void> => {
      while (stillTrying && tries++ < 2_000) await login(world, { password: 'wrong' }).catch(() => undefined);
    };
    const attackers = Promise.all(Array.from({ length: 20 }, attacker));
    const friend = await new Promise<string>((resolve, reject) => {
      const client = new ssh2.Client();
      clients.push(client);
      client.on('ready', () => resolve('in')).on('error', reject);
      client.connect({
        host: '127.0.0.1',
        port: world.port,
        username: 'shop',
        password: 'right',
        localAddress: '127.0.0.2',
      });
    });
    expect(friend).toBe('in');
    await expect.poll(() => world.listener.connectionCount, { timeout: 30_000 }).toBeLessThan(3);
    stillTrying = false;
    await attackers;
    expect(refused()).toBeGreaterThanOrEqual(20);
    expect(refused()).toBeLessThan(60);
    await expect(login(world, { password: 'right' })).rejects.toThrow();
  }, 60_000);

  test.each<[string, Partial<Account>, object, boolean]>([
    ['the password, where a key is wanted', { login: 'key' }, { password: 'right' }, false],
    ['the key, where the password is wanted', { login: 'password' }, { privateKey: key.private }, false],
    ['the password alone, where both are', { login: 'both' }, { password: 'right' }, false],
    ['the key alone, where both are', { login: 'both' }, { privateKey: key.private }, false],
    [
      'both',
      { login: 'both' },
      { privateKey: key.private, password: 'right', authHandler: ['publickey', 'password'] },
      true,
    ],
    [
      'an expired key',
      { keys: [{ publicKey: key.public, expiresAt: '2020-01-01' }] },
      { privateKey: key.private },
      false,
    ],
    [
      'a key that is still good',
      { keys: [{ publicKey: key.public, expiresAt: '2999-01-01' }] },
      { privateKey: key.private },
      true,
    ],
  ])('%s', async (_what, more, how, getsIn) => {
    const passwords = [{ scrypt: await hashPassword('right'), expiresAt: null }];
    const world = await startServer([withKey({ passwords, ...more })]);
    expect(
      await login(world, how).then(
        () => true,
        () => false,
      ),
    ).toBe(getsIn);
  });

  test('connections that say nothing are ended, logins that are not completed, and sessions that fall idle', async () => {
    const world = await startServer([withKey()], { loginMsMax: 300, idleMsMax: 300 });
    const silent = Array.from({ length: 40 }, () => connect(world.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('close', resolve).resume())));
    const client = await login(world);
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await ask((done) => client.sftp(done));
    await ended;
    await expect.poll(() => world.listener.connectionCount).toBe(0);
  });

  test('one address has 32 connections, and one account 16; the others wait for nobody', async () => {
    const world = await startServer([
      withKey(),
      accountFor({ channelId: 'other/box', username: 'other', keys: [{ publicKey: key.public, expiresAt: null }] }),
    ]);
    const sockets: Socket[] = [];
    for (let n = 0; n < 16; n++) await login(world);
    await expect(login(world)).rejects.toThrow();
    await login(world, { privateKey: key.private, username: 'other' });
    await expect.poll(() => world.listener.connectionCount).toBe(17);
    for (let n = 0; n < 20; n++) sockets.push(connect(world.port, '127.0.0.1').on('error', () => undefined));
    await expect.poll(() => world.listener.connectionCount).toBe(32);
    await new Promise<void>((resolve) => {
      const client = new ssh2.Client();
      clients.push(client);
      client.on('ready', () => resolve());
      client.connect({
        host: '127.0.0.1',
        port: world.port,
        username: 'other',
        privateKey: key.private,
        localAddress: '127.0.0.3',
      });
    });
    for (const socket of sockets) socket.destroy();
  }, 60_000);

  test('noise instead of SSH, and noise instead of SFTP, end their own connection only', async () => {
    const world = await startServer([withKey()]);
    const bystander = await open(world);
    for (const noise of [
      randomBytes(5_000),
      Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), randomBytes(50_000)]),
      Buffer.alloc(100_000),
    ]) {
      const socket = connect(world.port, '127.0.0.1').on('error', () => undefined);
      socket.write(noise);
      await new Promise((resolve) => socket.once('close', resolve).resume());
    }
    const client = await login(world);
    await new Promise<void>((resolve, reject) =>
      client.subsys('sftp', (error, stream) => {
        if (error) return reject(error);
        stream.on('close', resolve).on('error', () => undefined);
        stream.resume();
        stream.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
      }),
    );
    expect(await tell((done) => bystander.stat('/in', done))).toBe(OK);
  });

  test('a client that asks for everything and reads nothing is held back', async () => {
    const world = await startServer([withKey()]);
    world.mailboxes.offer('855.edi', randomBytes(4_000_000));
    const sftp = await open(world);
    const handle = await ask<Buffer>((done) => sftp.open('/out/855.edi', 'r', done));
    const socket: unknown = Reflect.get(Reflect.get(sftp, '_client'), '_sock');
    if (!(socket instanceof Object) || !('pause' in socket) || typeof socket.pause !== 'function')
      throw new Error('no socket');
    socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 4_000; n++)
      sftp.read(handle, Buffer.allocUnsafeSlow(30_000), 0, 30_000, (n % 100) * 30_000, () => undefined);
    const ours = 4_000 * 30_000; // what the client itself allocated to read into
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(process.memoryUsage().arrayBuffers - before - ours).toBeLessThan(64 * 1024 * 1024);
  });

  test('a database that is away refuses the file, and the next try delivers it', async () => {
    const world = await startServer([withKey()]);
    const sftp = await open(world);
    world.kept.beforeCommit = () => {
      throw new Error('away');
    };
    expect(await tell((done) => sftp.writeFile('/in/a.edi', 'ISA~', done))).toBe(FAILURE);
    world.kept.beforeCommit = () => undefined;
    expect(await tell((done) => sftp.writeFile('/in/a.edi', 'ISA~', done))).toBe(OK);
    expect(world.kept.texts()).toEqual(['ISA~']);
  });
});
