import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FtpsEndpoint } from '../../../src/transports/ftps/endpoint.ts';
import { connectFtps } from '../../../src/transports/ftps/ftps-files.ts';
import { shareConnection } from '../../../src/transports/remote/connection.ts';
import { remoteOutbox } from '../../../src/transports/remote/outbox.ts';
import { isPlainName, type RemoteEntry, type RemoteFiles } from '../../../src/transports/remote/remote-files.ts';
import { freePort } from '../sftp/openssh.ts';
import { deliveryOf, Kept } from '../sftp/world.ts';
import { hasProftpd, makeCertificate, type Proftpd, startProftpd } from './proftpd.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-ftps-client-'));
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

describe.skipIf(!hasProftpd).each([
  ['over explicit TLS, with MLSD', { security: 'explicit', facts: true }],
  ['over implicit TLS, with LIST', { security: 'implicit', facts: false }],
  ['over TLS 1.2', { security: 'explicit', facts: true, more: ['TLSProtocol TLSv1.2'] }],
] as const)('against ProFTPD, %s', (_how, options) => {
  let server: Proftpd;
  let files: RemoteFiles;
  let folder: string;
  beforeAll(async () => {
    server = await startProftpd(mkdtempSync(join(root, 'server-')), options);
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'files-'));
    files = await connectFtps(server.endpoint);
  });
  afterEach(() => files.close());

  test.each([0, 1, 65_537, 5_000_000])('%i bytes go there and come back', async (length) => {
    const bytes = noise(length);
    expect(await files.write(`${folder}/a`, of(bytes.subarray(0, 7), bytes.subarray(7)), { isNew: true })).toBe(length);
    expect(readFileSync(join(folder, 'a')).equals(bytes)).toBe(true);
    expect(await files.stat(`${folder}/a`)).toMatchObject({ kind: 'file', byteLength: length });
    expect((await all(files.read(`${folder}/a`, length))).equals(bytes)).toBe(true);
  });

  test('every data connection takes up the session of the control connection: the server wants it', async () => {
    for (let n = 0; n < 5; n++) {
      await files.write(`${folder}/a`, of(noise(10)), { isNew: false });
      await files.list(folder, () => undefined);
      await all(files.read(`${folder}/a`, 10));
    }
    const log = server.tlsLog();
    expect(log.match(/client reused TLS session for data connection/g)?.length).toBeGreaterThanOrEqual(15);
    expect(log).not.toMatch(/did not reuse/);
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

  test('lists page by page, without the folder itself, with times to the second', async () => {
    for (let n = 0; n < 1_250; n++) writeFileSync(join(folder, `f${n}`), 'x'.repeat(n % 100));
    utimesSync(join(folder, 'f7'), 1_700_000_007, 1_700_000_007);
    mkdirSync(join(folder, 'sub'));
    const pages: (readonly RemoteEntry[])[] = [];
    await files.list(folder, (page) => void pages.push(page));
    const seen = pages.flat();
    expect(pages.length).toBeGreaterThan(1);
    expect(seen.length).toBe(1_251);
    expect(seen.find(({ name }) => name === 'sub')?.kind).toBe('folder');
    expect(seen.find(({ name }) => name === 'f7')).toEqual({
      name: 'f7',
      kind: 'file',
      byteLength: 7,
      modifiedS: 1_700_000_007,
    });
    const { name: _name, ...listed } = seen.find(({ name }) => name === 'f99') ?? { name: '' };
    expect(await files.stat(`${folder}/f99`)).toEqual(listed);
  });

  test('a file of another time is told, though people see the same minute', async () => {
    const put = (second: number): void => {
      writeFileSync(join(folder, 'a'), 'same size');
      utimesSync(join(folder, 'a'), 1_700_000_000 + second, 1_700_000_000 + second);
    };
    const time = async () => {
      const seen: RemoteEntry[] = [];
      await files.list(folder, (page) => void seen.push(...page));
      return seen[0]?.modifiedS;
    };
    put(1);
    expect([await time(), await time()]).toEqual([1_700_000_001, 1_700_000_001]);
    put(2);
    expect(await time()).toBe(1_700_000_002);
  });

  test.each([
    ' leading',
    'trailing ',
    'two  blanks',
    'ünïcode-名',
    'quote"s',
    '-rf',
    '[a-z]*?',
    'per%20cent',
    'a;type=dir;b',
    'back\\slash',
    '.hidden',
    '#hash',
    '~user',
    '$HOME',
    '{a,b}',
  ])('the name «%s» is one like others', async (name) => {
    const path = `${folder}/${name}`;
    await files.write(path, of(Buffer.from('text')), { isNew: true });
    expect(readFileSync(join(folder, name), 'utf8')).toBe('text');
    expect(await files.stat(path)).toMatchObject({ kind: 'file', byteLength: 4 });
    await files.rename(path, `${path}.2`);
    await files.rename(`${path}.2`, path);
    const seen: string[] = [];
    await files.list(folder, (page) => void seen.push(...page.map((entry) => entry.name)));
    if (!name.startsWith('.')) expect(seen).toEqual([name]);
    expect((await all(files.read(path, 4))).toString()).toBe('text');
    expect([await files.remove(path), await files.remove(path)]).toEqual([true, false]);
  });

  test('a name that would be a command of its own is not sent', async () => {
    writeFileSync(join(folder, 'victim'), 'x');
    await expect(files.remove(`${folder}/no\r\nDELE ${folder}/victim`)).rejects.toMatchObject({
      reason: 'unsupported',
    });
    writeFileSync(join(folder, 'with\nline'), 'x');
    const seen: string[] = [];
    await files.list(folder, (page) => void seen.push(...page.map(({ name }) => name)));
    expect(seen.filter((name) => !isPlainName(name) || /[\r\n]/.test(name))).toEqual([]);
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('x');
  });

  test('what is not there is told, not thrown, where it may be so', async () => {
    for (const name of ['no', '.no.part']) {
      expect(await files.stat(`${folder}/${name}`)).toBeUndefined();
      expect(await files.remove(`${folder}/${name}`)).toBe(false);
    }
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
    for (let n = 0; n < 3; n++)
      await expect(files.write('/no/such/folder/a', of(noise(1_000_000)), { isNew: false })).rejects.toMatchObject({
        name: 'RemoteRefusal',
      });
    expect(files.isLost).toBe(false);
    expect(await files.write(`${folder}/a`, of(noise(3)), { isNew: true })).toBe(3);
  });

  test('many at a time wait for their turn', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await files.write(`${folder}/${n}`, of(noise(n * 1_000)), { isNew: true });
        expect((await all(files.read(`${folder}/${n}`, n * 1_000))).equals(noise(n * 1_000))).toBe(true);
        await files.rename(`${folder}/${n}`, `${folder}/${n}.done`);
      }),
    );
    const seen: string[] = [];
    await files.list(folder, (page) => void seen.push(...page.map(({ name }) => name)));
    expect(seen.length).toBe(20);
  });

  test('bytes of ours that fail are no file there under a final name, and the failure is ours', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield noise(100_000);
      throw new Error('the database is away');
    }
    await expect(files.write(`${folder}/a`, failing(), { isNew: true })).rejects.toThrow('the database is away');
    expect(files.isLost).toBe(true);
    await expect(files.stat(folder)).rejects.toMatchObject({ kind: 'partner-unreachable' });
  });

  describe('the certificate', () => {
    const connecting = (more: Partial<FtpsEndpoint>) => connectFtps({ ...server.endpoint, ...more });
    test('may be pinned itself', async () => {
      await (await connecting({ serverCertificates: [server.certificate] })).close();
    });
    test('that nobody vouches for stops us before we show anything', async () => {
      for (const serverCertificates of [[], [makeCertificate(mkdtempSync(join(root, 'other-'))).authority]])
        await expect(connecting({ serverCertificates })).rejects.toMatchObject({
          name: 'CertificateRefused',
          kind: 'partner-refused',
        });
    });
  });
  test('a password it does not take is no passing trouble', async () => {
    for (const more of [{ password: 'wrong' }, { username: 'nobody-here' }])
      await expect(connectFtps({ ...server.endpoint, ...more })).rejects.toMatchObject({
        name: 'LoginRefused',
        kind: 'partner-refused',
      });
  });
});

