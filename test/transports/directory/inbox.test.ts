import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../../src/core/failure.ts';
import {
  type DirectoryInbox,
  type DirectoryInboxOptions,
  type InboxEvent,
  openDirectoryInbox,
} from '../../../src/transports/directory/inbox.ts';
import { startPoller } from '../../../src/transports/directory/poller.ts';
import { filesAtOnceMax } from '../../../src/transports/limits.ts';
import type { Intake, OfferedFile } from '../../../src/transports/transport.ts';
import { committedTexts, diskIntake } from './disk-intake.ts';

const clock = { now: () => new Date('2026-11-22T12:00:00Z') };
let root: string;
let events: InboxEvent[];
const opened: DirectoryInbox[] = [];
const path = (...names: string[]) => join(root, ...names);
const inboxFile = (name: string) => path('in', name);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tallyport-inbox-'));
  await mkdir(path('in'));
  await mkdir(path('archive'));
  events = [];
});
afterEach(async () => {
  for (const inbox of opened.splice(0)) await inbox.close();
  await chmod(root, 0o700);
  await rm(root, { recursive: true, force: true });
});

function open(more: Partial<DirectoryInboxOptions> = {}): DirectoryInbox {
  const inbox = openDirectoryInbox({
    channelId: 'shop/folder',
    inbox: path('in'),
    archive: path('archive'),
    takeWhen: 'renamed',
    fileBytesMax: 1_000_000,
    firstInFirstOut: false,
    intake: diskIntake(path('store')),
    clock,
    report: (event) => events.push(event),
    ...more,
  });
  opened.push(inbox);
  return inbox;
}

