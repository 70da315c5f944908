import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePorts } from '../../src/simulator/bell.ts';
import { type SshKey, sshKeyIn } from '../../src/simulator/own-keys.ts';
import { logIn } from '../../src/simulator/sftp/client.ts';
import { openSftpServer } from '../../src/simulator/sftp/server.ts';
import type { RemoteFiles } from '../../src/transports/remote/remote-files.ts';
import { connectSftp } from '../../src/transports/sftp/client/sftp-files.ts';

/*
 * The distributor's server is asked by the gateway's own client, and by the distributor's client.
 */
let folder: string;
let stop: AbortController;
let port: number;
let hostKey: SshKey;
let key: SshKey;
const complaints: string[] = [];
beforeEach(async () => {
  complaints.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'tallyport-simulated-sftp-'));
  stop = new AbortController();
  [port = 0] = await freePorts(1);
  hostKey = sshKeyIn(join(folder, 'keys'), 'host');
  key = sshKeyIn(join(folder, 'keys'), 'user');
  for (const name of ['outgoing/done', 'incoming']) mkdirSync(join(folder, 'root', name), { recursive: true });
  const options = { port, hostKey, username: 'maker', publicKey: key.publicKey, root: join(folder, 'root') };
  await openSftpServer(options, stop.signal, (why) => complaints.push(why));
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true, force: true });
});

const gateway = (more: object = {}): Promise<RemoteFiles> =>
  connectSftp({
    host: '127.0.0.1',
    port,
    username: 'maker',
    hostKeys: [hostKey.fingerprint],
    privateKey: key.privateKey,
    passphrase: null,
    password: null,
    legacyAlgorithms: [],
    timeoutMs: 5_000,
    ...more,
  });

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

describe("the distributor's SFTP server", () => {
  test("serves the gateway's client: list, read, archive, deliver", async () => {
    const orders = Buffer.alloc(300_000, 'ORDERS ');
    writeFileSync(join(folder, 'root/outgoing/a.edi'), orders);
    const files = await gateway();
    const names: string[] = [];
    await files.list('/outgoing', (page) => void names.push(...page.map(({ name }) => name)));
    expect(names.toSorted()).toEqual(['a.edi', 'done']);
    const read: Uint8Array[] = [];
    for await (const piece of files.read('/outgoing/a.edi', orders.length)) read.push(piece);
    expect(Buffer.concat(read).equals(orders)).toBe(true);
    await files.rename('/outgoing/a.edi', '/outgoing/done/a.edi');
    expect(await files.stat('/outgoing/a.edi')).toBeUndefined();
    expect(await files.stat('/outgoing/done/a.edi')).toMatchObject({ kind: 'file', byteLength: orders.length });
    await files.write('/incoming/.b.part', inPieces(orders), { replace: true } as never);
    await files.rename('/incoming/.b.part', '/incoming/b.edi');
    expect(readFileSync(join(folder, 'root/incoming/b.edi')).equals(orders)).toBe(true);
    await files.close();
    expect(complaints).toEqual([]);
  });

  test('never replaces a name by a rename', async () => {
    for (const name of ['a', 'b']) writeFileSync(join(folder, 'root/outgoing', name), name);
    const files = await gateway();
    await expect(files.rename('/outgoing/a', '/outgoing/b')).rejects.toThrow();
    expect(readFileSync(join(folder, 'root/outgoing/b'), 'utf8')).toBe('b');
    await files.close();
  });

  test('stays below its root', async () => {
    writeFileSync(join(folder, 'secret'), 'x');
    const files = await gateway();
    expect(await files.stat('/../secret')).toBeUndefined();
    expect(await files.stat('/outgoing/../../secret')).toBeUndefined();
    await files.close();
  });

  test('lets in one key of one name', async () => {
    const stranger = sshKeyIn(join(folder, 'keys'), 'stranger');
    await expect(gateway({ privateKey: stranger.privateKey })).rejects.toThrow();
    await expect(gateway({ username: 'other' })).rejects.toThrow();
  });

  test('is refused by a client that has pinned another host key', async () => {
    await expect(gateway({ hostKeys: [key.fingerprint] })).rejects.toThrow(/host key/);
    const account = { host: '127.0.0.1', port, username: 'maker', fingerprints: [key.fingerprint] };
    await expect(logIn(account, key)).rejects.toThrow();
  });
});

test("the distributor's client writes whole files, and reads them", async () => {
  const client = await logIn({ host: '127.0.0.1', port, username: 'maker', fingerprints: [hostKey.fingerprint] }, key);
  await client.write('/incoming', 'c.edi', Buffer.from('CONTRL'));
  expect(await client.list('/incoming')).toEqual(['c.edi']);
  expect(existsSync(join(folder, 'root/incoming/.c.edi.part'))).toBe(false);
  expect((await client.read('/incoming/c.edi')).toString()).toBe('CONTRL');
  client.close();
});
