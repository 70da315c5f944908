import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RemoteEntry, RemoteFiles } from '../../../src/transports/remote/remote-files.ts';
import type { SftpEndpoint } from '../../../src/transports/sftp/client/connect.ts';
import { readHostKeys } from '../../../src/transports/sftp/client/host-keys.ts';
import { connectSftp } from '../../../src/transports/sftp/client/sftp-files.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { freePort, hasOpenSsh, makeKey, type Sshd, startSshd } from './openssh.ts';
import { endpointOf } from './world.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-sftp-client-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function* of(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}
const noise = (length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0, x = 1; at < length; at++) {
    x = (x * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[at] = x >> 16;
  }
  return bytes;
};

describe.skipIf(!hasOpenSsh)("against OpenSSH's server", () => {
  let sshd: Sshd;
  let files: RemoteFiles;
  let folder: string;
  beforeAll(async () => {
    sshd = await startSshd(join(root, 'sshd'));
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'files-'));
    files = await connectSftp(endpointOf(sshd));
  });
  afterEach(() => files.close());

  test.each([0, 1, 32_768, 65_537, 5_000_000])('%i bytes go there and come back', async (length) => {
    const bytes = noise(length);
    expect(await files.write(`${folder}/a`, of(bytes.subarray(0, 7), bytes.subarray(7)), { isNew: true })).toBe(length);
    expect(readFileSync(join(folder, 'a')).equals(bytes)).toBe(true);
    expect(await files.stat(`${folder}/a`)).toMatchObject({ kind: 'file', byteLength: length });
    expect((await all(files.read(`${folder}/a`, length))).equals(bytes)).toBe(true);
  });

  test('a new file is refused where one is, and an old one is emptied only when asked', async () => {
    await files.write(`${folder}/a`, of(noise(100)), { isNew: true });
    await expect(files.write(`${folder}/a`, of(noise(1)), { isNew: true })).rejects.toMatchObject({ reason: 'failed' });
    expect(await files.write(`${folder}/a`, of(noise(1)), { isNew: false })).toBe(1);
    expect(readFileSync(join(folder, 'a')).byteLength).toBe(1);
  });

  test.each([
    ['more', 9],
    ['fewer', 11],
  ])('a file that has %s bytes than it was listed with is not given whole', async (word, listed) => {
    writeFileSync(join(folder, 'a'), 'ten bytes!');
    await expect(all(files.read(`${folder}/a`, listed))).rejects.toThrow(`${word} than the ${listed} bytes`);
  });

  test('lists page by page, without the folder itself', async () => {
    for (let n = 0; n < 250; n++) writeFileSync(join(folder, `f${n}`), 'x'.repeat(n));
    mkdirSync(join(folder, 'sub'));
    const seen: RemoteEntry[] = [];
    await files.list(folder, (page) => void seen.push(...page));
    expect(seen.length).toBe(251);
    expect(seen.find(({ name }) => name === 'sub')?.kind).toBe('folder');
    expect(seen.find(({ name }) => name === 'f249')).toMatchObject({ kind: 'file', byteLength: 249 });
  });

  test('what is not there is told, not thrown, where it may be so', async () => {
    expect(await files.stat(`${folder}/no`)).toBeUndefined();
    expect(await files.remove(`${folder}/no`)).toBe(false);
    await expect(all(files.read(`${folder}/no`, 1))).rejects.toMatchObject({ reason: 'absent' });
    await expect(files.list(`${folder}/no`, () => undefined)).rejects.toMatchObject({ reason: 'absent' });
  });

  test('a rename never replaces', async () => {
    writeFileSync(join(folder, 'a'), 'a');
    writeFileSync(join(folder, 'b'), 'b');
    await expect(files.rename(`${folder}/a`, `${folder}/b`)).rejects.toMatchObject({ reason: 'failed' });
    await files.rename(`${folder}/a`, `${folder}/c`);
    expect([readFileSync(join(folder, 'b'), 'utf8'), readFileSync(join(folder, 'c'), 'utf8')]).toEqual(['b', 'a']);
  });

  test('after a refusal the connection is as good as before', async () => {
    await expect(files.write('/no/such/folder/a', of(noise(1)), { isNew: true })).rejects.toMatchObject({
      reason: 'absent',
    });
    expect(files.isLost).toBe(false);
    expect(await files.write(`${folder}/a`, of(noise(3)), { isNew: true })).toBe(3);
  });

  describe('the host key', () => {
    test('that is not pinned stops us before we show anything, and is named', async () => {
      await expect(connectSftp(endpointOf(sshd, { hostKeys: ['SHA256:other'] }))).rejects.toMatchObject({
        name: 'HostKeyChanged',
        kind: 'partner-refused',
        message: expect.stringContaining(sshd.fingerprint),
      });
    });
    test('may be one of two, while the partner changes it', async () => {
      const both = await connectSftp(endpointOf(sshd, { hostKeys: ['SHA256:old', sshd.fingerprint] }));
      await both.close();
    });
    test('no pin lets nobody in', async () => {
      await expect(connectSftp(endpointOf(sshd, { hostKeys: [] }))).rejects.toMatchObject({ name: 'HostKeyChanged' });
    });
    test('is read on purpose, as ssh-keygen prints it', async () => {
      expect(await readHostKeys({ host: '127.0.0.1', port: sshd.port, timeoutMs: 5_000 })).toEqual([
        { type: 'ssh-ed25519', fingerprint: sshd.fingerprint },
      ]);
    });
  });

  test.each<[string, Partial<SftpEndpoint>, object]>([
    ['a key it does not know', { privateKey: makeKey(join(root, 'stranger')).privateKey }, { name: 'LoginRefused' }],
    ['a user it does not know', { username: 'nobody-here' }, { name: 'LoginRefused' }],
    ['a password it does not take', { privateKey: null, password: 'x' }, { name: 'LoginRefused' }],
    ['nothing to show', { privateKey: null }, { name: 'LoginRefused' }],
    ['a key that is none', { privateKey: 'not a key' }, { kind: 'credential-missing' }],
  ])('%s does not get in', async (_what, more, failure) => {
    await expect(connectSftp(endpointOf(sshd, more))).rejects.toMatchObject(failure);
  });

  test('a server that hangs in the middle of a file fails the read, and the connection with it', async () => {
    writeFileSync(join(folder, 'a'), noise(3_000_000));
    const proxy = await startCuttingProxy(sshd.port);
    const through = await connectSftp(endpointOf(sshd, { port: proxy.port, timeoutMs: 400 }));
    const reading = async () => {
      for await (const _piece of through.read(`${folder}/a`, 3_000_000)) proxy.isDeaf = true;
    };
    await expect(reading()).rejects.toMatchObject({
      kind: 'partner-unreachable',
      message: expect.stringContaining('within 400 ms'),
    });
    expect(through.isLost).toBe(true);
    await expect(through.stat(folder)).rejects.toMatchObject({ kind: 'partner-unreachable' });
    proxy.close();
  });

  test('a connection that breaks fails everything that waits on it', async () => {
    const proxy = await startCuttingProxy(sshd.port);
    const through = await connectSftp(endpointOf(sshd, { port: proxy.port }));
    const asked = Promise.allSettled([
      through.stat(folder),
      through.list(folder, () => undefined),
      through.remove(`${folder}/x`),
    ]);
    proxy.close();
    const kinds = (await asked).map((one) => (one.status === 'rejected' ? one.reason.kind : 'answered'));
    expect(kinds.every((kind) => kind === 'partner-unreachable' || kind === 'answered')).toBe(true);
    await expect(through.stat(folder)).rejects.toMatchObject({ kind: 'partner-unreachable' });
  });
});

