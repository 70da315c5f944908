import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareFolders } from '../../src/transports/directory/prepare.ts';
import { labelOf } from '../../src/transports/label.ts';
import { openTransport, startInbox } from '../../src/transports/open-transport.ts';
import type { OfferedFile } from '../../src/transports/transport.ts';
import { httpChannel } from './http/partner-server.ts';

const delivery = {
  id: 'd-1',
  channelId: 'shop/folder',
  fileName: '855.edi',
  byteLength: 3,
  async *bytes() {
    yield Buffer.from('ISA');
  },
  idempotencyKey: 'd-1',
  contentType: 'application/EDI-X12',
};

test('a folder channel brings in and takes out', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tallyport-channel-'));
  const settings = {
    kind: 'directory',
    inbox: join(root, 'a/in'),
    archive: join(root, 'a/archive'),
    outbox: join(root, 'a/out'),
    pollIntervalMs: 5,
    takeWhen: 'settled',
    fileName: '{deliveryId}',
  } as const;
  const channel = { ...httpChannel('shop/folder', null), settings };
  await prepareFolders(settings);
  await prepareFolders(settings);
  expect(await openTransport(channel, {}).send(delivery)).toMatchObject({ kind: 'renamed' });
  expect(await readFile(join(root, 'a/out/855.edi'), 'utf8')).toBe('ISA');

  const names: (string | null)[] = [];
  const intake = {
    async receive({ name, bytes }: OfferedFile) {
      for await (const _piece of bytes);
      names.push(name);
      return { transmissionId: 't-1', isNew: true };
    },
  };
  const poller = startInbox(channel, { intake, clock: { now: () => new Date() }, report: () => undefined });
  await writeFile(join(root, 'a/in/order.edi'), 'ISA');
  await expect.poll(() => names).toEqual(['order.edi']);
  await poller?.stop();
  await rm(root, { recursive: true });
});

test.runIf(process.platform === 'linux').each([
  // `mkdir -p` of Node goes round for ever there.
  ['below /proc', '/proc/nothing/here', 'ENOENT'],
  ['below a file', '/etc/hostname/here', 'ENOTDIR'],
])('a folder %s is refused, and says which and why', async (_where, inbox, code) => {
  const settings = { kind: 'directory', inbox, archive: null, outbox: null } as const;
  const channel = { ...settings, pollIntervalMs: 5, takeWhen: 'settled', fileName: 'x' } as const;
  await expect(prepareFolders(channel)).rejects.toMatchObject({
    kind: 'config-invalid',
    message: expect.stringContaining(code),
  });
});

test('an http channel without an address has a mailbox: the receipt follows', async () => {
  expect(await openTransport(httpChannel('shop/web', 'token'), {}).send(delivery)).toBe('receipt-follows');
});

test('an http channel brings nothing in by itself', () => {
  const given = {
    intake: { receive: () => Promise.reject(new Error('unasked')) },
    clock: { now: () => new Date() },
    report: () => undefined,
  };
  expect(startInbox(httpChannel('shop/web', 'token'), given)).toBeNull();
});

test('a folder channel without an outbox sends nothing', () => {
  const settings = {
    kind: 'directory',
    inbox: '/in',
    archive: null,
    outbox: null,
    pollIntervalMs: 5,
    takeWhen: 'settled',
    fileName: '',
  } as const;
  expect(() => openTransport({ ...httpChannel('shop/folder', null), settings }, {})).toThrow(
    expect.objectContaining({ kind: 'config-invalid' }),
  );
});

test.each([
  ['order.edi', 'order.edi'],
  ['/etc/passwd', 'passwd'],
  ['..', '..'],
  ['', null],
  ['a/', null],
  ['\u0000\u202e', '��'],
  ['x'.repeat(500), 'x'.repeat(255)],
])('%j is labelled %j', (name, label) => expect(labelOf(name)).toBe(label));
