import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Client } from 'ssh2';
import { afterAll, expect, test } from 'vitest';
import { newSshKey } from '../../../src/transports/sftp/new-key.ts';
import { startProcess } from '../../support/child-process.ts';
import { publicKeyOf } from './scripted-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallyport-sftp-idle-'));
const clients: Client[] = [];
const sockets: Socket[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
  for (const socket of sockets) socket.destroy();
  rmSync(folder, { recursive: true, force: true });
});
const privateKey = newSshKey('ed25519');
const idleCount = 1_000;
const perAddress = 30;

test('1,000 idle sessions cost little, and neither they nor strangers who fill the rest keep an honest client out', async () => {
  const server = startProcess(new URL('./idle-process.ts', import.meta.url), {
    folder,
    publicKey: publicKeyOf(privateKey),
  });
  const port = Number((await server.message((text) => text.startsWith('listening '))).split(' ')[1]);
  const memory = async (): Promise<{ bytes: number; connections: number }> => {
    const before = server.messages().length;
    server.child.send('memory');
    for (;;) {
      const said = server
        .messages()
        .slice(before)
        .find((text) => text.startsWith('memory '));
      if (said !== undefined) {
        const [, bytes = '', connections = ''] = said.split(' ');
        return { bytes: Number(bytes), connections: Number(connections) };
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const login = (n: number, localAddress: string): Promise<Client> =>
    new Promise((resolve, reject) => {
      const client = new ssh2.Client();
      clients.push(client);
      client
        .on('ready', () => resolve(client))
        .on('error', reject)
        .on('close', () => reject(new Error('closed')))
        .connect({ host: '127.0.0.1', port, localAddress, username: `shop-${n}`, privateKey, readyTimeout: 60_000 });
    });
  const openSftp = (client: Client): Promise<void> =>
    new Promise((resolve, reject) =>
      client.sftp((error, sftp) => {
        if (error) return reject(error);
        sftp.stat('/in', (refused) => (refused ? reject(refused) : resolve()));
      }),
    );
  const before = await memory();
  let next = 0;
  const visitor = async (): Promise<void> => {
    for (let n = next++; n < idleCount; n = next++)
      await openSftp(await login(Math.floor(n / 10), `127.0.1.${1 + Math.floor(n / perAddress)}`));
  };
  await Promise.all(Array.from({ length: 10 }, visitor));
  const during = await memory();
  expect(during.connections).toBe(idleCount);
  // 56 KB each when it was measured; a leak of a window's worth (2 MB) would be 2 GB.
  expect(during.bytes - before.bytes).toBeLessThan(300e6);

  // Strangers take what is left and more: each new one costs the eldest of them its place.
  for (let n = 0; n < 60; n++)
    sockets.push(
      connectSocket({ port, host: '127.0.0.1', localAddress: `127.0.2.${1 + (n % 3)}` })
        .on('error', () => undefined)
        .resume(),
    );
  await expect
    .poll(() => sockets.filter((socket) => socket.destroyed || socket.closed).length, { timeout: 20_000 })
    .toBeGreaterThan(30);
  expect((await memory()).connections).toBeLessThanOrEqual(1_024);
  const honest = await login(999, '127.0.3.1');
  await new Promise<void>((resolve, reject) =>
    honest.sftp((error, sftp) => {
      if (error) return reject(error);
      sftp.writeFile('/in/order.edi', 'ISA~', (refused) => (refused ? reject(refused) : resolve()));
    }),
  );
  expect(await server.message((text) => text.startsWith('received '))).toBe('received 4');
  expect(server.messages().filter((text) => text.startsWith('report '))).toEqual([]);
}, 300_000);