test.skipIf(!hasOpenSsh)(
  'an old server is spoken to where its algorithms are allowed by name, and only there',
  async () => {
    const old = await startSshd(join(root, 'old'), [
      'KexAlgorithms diffie-hellman-group14-sha1',
      'Ciphers aes128-cbc',
      'MACs hmac-sha1',
    ]);
    await expect(connectSftp(endpointOf(old))).rejects.toMatchObject({
      kind: 'partner-refused',
      message: expect.stringContaining('no matching'),
      remedy: expect.stringContaining('legacyAlgorithms'),
    });
    const files = await connectSftp(
      endpointOf(old, { legacyAlgorithms: ['diffie-hellman-group14-sha1', 'aes128-cbc', 'hmac-sha1'] }),
    );
    expect(await files.stat('/')).toMatchObject({ kind: 'folder' });
    await files.close();
  },
);

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
test.skipIf(!hasOpenSsh || !hasIpv6)('over IPv6', async () => {
  const sshd = await startSshd(join(root, 'six'), ['ListenAddress ::1']);
  const files = await connectSftp(endpointOf(sshd, { host: '::1' }));
  expect(await files.stat('/')).toMatchObject({ kind: 'folder' });
  await files.close();
});

describe('a server that is none', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const listen = async (greet: string | null): Promise<number> => {
    const port = await freePort();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (greet !== null) socket.write(greet);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return port;
  };
  const nowhere = (port: number): SftpEndpoint => ({
    host: '127.0.0.1',
    port,
    username: 'u',
    hostKeys: ['SHA256:x'],
    password: 'p',
    privateKey: null,
    passphrase: null,
    timeoutMs: 300,
    legacyAlgorithms: [],
  });

  test.each([
    ['says nothing', null],
    ['greets and goes silent', 'SSH-2.0-mute\r\n'],
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['sends noise', `SSH-2.0-x\r\n${'\0'.repeat(4_000)}`],
  ])('%s: unreachable, in time', async (_what, greet) => {
    await expect(connectSftp(nowhere(await listen(greet)))).rejects.toMatchObject({ kind: 'partner-unreachable' });
  });
  test('nobody listens', async () => {
    await expect(connectSftp(nowhere(await freePort()))).rejects.toMatchObject({ kind: 'partner-unreachable' });
  });
  test('a name nobody knows', async () => {
    await expect(connectSftp({ ...nowhere(22), host: 'no-such-host.invalid' })).rejects.toMatchObject({
      kind: 'partner-unreachable',
    });
  });
});