const taken = () => committedTexts(path('store'));
const archived = async () => (await readdir(path('archive'), { recursive: true })).filter((name) => name.includes('/'));
const inInbox = async () => (await readdir(path('in'))).filter((name) => name !== '.tallyport');
/** Files anywhere under our work folder, but for the heartbeats. */
const claimed = async () =>
  (await readdir(path('in', '.tallyport'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== 'alive')
    .map(({ name }) => name);

/** Keeps the order in which files were offered, and can be told to fail. */
function recordingIntake(fail: (file: OfferedFile) => boolean = () => false): Intake & { readonly names: string[] } {
  const kept = diskIntake(path('store'));
  const names: string[] = [];
  return {
    names,
    async receive(file) {
      if (fail(file)) throw new Error('the database is away');
      names.push(file.name ?? '');
      return kept.receive(file);
    },
  };
}

describe('a file is taken when it is whole', () => {
  test('renamed: at first sight, archived after commit under its transmission', async () => {
    await writeFile(inboxFile('order.edi'), 'ISA');
    expect(await open().look()).toEqual({ takenCount: 1 });
    expect(await taken()).toEqual(['ISA']);
    expect(await inInbox()).toEqual([]);
    expect(await claimed()).toEqual([]);
    expect(await archived()).toEqual([expect.stringMatching(/^2026-11-22\/[0-9a-f]{32}-order\.edi$/)]);
    expect(events).toEqual([{ kind: 'taken', name: 'order.edi', transmissionId: expect.any(String), isNew: true }]);
  });

  test('settled: when two looks agree, however long it grows before', async () => {
    const inbox = open({ takeWhen: 'settled' });
    await writeFile(inboxFile('order.edi'), 'I');
    for (const piece of ['S', 'A', '*']) {
      expect(await inbox.look()).toEqual({ takenCount: 0 });
      await appendFile(inboxFile('order.edi'), piece);
    }
    expect(await inbox.look()).toEqual({ takenCount: 0 });
    expect(await inbox.look()).toEqual({ takenCount: 1 });
    expect(await taken()).toEqual(['ISA*']);
  });

  test('settled: one size with another time is another file', async () => {
    const inbox = open({ takeWhen: 'settled' });
    await writeFile(inboxFile('order.edi'), 'old');
    await inbox.look();
    await writeFile(inboxFile('order.edi'), 'new');
    await utimes(inboxFile('order.edi'), new Date(), new Date(Date.now() + 5_000));
    expect(await inbox.look()).toEqual({ takenCount: 0 });
    expect(await inbox.look()).toEqual({ takenCount: 1 });
    expect(await taken()).toEqual(['new']);
  });

  test('one that grows while it is read is not committed, and taken whole later', async () => {
    await writeFile(inboxFile('order.edi'), 'ISA*first');
    const kept = diskIntake(path('store'));
    let grew = false;
    const inbox = open({
      intake: {
        async receive(file) {
          const bytes = async function* () {
            for await (const chunk of file.bytes) {
              yield chunk;
              if (grew) continue;
              grew = true;
              const [claim] = await readdir(path('in', '.tallyport'));
              await appendFile(path('in', '.tallyport', claim ?? '', '1', 'order.edi'), '*second');
            }
          };
          return kept.receive({ ...file, bytes: bytes() });
        },
      },
    });
    expect(await inbox.look()).toEqual({ takenCount: 0 });
    expect(await taken()).toEqual([]);
    expect(events).toMatchObject([{ kind: 'failed', name: 'order.edi', failure: { kind: 'partner-unreachable' } }]);
    expect(await inbox.look()).toEqual({ takenCount: 1 });
    expect(await taken()).toEqual(['ISA*first*second']);
  });

  test.each(['.order.edi', 'order.edi.tmp', 'order.PART', 'order.filepart', 'order.edi~'])(
    '%s is passed by',
    async (name) => {
      await writeFile(inboxFile(name), 'ISA');
      const inbox = open();
      expect(await inbox.look()).toEqual({ takenCount: 0 });
      await rename(inboxFile(name), inboxFile('order.edi'));
      expect(await inbox.look()).toEqual({ takenCount: 1 });
    },
  );

  test('without an archive it is deleted after commit', async () => {
    await writeFile(inboxFile('order.edi'), 'ISA');
    expect(await open({ archive: null }).look()).toEqual({ takenCount: 1 });
    expect([await inInbox(), await claimed(), await archived()]).toEqual([[], [], []]);
  });

  test('an empty file is taken too: that it is empty is for the reader to say', async () => {
    await writeFile(inboxFile('empty.edi'), '');
    expect(await open().look()).toEqual({ takenCount: 1 });
    expect(await taken()).toEqual(['']);
  });
});

describe('order', () => {
  const drop = async (names: readonly string[]) => {
    for (const [index, name] of names.entries()) {
      await writeFile(inboxFile(name), name);
      await utimes(inboxFile(name), new Date(), new Date(1_000_000 + index * 1_000));
    }
  };

  test('oldest first, whatever the names', async () => {
    await drop(['c', 'a', 'b']);
    const intake = recordingIntake();
    await open({ intake, firstInFirstOut: true }).look();
    expect(intake.names).toEqual(['c', 'a', 'b']);
  });

  test('first in, first out: nothing passes one that failed', async () => {
    await drop(['c', 'a', 'b']);
    let away = true;
    const intake = recordingIntake(({ name }) => away && name === 'a');
    const inbox = open({ intake, firstInFirstOut: true });
    await inbox.look();
    expect(intake.names).toEqual(['c']);
    away = false;
    await inbox.look();
    expect(intake.names).toEqual(['c', 'a', 'b']);
  });

  test('a database that is away is asked once a look, and no more files are claimed meanwhile', async () => {
    const names = [...'abcdefghijklmnopqrstuvwxyz'];
    await drop(names);
    let away = true;
    let askedCount = 0;
    const kept = diskIntake(path('store'));
    const inbox = open({
      intake: {
        receive(file) {
          askedCount++;
          if (away) throw new FailureError('database-unreachable', 'away');
          return kept.receive(file);
        },
      },
    });
    await inbox.look();
    expect(askedCount).toBeLessThanOrEqual(filesAtOnceMax);
    await drop(['zz later']);
    await inbox.look();
    expect(await inInbox()).toEqual(['zz later']);
    away = false;
    await inbox.look();
    expect(await taken()).toEqual(names);
    await inbox.look();
    expect(await taken()).toEqual([...names, 'zz later']);
  });

  test('otherwise one that fails holds up nobody', async () => {
    await drop(['c', 'a', 'b']);
    const intake = recordingIntake(({ name }) => name === 'c');
    const inbox = open({ intake });
    expect(await inbox.look()).toEqual({ takenCount: 2 });
    expect(await claimed()).toEqual(['c']);
    expect(events.filter(({ kind }) => kind === 'failed')).toMatchObject([{ name: 'c', failure: { kind: 'bug' } }]);
  });
});

describe('hostile and odd files', () => {
  test('a link is never followed, nor taken', async () => {
    await writeFile(path('secret'), 'password');
    await symlink(path('secret'), inboxFile('order.edi'));
    expect(await open().look()).toEqual({ takenCount: 0 });
    expect(await taken()).toEqual([]);
    expect(await readFile(path('secret'), 'utf8')).toBe('password');
  });

  test('folders, pipes and sockets are no files', async () => {
    await mkdir(inboxFile('folder.edi'));
    execFileSync('mkfifo', [inboxFile('pipe.edi')]);
    expect(await open().look()).toEqual({ takenCount: 0 });
    expect(events).toEqual([]);
  });

  test('a work folder that is a link is refused', async () => {
    await mkdir(path('elsewhere'));
    await symlink(path('elsewhere'), path('in', '.tallyport'));
    await writeFile(inboxFile('order.edi'), 'ISA');
    expect(await open().look()).toEqual({ takenCount: 0 });
    expect(events).toMatchObject([{ kind: 'failed', name: null, failure: { kind: 'partner-refused-for-now' } }]);
    expect(await readdir(path('elsewhere'))).toEqual([]);
    expect(await inInbox()).toEqual(['order.edi']);
  });

  test.each([
    ['blanks and quotes', Buffer.from(` o'r"d $(rm -rf) ;.edi`), `o'r"d $(rm -rf) ;.edi`],
    ['a line break', Buffer.from('or\nder.edi'), 'or�der.edi'],
    ['bytes that are no UTF-8', Buffer.from([0x6f, 0xff, 0xfe, 0x2e, 0x65]), 'o��.e'],
    ['text that turns around', Buffer.from('order\u202Eide.exe'), 'order�ide.exe'],
    ['255 bytes', Buffer.from(`${'x'.repeat(251)}.edi`), `${'x'.repeat(251)}.edi`],
    ['a leading hyphen', Buffer.from('-rf'), '-rf'],
  ])('a name with %s', async (_what, name, shown) => {
    await writeFile(Buffer.concat([Buffer.from(`${path('in')}/`), name]), 'ISA');
    expect(await open().look()).toEqual({ takenCount: 1 });
    expect(events).toMatchObject([{ kind: 'taken', name: shown }]);
    expect(await taken()).toEqual(['ISA']);
    expect(await archived()).toHaveLength(1);
  });

  test('one too large is set aside and told', async () => {
    await writeFile(inboxFile('big.edi'), 'x'.repeat(1_001));
    const inbox = open({ fileBytesMax: 1_000 });
    await inbox.look();
    await inbox.look();
    expect(await taken()).toEqual([]);
    expect(events).toEqual([{ kind: 'refused', name: 'big.edi', reason: 'larger than 1000 bytes' }]);
    expect(await readdir(path('in', '.tallyport', 'refused'))).toEqual([expect.stringMatching(/-1-big\.edi$/)]);
  });

  test('two files of one name after each other are two files', async () => {
    let away = true;
    const inbox = open({ intake: recordingIntake(() => away) });
    await writeFile(inboxFile('order.edi'), 'first');
    await inbox.look();
    await writeFile(inboxFile('order.edi'), 'second');
    away = false;
    await inbox.look();
    expect(await taken()).toEqual(['first', 'second']);
    expect(await archived()).toHaveLength(2);
  });

  test('a folder that goes away is told, and used again when it is back', async () => {
    const inbox = open();
    await inbox.look();
    await rename(path('in'), path('gone'));
    await inbox.look();
    expect(events).toMatchObject([{ kind: 'failed', name: null, failure: { kind: 'partner-unreachable' } }]);
    expect(await readdir(root)).not.toContain('in');
    await rename(path('gone'), path('in'));
    await writeFile(inboxFile('order.edi'), 'ISA');
    await inbox.look();
    expect(await taken()).toEqual(['ISA']);
  });
});

describe('several pollers on one folder', () => {
  test('take each file once', async () => {
    const pollers = [open(), open(), open()];
    await Promise.all(Array.from({ length: 60 }, (_, index) => writeFile(inboxFile(`${index}.edi`), String(index))));
    const counts = await Promise.all(pollers.map((inbox) => inbox.look()));
    expect(counts.reduce((sum, { takenCount }) => sum + takenCount, 0)).toBe(60);
    expect(events.filter((event) => event.kind === 'taken' && event.isNew)).toHaveLength(60);
    expect(events).toHaveLength(60);
  });

  test('one takes over the claims of another that was closed', async () => {
    await writeFile(inboxFile('order.edi'), 'ISA');
    const first = open({ intake: recordingIntake(() => true) });
    await first.look();
    await first.close();
    expect(await open().look()).toEqual({ takenCount: 1 });
    expect(await claimed()).toEqual([]);
  });

  test('one that falls silent is taken over, one that beats is not', async () => {
    await writeFile(inboxFile('order.edi'), 'ISA');
    await open({ intake: recordingIntake(() => true) }).look();
    const second = open();
    expect(await second.look()).toEqual({ takenCount: 0 });
    const work = path('in', '.tallyport');
    const [claim = ''] = (await readdir(work, { recursive: true })).filter((name) => name.endsWith('order.edi'));
    await utimes(join(work, claim, '..', '..', 'alive'), new Date(), new Date(Date.now() - 60_000));
    expect(await second.look()).toEqual({ takenCount: 1 });
    expect(await taken()).toEqual(['ISA']);
  });
});

describe('a poller', () => {
  test('goes on by itself, and stops when told', async () => {
    const poller = startPoller(open(), 5);
    await writeFile(path('unfinished'), 'ISA');
    await rename(path('unfinished'), inboxFile('order.edi'));
    await expect.poll(taken).toEqual(['ISA']);
    await poller.stop();
    await writeFile(inboxFile('late.edi'), 'late');
    expect(await inInbox()).toEqual(['late.edi']);
  });

  test('a hard link elsewhere does not keep the file in the inbox', async () => {
    await writeFile(path('kept'), 'ISA');
    await link(path('kept'), inboxFile('order.edi'));
    expect(await open().look()).toEqual({ takenCount: 1 });
    expect(await readFile(path('kept'), 'utf8')).toBe('ISA');
  });
});
