import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../src/core/failure.ts';
import { remoteOutbox } from '../../../src/transports/remote/outbox.ts';
import { type RemoteFiles, RemoteRefusal } from '../../../src/transports/remote/remote-files.ts';
import { deliveryOf, Kept } from '../sftp/world.ts';

/** A folder into which we may write, and in which we may look at nothing. */
class DropBox implements RemoteFiles {
  readonly files = new Map<string, string>();
  /** What becomes of the next rename: it is done and nobody hears of it, or the connection breaks before. */
  next: 'done, unheard' | 'not done' | null = null;
  readonly isLost = false;
  async list(): Promise<void> {
    throw new RemoteRefusal('denied', 'LIST: no');
  }
  async stat(): Promise<undefined> {
    throw new RemoteRefusal('denied', 'STAT: no');
  }
  // biome-ignore lint/correctness/useYield: it refuses.
  async *read(): AsyncGenerator<Uint8Array> {
    throw new RemoteRefusal('denied', 'READ: no');
  }
  async write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
    let text = '';
    for await (const piece of bytes) text += Buffer.from(piece).toString();
    this.files.set(path, text);
    return text.length;
  }
  async rename(from: string, to: string): Promise<void> {
    const { next } = this;
    this.next = null;
    const text = this.files.get(from);
    if (text === undefined) throw new RemoteRefusal('absent', 'RENAME: no such file');
    if (next !== 'not done') {
      this.files.delete(from);
      this.files.set(to, text);
    }
    if (next !== null) throw new FailureError('partner-unreachable', 'the connection was lost');
  }
  async remove(): Promise<boolean> {
    throw new RemoteRefusal('denied', 'REMOVE: no');
  }
  async close(): Promise<void> {
    // There is no connection.
  }
}

describe('a folder that lets us look at nothing', () => {
  const sending = () => {
    const box = new DropBox();
    const outbox = remoteOutbox({
      connection: { use: (story) => story(box), close: async () => undefined },
      journal: new Kept(),
      place: 'ftps://test',
      folder: '/in',
      mode: 'rename',
      temporaryFolder: null,
      markerSuffix: '.done',
    });
    return { box, outbox };
  };
  const there = { '/in/855-1.edi': 'ISA~' };

  test('a rename that was not done is done by the next attempt: the file is not taken for renamed', async () => {
    const { box, outbox } = sending();
    box.next = 'not done';
    await expect(outbox.send(deliveryOf('ISA~'))).rejects.toMatchObject({
      kind: 'partner-unreachable',
      nothingSent: false,
    });
    expect(Object.fromEntries(box.files)).toEqual({ '/in/.855-1.edi.part': 'ISA~' });
    expect(await outbox.send(deliveryOf('ISA~'))).toMatchObject({ kind: 'renamed' });
    expect(Object.fromEntries(box.files)).toEqual(there);
  });

  test('one that was done, unheard, and taken: it goes there again under its own name, for it might be lost', async () => {
    const { box, outbox } = sending();
    box.next = 'done, unheard';
    await expect(outbox.send(deliveryOf('ISA~'))).rejects.toMatchObject({ kind: 'partner-unreachable' });
    expect(Object.fromEntries(box.files)).toEqual(there);
    box.files.clear();
    expect(await outbox.send(deliveryOf('ISA~'))).toMatchObject({ kind: 'renamed' });
    expect(Object.fromEntries(box.files)).toEqual(there);
  });
});
