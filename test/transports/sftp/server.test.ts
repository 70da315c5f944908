import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountFor, startServer, type World } from './mailboxes.ts';
import { hasOpenSsh, makeKey } from './openssh.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-sftp-openssh-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly text: string;
}
const run = (command: string, args: readonly string[], input = ''): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(command, [...args], { timeout: 40_000, maxBuffer: 64e6 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, text: `${out}${err}` }),
    );
    child.stdin?.end(input);
  });

describe.skipIf(!hasOpenSsh)("OpenSSH's own clients", () => {
  let key: { publicKey: string };
  let rsa: { publicKey: string };
  let world: World;
  let here: string;
  beforeAll(() => {
    key = makeKey(join(root, 'user'));
    rsa = makeKey(join(root, 'rsa'), 'rsa');
    makeKey(join(root, 'stranger'));
  });
  beforeEach(async () => {
    here = mkdtempSync(join(root, 'here-'));
    world = await startServer([
      accountFor({ keys: [key, rsa].map(({ publicKey }) => ({ publicKey, expiresAt: null })) }),
    ]);
  });
  const options = (identity = 'user'): string[] => [
    ...[
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'LogLevel=ERROR',
      '-o',
      'BatchMode=yes',
    ],
    ...['-o', 'IdentitiesOnly=yes', '-i', join(root, identity)],
  ];
  /** Runs an `sftp` batch; a line with `-` in front may fail. */
  const sftp = (...lines: readonly string[]): Promise<Ran> =>
    run('sftp', [...options(), '-P', String(world.port), '-b', '-', 'shop@127.0.0.1'], `${lines.join('\n')}\n`);
  const scp = (...paths: readonly string[]): Promise<Ran> =>
    run('scp', [...options(), '-P', String(world.port), ...paths.map((path) => path.replace(/^@/, 'shop@127.0.0.1:'))]);
  const put = (name: string, bytes: Buffer | string): string => {
    writeFileSync(join(here, name), bytes);
    return join(here, name);
  };
  const texts = () => world.kept.texts();

  test('put delivers at the end, and the name is still there to be looked at', async () => {
    const { code, text } = await sftp(`put ${put('a.edi', 'ISA~')} /in/a.edi`, 'ls -l /in', 'ls -l /');
    expect([code, texts()]).toEqual([0, ['ISA~']]);
    expect(text).toMatch(/-rw-r----- .* 4 \w{3} .* a\.edi\n/);
    expect(text).toMatch(/drwxr-x--- .* in\n/);
    expect(readdirSync(world.spoolFolder)).toEqual([]);
    expect([...world.kept.received.values()][0]?.file).toMatchObject({
      channelId: 'shop/box',
      name: 'a.edi',
      remote: '127.0.0.1',
    });
  });

  test('a large file goes in and another comes out, byte for byte', async () => {
    const bytes = Buffer.alloc(20_000_000);
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
    world.mailboxes.offer('big.edi', bytes);
    const { code } = await sftp(`put -p ${put('b.edi', bytes)} in/b.edi`, `get out/big.edi ${join(here, 'got')}`);
    expect(code).toBe(0);
    expect(Buffer.from(texts()[0] ?? '', 'latin1').equals(bytes)).toBe(true);
    expect(readFileSync(join(here, 'got')).equals(bytes)).toBe(true);
    expect(world.mailboxes.gone).toEqual([{ name: 'big.edi', how: 'read' }]);
  }, 60_000);

  test('scp, both ways', async () => {
    world.mailboxes.offer('855.edi', Buffer.from('855'));
    expect(await scp(put('850.edi', '850'), '@in/850.edi')).toEqual({ code: 0, text: '' });
    expect(await scp('@out/855.edi', join(here, 'got'))).toEqual({ code: 0, text: '' });
    // Again under the same name: scp does not empty the file, it writes and then cuts it.
    expect(await scp(put('850.edi', '85'), '@in/850.edi')).toEqual({ code: 0, text: '' });
    expect([texts(), readFileSync(join(here, 'got'), 'utf8')]).toEqual([['850', '85'], '855']);
  });

  test('a temporary name is delivered when it is renamed', async () => {
    const path = put('x', 'ISA~');
    const { code } = await sftp(`put ${path} in/850.edi.part`, 'ls in');
    expect([code, texts()]).toEqual([0, []]);
    expect((await sftp('rename in/850.edi.part in/850.edi', 'ls -1 in')).text).toContain('in/850.edi\n');
    expect(texts()).toEqual(['ISA~']);
    expect(readdirSync(world.spoolFolder)).toEqual([]);
  });

  test('get and then rm, as many scripts end', async () => {
    world.mailboxes.offer('855.edi', Buffer.from('855'));
    const { code } = await sftp(`get out/855.edi ${join(here, 'got')}`, 'rm out/855.edi', 'ls out');
    expect([code, world.mailboxes.gone.length]).toEqual([0, 1]);
  });

  test('what is deleted unread has left too', async () => {
    world.mailboxes.offer('855.edi', Buffer.from('855'));
    expect((await sftp('rm out/855.edi')).code).toBe(0);
    expect(world.mailboxes.gone).toEqual([{ name: '855.edi', how: 'deleted' }]);
  });

  test('an upload that broke off is gone on with, and delivered once', async () => {
    const bytes = Buffer.alloc(3_000_000, 'ISA*');
    await world.mailboxes.put('shop/box', {
      name: 'a.edi',
      byteLength: 1_000_000,
      modifiedS: 1,
      part: { holder: 'this', spool: 'left', isClosed: false },
    });
    writeFileSync(join(world.spoolFolder, 'left'), bytes.subarray(0, 1_000_000));
    const { code } = await sftp(`reput ${put('a.edi', bytes)} in/a.edi`);
    expect(code).toBe(0);
    expect(texts()[0] === bytes.toString('latin1')).toBe(true);
  });

  test.each([
    ['put a file above its mailbox', ['put FILE /a.edi']],
    ['put a file beside its mailbox', ['put FILE /other/a.edi']],
    ['put a file into a folder of the inbox', ['put FILE /in/sub/a.edi']],
    ['climb out', ['put FILE ../../../tmp/a.edi']],
    ['read what is not there by climbing', ['get ../../../etc/passwd']],
    ['write into the outbox', ['put FILE out/a.edi']],
    ['read the inbox', ['put FILE in/a.edi', 'get in/a.edi /dev/null']],
    ['make a folder', ['mkdir in/sub']],
    ['remove a folder', ['rmdir in']],
    ['link to something', ['ln -s /etc/passwd in/a.edi']],
    ['link hard', ['ln out/855.edi in/b.edi']],
    ['rename out of the inbox', ['put FILE in/a.edi', 'rename in/a.edi out/a.edi']],
    ['rename onto another', ['put FILE in/a.edi', 'put FILE in/b.edi', 'rename in/a.edi in/b.edi']],
    ['rename a delivery', ['rename out/855.edi out/x']],
    ['append to what is delivered', ['put FILE in/a.edi', 'reput FILE2 in/a.edi']],
  ])('may not %s', async (_what, lines) => {
    world.mailboxes.offer('855.edi', Buffer.from('855'));
    const [file, file2] = [put('f', 'ISA~'), put('f2', 'ISA~more')];
    const { code } = await sftp(...lines.map((line) => line.replace('FILE2', file2).replace('FILE', file)));
    expect(code).not.toBe(0);
    expect(texts().every((text) => text === 'ISA~')).toBe(true);
    expect(world.mailboxes.gone).toEqual([]);
    expect(world.failures).toEqual([]);
  });

  test.each(['id', '-tt', '-N -R 0:127.0.0.1:1'])('no shell, no command, no forwarding: ssh %s', async (what) => {
    const { code, text } = await run('ssh', [
      ...options(),
      ...['-p', String(world.port), '-o', 'ExitOnForwardFailure=yes'],
      ...(what === 'id' ? ['shop@127.0.0.1', 'id'] : [...what.split(' '), 'shop@127.0.0.1']),
    ]);
    expect(code).not.toBe(0);
    expect(text).not.toMatch(/uid=/);
  });

  test.each([
    ['a stranger', 'stranger', 'shop', 255],
    ['a name nobody has', 'user', 'nobody', 255],
    ['an RSA key, signed with SHA-2', 'rsa', 'shop', 0],
  ])('%s', async (_what, identity, username, expected) => {
    const { code } = await run(
      'sftp',
      [...options(identity), '-P', String(world.port), '-b', '-', `${username}@127.0.0.1`],
      'ls\n',
    );
    expect(code).toBe(expected);
  });

  test('every operation stands in the audit, under the names the partner sees', async () => {
    world.mailboxes.offer('855.edi', Buffer.from('855'));
    await sftp(`put ${put('a', 'ISA~')} in/a.edi`, `get out/855.edi ${join(here, 'got')}`, 'rm in/a.edi');
    await expect
      .poll(() => world.audit.map(({ operation, name, byteLength, outcome }) => [operation, name, byteLength, outcome]))
      .toEqual([
        ['login', null, null, 'ok'],
        ['upload', 'a.edi', 4, 'ok'],
        ['download', '855.edi', 3, 'ok'],
        ['delete', 'a.edi', 4, 'ok'],
        ['logout', null, null, 'ok'],
      ]);
    expect(
      world.audit.every(
        ({ username, channelId, remote }) => username === 'shop' && channelId === 'shop/box' && remote === '127.0.0.1',
      ),
    ).toBe(true);
  });

  test('a thousand waiting files are listed and fetched in one go', async () => {
    for (let n = 0; n < 1_000; n++) world.mailboxes.offer(`f${n}.edi`, Buffer.from(String(n)));
    mkdirSync(join(here, 'got'));
    expect((await sftp(`get out/* ${join(here, 'got')}/`)).code).toBe(0);
    expect(readdirSync(join(here, 'got')).length).toBe(1_000);
    expect(world.mailboxes.deliveries.size).toBe(0);
  }, 60_000);
});
