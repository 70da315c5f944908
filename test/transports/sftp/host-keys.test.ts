import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hostKeySafe } from '../../../src/flows/as2/sealing.ts';
import type { SftpEndpoint } from '../../../src/transports/sftp/client/connect.ts';
import { readHostKeys } from '../../../src/transports/sftp/client/host-keys.ts';
import { connectSftp } from '../../../src/transports/sftp/client/sftp-files.ts';
import { newSshKey } from '../../../src/transports/sftp/new-key.ts';
import { openHostKeys } from '../../../src/transports/sftp/server/host-keys.ts';
import { accountFor, startServer } from './mailboxes.ts';
import { publicKeyOf } from './scripted-server.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-sftp-host-keys-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const privateKey = newSshKey('ed25519');
const account = accountFor({ keys: [{ publicKey: publicKeyOf(privateKey), expiresAt: null }] });

test('they are made once, for us alone, and shown as they are told', async () => {
  const folder = join(root, 'made');
  const [first, again] = [await openHostKeys(folder), await openHostKeys(folder)];
  expect(first.map(({ type, isNext }) => [type, isNext])).toEqual([
    ['ssh-ed25519', false],
    ['ssh-rsa', false],
  ]);
  expect(again.map(({ fingerprint }) => fingerprint)).toEqual(first.map(({ fingerprint }) => fingerprint));
  expect(statSync(join(folder, 'host-ed25519')).mode & 0o777).toBe(0o600);
  const { port } = await startServer([account], { hostKeys: first });
  const shown = await readHostKeys({ host: '127.0.0.1', port, timeoutMs: 5_000 });
  expect(shown).toEqual(first.map(({ type, fingerprint }) => ({ type, fingerprint })));
});

test('a rotation: the next key is told and not served, partners pin both, the files are swapped, and nobody is kept out', async () => {
  const folder = join(root, 'rotated');
  const old = (await openHostKeys(folder))[0];
  writeFileSync(join(folder, 'host-ed25519.next'), newSshKey('ed25519'), { mode: 0o600 });
  const during = await openHostKeys(folder);
  const next = during.find(({ isNext }) => isNext);
  expect(during.map(({ type, isNext }) => [type, isNext])).toEqual([
    ['ssh-ed25519', false],
    ['ssh-ed25519', true],
    ['ssh-rsa', false],
  ]);
  const endpoint = (port: number, hostKeys: readonly string[]): SftpEndpoint => ({
    ...{ host: '127.0.0.1', port, username: 'shop', hostKeys, password: null, privateKey, passphrase: null },
    ...{ timeoutMs: 5_000, legacyAlgorithms: [] },
  });
  const comesIn = async (port: number, hostKeys: readonly string[]): Promise<string> =>
    connectSftp(endpoint(port, hostKeys)).then(
      async (files) => {
        await files.close();
        return 'in';
      },
      (error: unknown) => (error instanceof Error ? error.name : 'failed'),
    );
  const both = [old?.fingerprint ?? '', next?.fingerprint ?? ''];
  const [oldOnly, nextOnly] = [both.slice(0, 1), both.slice(1)];

  const before = await startServer([account], { hostKeys: during });
  expect([
    await comesIn(before.port, oldOnly),
    await comesIn(before.port, both),
    await comesIn(before.port, nextOnly),
  ]).toEqual(['in', 'in', 'HostKeyChanged']);

  renameSync(join(folder, 'host-ed25519.next'), join(folder, 'host-ed25519'));
  const swapped = await openHostKeys(folder);
  expect(swapped.find(({ type }) => type === 'ssh-ed25519')).toMatchObject({
    fingerprint: next?.fingerprint,
    isNext: false,
  });
  const after = await startServer([account], { hostKeys: swapped });
  expect([
    await comesIn(after.port, oldOnly),
    await comesIn(after.port, both),
    await comesIn(after.port, nextOnly),
  ]).toEqual(['HostKeyChanged', 'in', 'in']);
});

test('a file that is no key stops us, and is not overwritten', async () => {
  const folder = join(root, 'broken');
  await openHostKeys(folder);
  writeFileSync(join(folder, 'host-rsa'), 'not a key');
  await expect(openHostKeys(folder)).rejects.toMatchObject({ kind: 'credential-missing' });
  expect(statSync(join(folder, 'host-rsa')).size).toBe(9);
});

describe('with a master key', () => {
  const safe = hostKeySafe(randomBytes(32));
  const file = (folder: string, name: string): string => readFileSync(join(folder, name), 'latin1');
  const names = ['host-ed25519', 'host-rsa'];

  test('they are sealed from the start, and open with it alone', async () => {
    const folder = join(root, 'sealed');
    const [first, again] = [await openHostKeys(folder, safe), await openHostKeys(folder, safe)];
    expect(again).toEqual(first);
    for (const name of names) {
      expect(file(folder, name)).toMatch(/^-----BEGIN TALLYPORT SEALED KEY-----/);
      expect(file(folder, name)).not.toMatch(/OPENSSH|RSA|PRIVATE/);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    for (const other of [hostKeySafe(randomBytes(32)), null])
      await expect(openHostKeys(folder, other)).rejects.toMatchObject({ kind: 'credential-missing' });
    const { port } = await startServer([account], { hostKeys: again });
    const shown = await readHostKeys({ host: '127.0.0.1', port, timeoutMs: 5_000 });
    expect(shown.map(({ fingerprint }) => fingerprint)).toEqual(first.map(({ fingerprint }) => fingerprint));
  });

  test('those that lay in the clear are sealed where they are, and stay the same keys', async () => {
    const folder = join(root, 'migrated');
    const clear = await openHostKeys(folder);
    const sealed = await openHostKeys(folder, safe);
    expect(sealed).toEqual(clear);
    expect(readdirSync(folder).toSorted()).toEqual(names); // nothing is left beside them
    for (const name of names) expect(file(folder, name)).not.toContain('PRIVATE');
  });

  test('a next one of ssh-keygen is sealed at its first start, and takes the other’s place', async () => {
    const folder = join(root, 'sealed-rotation');
    await openHostKeys(folder, safe);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'made')]);
    renameSync(join(folder, 'made'), join(folder, 'host-ed25519.next'));
    const next = (await openHostKeys(folder, safe)).find(({ isNext }) => isNext);
    expect(file(folder, 'host-ed25519.next')).not.toContain('PRIVATE');
    renameSync(join(folder, 'host-ed25519.next'), join(folder, 'host-ed25519'));
    const [now] = await openHostKeys(folder, safe);
    expect(now).toMatchObject({ fingerprint: next?.fingerprint, isNext: false });
  });

  test('a file that is no key is not sealed over', async () => {
    const folder = join(root, 'broken-sealed');
    await openHostKeys(folder, safe);
    writeFileSync(join(folder, 'host-rsa'), 'not a key');
    await expect(openHostKeys(folder, safe)).rejects.toMatchObject({ kind: 'credential-missing' });
    expect(file(folder, 'host-rsa')).toBe('not a key');
  });
});

test.each([
  ['at once', null],
  ['after its greeting', 'SSH-2.0-OpenSSH_9.2\r\n'],
])('a server that hangs up %s is not said to show no key that we know', async (_when, greeting) => {
  const server = createServer((socket) => void (greeting === null ? socket.destroy() : socket.end(greeting)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(readHostKeys({ host: '127.0.0.1', port, timeoutMs: 2_000 })).rejects.toMatchObject({
    kind: 'partner-unreachable',
    message: `127.0.0.1:${port} ended the connection before it showed a host key.`,
  });
  server.close();
});