test.skipIf(!hasProftpd)(
  'a certificate of another name is refused, though its authority is trusted; pinned, its name counts for nothing',
  async () => {
    const server = await startProftpd(mkdtempSync(join(root, 'server-')), { names: 'DNS:other.example' });
    await expect(connectFtps(server.endpoint)).rejects.toMatchObject({ name: 'CertificateRefused' });
    await (await connectFtps({ ...server.endpoint, serverCertificates: [server.certificate] })).close();
  },
);

describe('a server that does as it likes', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer(mkdtempSync(join(root, 'scripted-')));
  });
  beforeEach(() => {
    server.answer = () => undefined;
    server.heard.length = 0;
    server.files.clear();
  });
  const answering = (answers: Readonly<Record<string, Answer>>) => {
    server.answer = (command) => answers[command];
  };
  const connected = async (more: Partial<FtpsEndpoint> = {}) => connectFtps({ ...server.endpoint, ...more });

  test('names another host for its data: we go to the one we know', async () => {
    server.files.set('/a', Buffer.from('text'));
    // EPSV is not understood, as on old servers.
    server.answer = (command) => (command === 'EPSV' ? { say: '500 What?' } : undefined);
    const before = await connected();
    expect((await all(before.read('/a', 4))).toString()).toBe('text');
    await before.close();
    // The answer to PASV with the address of another host in it: ports are kept, the address is not.
    const files = await connected();
    const port = await freePort();
    const trap = createServer().listen(port, '127.0.0.9');
    let lured = 0;
    trap.on('connection', () => (lured += 1));
    answering({ EPSV: { say: '500 What?' }, PASV: { say: `227 Entering (127,0,0,9,${port >> 8},${port & 255})` } });
    await expect(all(files.read('/a', 4))).rejects.toMatchObject({ kind: 'partner-unreachable' });
    expect(lured).toBe(0);
    trap.close();
  });

  test.each<[string, Readonly<Record<string, Answer>>]>([
    ['cuts everything in the middle', { RETR: { send: noise(50_000), after: 'end' } }],
    ['cuts the data and says so', { RETR: { send: noise(50_000), after: 'cut-data' } }],
    ['hangs in the middle', { RETR: { send: noise(50_000), after: 'hang' } }],
    ['never answers', { RETR: { after: 'hang' } }],
    ['cuts before it answers', { RETR: { after: 'end' } }],
    ['says it was whole, and it was not', { RETR: { send: noise(50_000) } }],
    ['sends more than it listed', { RETR: { send: noise(200_000) } }],
  ])('a file whose server %s is not taken for whole', async (_what, answers) => {
    server.files.set('/a', noise(100_000));
    const files = await connected();
    answering(answers);
    const reading = all(files.read('/a', 100_000));
    await expect(reading).rejects.toSatisfy(
      (error: { kind?: string; reason?: string }) => error.kind === 'partner-unreachable' || error.reason === 'failed',
    );
    await files.close();
  });

  test.each<[string, Readonly<Record<string, Answer>>]>([
    ['STOR', { STOR: { after: 'hang' } }],
    ['EPSV', { EPSV: { after: 'hang' } }],
    ['MLST', { MLST: { after: 'hang' } }],
    ['RNTO', { RNTO: { after: 'hang' } }],
    ['DELE', { DELE: { after: 'hang' } }],
  ])('no answer to %s: the connection is given up in time', async (_command, answers) => {
    server.files.set('/a', noise(10));
    const files = await connected();
    answering(answers);
    const done = async () => {
      await files.stat('/a');
      await files.write('/b', of(noise(10)), { isNew: false });
      await files.rename('/a', '/c');
      await files.remove('/c');
    };
    await expect(done()).rejects.toMatchObject({ kind: 'partner-unreachable' });
    expect(files.isLost).toBe(true);
    await expect(files.stat('/a')).rejects.toMatchObject({ kind: 'partner-unreachable' });
  });

  test.each<[string, Readonly<Record<string, Answer>>, object]>([
    ['has no TLS', { AUTH: { say: '502 No TLS here.' } }, { kind: 'partner-refused' }],
    ['asks to go on in the clear', { AUTH: { say: '200 As you like.' } }, { kind: 'partner-unreachable' }],
    ['would send files in the clear', { PROT: { say: '534 No.' } }, { kind: 'partner-refused' }],
    ['has no place for us now', { '': { say: '421 Too many users.' } }, { kind: 'partner-unreachable' }],
    ['has no place for this user now', { PASS: { say: '421 Too many logins.' } }, { kind: 'partner-unreachable' }],
    ['greets nobody', { '': { after: 'hang' } }, { kind: 'partner-unreachable' }],
    ['wants an account', { PASS: { say: '332 Account?' } }, { name: 'LoginRefused' }],
    ['hangs in the handshake', { AUTH: { say: '234 Begin.' } }, { kind: 'partner-unreachable' }],
  ])('one that %s', async (_what, answers, failure) => {
    answering(answers);
    await expect(connected()).rejects.toMatchObject(failure);
    if (_what.includes('TLS') || _what.includes('clear')) expect(server.heard.join()).not.toMatch(/RETR|STOR/);
    if (_what === 'has no TLS') expect(server.heard.join()).not.toContain('USER');
  });

  test('a data connection that shows another certificate is refused as the control connection is: a person must look', async () => {
    const folder = mkdtempSync(join(root, 'stranger-'));
    makeCertificate(folder);
    const files = await connected();
    const read = (name: string) => readFileSync(join(folder, name));
    server.dataIdentity = { cert: read('cert.pem'), key: read('key.pem') };
    try {
      await expect(files.list('/', () => undefined)).rejects.toMatchObject({
        name: 'CertificateRefused',
        kind: 'partner-refused',
        message: expect.stringContaining('shows a certificate we do not trust'),
      });
      const again = await connected();
      await expect(again.write('/a', of(noise(1_000)), { isNew: false })).rejects.toMatchObject({
        name: 'CertificateRefused',
      });
      expect(server.files.has('/a')).toBe(false);
    } finally {
      server.dataIdentity = null;
    }
  });

  test('a listing without an end is ended, and a line without one', async () => {
    const files = await connected();
    answering({ MLSD: { send: Buffer.from(`type=file;size=1; ${'x'.repeat(20_000)}`) } });
    await expect(files.list('/', () => undefined)).rejects.toMatchObject({ kind: 'partner-unreachable' });
  });

  test.each(['RNTO', 'STOR'] as const)(
    'the answer to %s is lost, and the partner takes the file meanwhile: it is sent once',
    async (lost) => {
      const kept = new Kept();
      const taken: string[] = [];
      let isCut = false;
      const outbox = remoteOutbox({
        connection: shareConnection(() => connected(), 200),
        journal: kept,
        place: 'ftps://test',
        folder: '/in',
        mode: 'rename',
        temporaryFolder: null,
        markerSuffix: '.done',
      });
      server.answer = (command, argument) => {
        if (command !== lost || isCut) return undefined;
        isCut = true;
        if (command === 'RNTO') {
          // Done there, and taken at once; nobody hears of it.
          taken.push(server.files.get('/in/.855-1.edi.part')?.toString() ?? '');
          server.files.delete('/in/.855-1.edi.part');
        } else server.files.set(argument, Buffer.from('IS'));
        return { after: 'end' };
      };
      await expect(outbox.send(deliveryOf('ISA~'))).rejects.toMatchObject({ kind: 'partner-unreachable' });
      expect(await outbox.send(deliveryOf('ISA~'))).toMatchObject({ kind: 'renamed' });
      taken.push(...[...server.files.values()].map(String));
      expect(taken).toEqual(['ISA~']);
    },
  );
});

test.each([
  ['says nothing', null],
  ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['speaks SSH', 'SSH-2.0-x\r\n'],
  ['sends noise', `${'\0'.repeat(100_000)}`],
])('a server that is none and %s: unreachable, in time', async (_what, greet) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (greet !== null) socket.write(greet);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (const security of ['explicit', 'implicit'] as const)
    await expect(
      connectFtps({
        host: '127.0.0.1',
        port,
        security,
        username: 'u',
        password: 'p',
        serverCertificates: [],
        timeoutMs: 300,
      }),
    ).rejects.toMatchObject({ kind: 'partner-unreachable' });
  server.close();
});
