import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directoryOutbox } from '../../../src/transports/directory/outbox.ts';
import { prepareFolders } from '../../../src/transports/directory/prepare.ts';
import type { OutboundDelivery } from '../../../src/transports/transport.ts';
import { startProcess } from '../../support/child-process.ts';

let outbox: string;
beforeEach(async () => {
  outbox = await mkdtemp(join(tmpdir(), 'tallyport-outbox-'));
});
afterEach(() => rm(outbox, { recursive: true, force: true }));

const deliveryOf = (text: string, more: Partial<OutboundDelivery> = {}): OutboundDelivery => ({
  id: 'd-1',
  channelId: 'shop/folder',
  fileName: '855-1.edi',
  byteLength: Buffer.byteLength(text),
  async *bytes() {
    for (const piece of text.match(/.{1,7}/gs) ?? []) yield Buffer.from(piece);
  },
  idempotencyKey: 'd-1',
  contentType: 'application/EDI-X12',
  ...more,
});
const visible = async () => (await readdir(outbox)).filter((name) => !name.startsWith('.'));
const leftovers = async () => readdir(join(outbox, '.tallyport'));

describe('a delivery into a folder', () => {
  test('stands there whole under its name, and nothing else does', async () => {
    const receipt = await directoryOutbox(outbox).send(deliveryOf('ISA*00*whole~'));
    expect(receipt).toEqual({ kind: 'renamed', detail: join(outbox, '855-1.edi') });
    expect(await readFile(join(outbox, '855-1.edi'), 'utf8')).toBe('ISA*00*whole~');
    expect([await visible(), await leftovers()]).toEqual([['855-1.edi'], []]);
  });

  test('the same again, also at the same time, is the same file', async () => {
    const transport = directoryOutbox(outbox);
    const receipts = await Promise.all(Array.from({ length: 5 }, () => transport.send(deliveryOf('ISA*00*whole~'))));
    expect(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size).toBe(1);
    expect([await visible(), await leftovers()]).toEqual([['855-1.edi'], []]);
  });

  test.each([
    ['other bytes', 'ISA*00*other~'],
    ['other length', 'ISA'],
  ])('a file of that name with %s is not replaced', async (_what, there) => {
    await writeFile(join(outbox, '855-1.edi'), there);
    await expect(directoryOutbox(outbox).send(deliveryOf('ISA*00*whole~'))).rejects.toMatchObject({
      kind: 'partner-refused',
    });
    expect(await readFile(join(outbox, '855-1.edi'), 'utf8')).toBe(there);
    expect(await leftovers()).toEqual([]);
  });

  test('a link of that name is not followed, even to the same bytes', async () => {
    await writeFile(join(outbox, 'other'), 'ISA');
    await symlink(join(outbox, 'other'), join(outbox, '855-1.edi'));
    await expect(directoryOutbox(outbox).send(deliveryOf('ISA'))).rejects.toMatchObject({ kind: 'partner-refused' });
  });

  test.each(['../855.edi', '.855.edi', 'a/b', '', 'a\0b', 'x'.repeat(300), '..'])(
    '%j is no name for it',
    async (fileName) => {
      await expect(directoryOutbox(outbox).send(deliveryOf('ISA', { fileName }))).rejects.toMatchObject({
        kind: 'partner-refused',
      });
      expect(await readdir(outbox)).toEqual([]);
    },
  );

  test('bytes that are not as many as announced never appear', async () => {
    await expect(directoryOutbox(outbox).send(deliveryOf('ISA', { byteLength: 4 }))).rejects.toMatchObject({
      kind: 'bug',
    });
    expect([await visible(), await leftovers()]).toEqual([[], []]);
  });

  test('a folder that is gone is not made: the share may be unmounted', async () => {
    await rm(outbox, { recursive: true });
    await expect(directoryOutbox(outbox).send(deliveryOf('ISA'))).rejects.toMatchObject({
      kind: 'partner-unreachable',
      remedy: 'Check that the folder exists and is mounted.',
    });
    await prepareFolders({
      kind: 'directory',
      inbox: null,
      archive: null,
      outbox,
      pollIntervalMs: 1,
      takeWhen: 'renamed',
      fileName: '',
    });
    await directoryOutbox(outbox).send(deliveryOf('ISA'));
  });

  test('a file called .tallyport is in the way until somebody takes it away: nothing parks for it', async () => {
    await writeFile(join(outbox, '.tallyport'), 'mine');
    await expect(directoryOutbox(outbox).send(deliveryOf('ISA'))).rejects.toMatchObject({
      kind: 'partner-refused-for-now',
    });
    await rm(join(outbox, '.tallyport'));
    await directoryOutbox(outbox).send(deliveryOf('ISA'));
  });

  test.skipIf(process.getuid?.() === 0)('a folder we may not write to parks', async () => {
    await mkdir(join(outbox, '.tallyport'));
    await chmod(outbox, 0o500);
    await expect(directoryOutbox(outbox).send(deliveryOf('ISA'))).rejects.toMatchObject({ kind: 'partner-refused' });
    await chmod(outbox, 0o700);
  });
});

describe('kill -9 while sending', () => {
  const text = 'ISA*00*killed in the middle~';
  test.each([
    ['in the middle of the bytes', 9, []],
    ['after the last', 1_000, ['855-1.edi']],
  ])('%s: the file is whole or absent, and the next attempt ends it', async (_when, killAfterBytes, seen) => {
    const sender = startProcess(new URL('./killed-sender.ts', import.meta.url), { outbox, text, killAfterBytes });
    expect(await sender.ended()).toBe('SIGKILL');
    expect(await visible()).toEqual(seen);
    await directoryOutbox(outbox).send(deliveryOf(text));
    expect(await visible()).toEqual(['855-1.edi']);
    expect(await readFile(join(outbox, '855-1.edi'), 'utf8')).toBe(text);
  });

  test('its leftovers are removed once they are too old to be alive', async () => {
    const sender = startProcess(new URL('./killed-sender.ts', import.meta.url), { outbox, text, killAfterBytes: 9 });
    await sender.ended();
    const [left = ''] = await leftovers();
    await directoryOutbox(outbox).send(deliveryOf(text));
    expect(await leftovers()).toEqual([left]);
    await utimes(join(outbox, '.tallyport', left), new Date(), new Date(Date.now() - 2 * 60 * 60 * 1_000));
    await directoryOutbox(outbox).send(deliveryOf(text));
    expect(await leftovers()).toEqual([]);
  });
});
