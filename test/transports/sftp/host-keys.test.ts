import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
