import ssh2, { type AuthContext, type KeyboardAuthContext, type SFTPWrapper } from 'ssh2';
import { describe, expect, test } from 'vitest';
import type { InboxEvent } from '../../../src/transports/directory/inbox.ts';
import { openRemoteInbox, type RemoteInboxOptions } from '../../../src/transports/remote/inbox.ts';
import type { SftpEndpoint } from '../../../src/transports/sftp/client/connect.ts';
import { connectSftp } from '../../../src/transports/sftp/client/sftp-files.ts';
import { Trickle } from '../../../src/transports/sftp/client/trickle.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';
import { Kept, shared } from './world.ts';

const { STATUS_CODE } = ssh2.utils.sftp;
const handle = Buffer.from('h');
const fileMode = 0o100644;
const attributes = (size: number, mtime = 1_700_000_000) => ({
  mode: fileMode,
  uid: 0,
  gid: 0,
  size,
  atime: mtime,
  mtime,
});

const endpointTo = (
  { port, fingerprint, username }: ScriptedServer,
  more: Partial<SftpEndpoint> = {},
): SftpEndpoint => ({
  host: '127.0.0.1',
  port,
  username,
  hostKeys: [fingerprint],
  password: 'secret',
  privateKey: null,
  passphrase: null,
  timeoutMs: 20_000,
  legacyAlgorithms: [],
  ...more,
});

/** One folder with one file `a.edi`, of 100,000 bytes as listed; what is asked for by name is noted. */
interface Lies {
  readonly listed?: number;
  readonly names?: readonly string[];
  readonly read?: (sftp: SFTPWrapper, id: number, offset: number, length: number) => void;
  readonly more?: (sftp: SFTPWrapper) => void;
  /** How long it is waited for, where it hangs. */
  readonly timeoutMs?: number;
}
const text = Buffer.alloc(100_000, 'ISA*');
const honestly = (sftp: SFTPWrapper, id: number, offset: number, length: number): void => {
  if (offset >= text.byteLength) sftp.status(id, STATUS_CODE.EOF);
  else sftp.data(id, text.subarray(offset, offset + length));
};
const asked: string[] = [];
const liar =
  ({ listed = text.byteLength, names = ['a.edi'], read = honestly, more = () => undefined }: Lies) =>
  (sftp: SFTPWrapper): void => {
    const left = new Set(names);
    sftp.on('OPENDIR', (id) => sftp.handle(id, handle));
    sftp.on('READDIR', (id) => {
      if (left.size === 0) return sftp.status(id, STATUS_CODE.EOF);
      const page = [...left].slice(0, 100);
      for (const name of page) left.delete(name);
      return sftp.name(
        id,
        page.map((filename) => ({ filename, longname: filename, attrs: attributes(listed) })),
      );
    });
    sftp.on('OPEN', (id, path) => {
      asked.push(path);
      sftp.handle(id, handle);
    });
    sftp.on('STAT', (id, path) => {
      asked.push(path);
      sftp.attrs(id, attributes(listed));
    });
    sftp.on('READ', (id, _handle, offset, length) => read(sftp, id, offset, length));
    sftp.on('REMOVE', (id, path) => {
      asked.push(`remove ${path}`);
      sftp.status(id, STATUS_CODE.OK);
    });
    sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
    more(sftp);
  };

const inboxOptions = (
  server: ScriptedServer,
  kept: Kept,
  report: (event: InboxEvent) => void,
  more: Partial<SftpEndpoint> = {},
): RemoteInboxOptions => ({
  channelId: 'shop/sftp',
  connection: shared(endpointTo(server, more)),
  place: 'sftp://test',
  folder: '/out',
  patterns: [],
  takeWhen: 'renamed',
  settleMs: 0,
  markerSuffix: '.done',
  after: { kind: 'delete' },
  fileBytesMax: 1_000_000,
  firstInFirstOut: true,
  intake: kept,
  seen: kept,
  leases: kept,
  clock: { now: () => new Date() },
  report,
});

const lookAt = async (
  server: ScriptedServer,
  more: Partial<SftpEndpoint> = {},
): Promise<{ kept: Kept; events: InboxEvent[]; look: () => Promise<unknown>; said: () => string }> => {
  const kept = new Kept();
  const events: InboxEvent[] = [];
  const inbox = openRemoteInbox(inboxOptions(server, kept, (event) => void events.push(event), more));
  asked.length = 0;
  await inbox.look();
  const said = () =>
    events
      .map((event) => (event.kind === 'failed' ? `${event.failure.kind}: ${event.failure.message}` : event.kind))
      .join();
  return { kept, events, look: () => inbox.look(), said };
};

describe('a server that lies about a file', () => {
  test('the truth, for comparison: taken and deleted', async () => {
    const { kept, said } = await lookAt(await startScriptedServer(liar({})));
    expect(kept.texts()).toEqual([text.toString('latin1')]);
    expect([said(), asked.at(-1)]).toEqual(['taken', 'remove /out/a.edi']);
  });

  test('in small pieces is no lie', async () => {
    const read: Lies['read'] = (sftp, id, offset, length) => honestly(sftp, id, offset, Math.min(length, 7_001));
    const { kept } = await lookAt(await startScriptedServer(liar({ read })));
    expect(kept.texts()).toEqual([text.toString('latin1')]);
  });

  test.each<[string, Lies, RegExp]>([
    ['it is shorter than listed', { listed: 100_001 }, /fewer than the 100001 bytes/],
    ['it is longer than listed', { listed: 99_999 }, /more than the 99999 bytes/],
    [
      'it ends in the middle',
      {
        read: (sftp, id, offset, length) =>
          offset > 50_000 ? sftp.status(id, STATUS_CODE.EOF) : honestly(sftp, id, offset, length),
      },
      /fewer/,
    ],
    ['it answers with nothing, again and again', { read: (sftp, id) => sftp.data(id, Buffer.alloc(0)) }, /fewer/],
    ['it says OK instead of bytes', { read: (sftp, id) => sftp.status(id, STATUS_CODE.OK) }, /fewer/],
    [
      'it fails in the middle',
      {
        read: (sftp, id, offset, length) =>
          offset > 50_000 ? sftp.status(id, STATUS_CODE.FAILURE) : honestly(sftp, id, offset, length),
      },
      /partner-refused-for-now/,
    ],
    [
      'it hangs in the middle',
      {
        timeoutMs: 3_000,
        read: (sftp, id, offset, length) => (offset > 50_000 ? undefined : honestly(sftp, id, offset, length)),
      },
      /partner-unreachable: .*no answer to READ within 3000 ms/,
    ],
    [
      'it hangs up in the middle',
      { read: (sftp, id, offset, length) => (offset > 50_000 ? sftp.end() : honestly(sftp, id, offset, length)) },
      /partner-unreachable/,
    ],
    [
      'it opens with an OK and no handle',
      { more: (sftp) => sftp.removeAllListeners('OPEN').on('OPEN', (id) => sftp.status(id, STATUS_CODE.OK)) },
      /partner-unreachable: .*the answer to OPEN is none/,
    ],
    [
      'it lists with an OK and no handle',
      { more: (sftp) => sftp.removeAllListeners('OPENDIR').on('OPENDIR', (id) => sftp.status(id, STATUS_CODE.OK)) },
      /partner-unreachable: .*the answer to OPENDIR is none/,
    ],
    [
      'it answers a STAT with OK',
      { more: (sftp) => sftp.removeAllListeners('STAT').on('STAT', (id) => sftp.status(id, STATUS_CODE.OK)) },
      /partner-unreachable: .*the answer to STAT is none/,
    ],
    [
      'it hangs when it lists',
      { timeoutMs: 3_000, more: (sftp) => sftp.removeAllListeners('READDIR').on('READDIR', () => undefined) },
      /partner-unreachable: .*no answer to READDIR/,
    ],
    [
      'it says another size afterwards',
      { more: (sftp) => sftp.removeAllListeners('STAT').on('STAT', (id) => sftp.attrs(id, attributes(5))) },
      /was written to while it was read/,
    ],
  ])('%s: nothing is received, nothing deleted', async (_what, lies, told) => {
    const { timeoutMs = 20_000 } = lies;
    const { kept, said } = await lookAt(await startScriptedServer(liar(lies)), { timeoutMs });
    expect(said()).toMatch(told);
    expect(kept.texts()).toEqual([]);
    expect(asked.filter((path) => path.startsWith('remove'))).toEqual([]);
  });

  test.each([2 ** 53, 2 ** 60, 1_000_001])('a size of %i is too large, or none', async (listed) => {
    const { kept, said } = await lookAt(await startScriptedServer(liar({ listed })));
    expect(kept.texts()).toEqual([]);
    expect(['refused', '']).toContain(said());
  });

  test('names that lead elsewhere are never asked for', async () => {
    const names = ['../../etc/passwd', '/etc/passwd', 'a/b.edi', 'a\0b.edi', '..', '.', `${'x'.repeat(300)}.edi`];
    const { kept, said } = await lookAt(await startScriptedServer(liar({ names })));
    expect([kept.texts(), asked, said()]).toEqual([[], [], '']);
  });

  test('a name in an old encoding is told once and stands in nobody’s way', async () => {
    const more: Lies['more'] = (sftp) => {
      let isListed = false;
      sftp
        .removeAllListeners('OPENDIR')
        .on('OPENDIR', (id) => {
          isListed = false;
          sftp.handle(id, handle);
        })
        .removeAllListeners('READDIR')
        .on('READDIR', (id) => {
          if (isListed) return sftp.status(id, STATUS_CODE.EOF);
          isListed = true;
          const names = ['M\ufffdrz.edi', 'a.edi'];
          return sftp.name(
            id,
            names.map((filename) => ({ filename, longname: '', attrs: attributes(text.byteLength) })),
          );
        });
    };
    const { kept, events, look } = await lookAt(await startScriptedServer(liar({ more })));
    await look();
    expect(kept.texts().length).toBe(1);
    expect(events.filter(({ kind }) => kind === 'refused')).toEqual([
      { kind: 'refused', name: 'M\ufffdrz.edi', reason: 'its name is not in UTF-8; ask for plain letters' },
    ]);
  });

  test('a file that hangs once is taken at the next look, and once', async () => {
    let hangs = true;
    const read: Lies['read'] = (sftp, id, offset, length) => (hangs ? undefined : honestly(sftp, id, offset, length));
    const { kept, look, said } = await lookAt(await startScriptedServer(liar({ read })), { timeoutMs: 3_000 });
    hangs = false;
    await look();
    await look();
    expect(kept.texts().length).toBe(1);
    expect(said()).toMatch(/no answer to READ within 3000 ms\.,taken/);
  });

  test('a folder of 100,000 files is looked through in bounded memory, and the oldest 4,096 are taken', async () => {
    let count = 100_000;
    let most = 0;
    const page = (): number => {
      most = Math.max(most, process.memoryUsage().heapUsed);
      return Math.min(count, 100);
    };
    const more: Lies['more'] = (sftp) =>
      sftp.removeAllListeners('READDIR').on('READDIR', (id) => {
        if (count === 0) return sftp.status(id, STATUS_CODE.EOF);
        const entries = Array.from({ length: page() }, () => {
          const filename = `f${count}.edi`.padStart(200, 'x');
          // The last listed are the oldest.
          return { filename, longname: '', attrs: attributes(1, 1_700_000_000 + count--) };
        });
        return sftp.name(id, entries);
      });
    const before = process.memoryUsage().heapUsed;
    const taken: number[] = [];
    const server = await startScriptedServer(liar({ more }));
    const inbox = openRemoteInbox({
      ...inboxOptions(server, new Kept(), () => undefined),
      after: { kind: 'leave' },
      intake: {
        receive: async ({ name }) => {
          taken.push(Number(/f(\d+)/.exec(name ?? '')?.[1]));
          return { transmissionId: 't', isNew: true };
        },
      },
    });
    expect(await inbox.look()).toEqual({ takenCount: 4_096 });
    expect([taken[0], taken.at(-1)]).toEqual([1, 4_096]);
    // 100,000 names of 200 characters with their attributes, kept, would be 60 MB and more; what the listing leaves behind it is swept in between.
    expect(most - before).toBeLessThan(100e6);
    await inbox.close();
  }, 120_000);

  test('a listing that has no end is given up, in bounded memory', async () => {
    let count = 0;
    const more: Lies['more'] = (sftp) =>
      sftp.removeAllListeners('READDIR').on('READDIR', (id) =>
        sftp.name(
          id,
          Array.from({ length: 400 }, () => {
            const filename = `f${count++}.edi`;
            return { filename, longname: '', attrs: attributes(1, 1_700_000_000 + count) };
          }),
        ),
      );
    const before = process.memoryUsage().heapUsed;
    const { kept, said } = await lookAt(await startScriptedServer(liar({ more })));
    expect(said()).toMatch(/has more than 1000000 entries, or its listing has no end/);
    expect(kept.texts()).toEqual([]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300e6);
  }, 120_000);

  test('a byte every half a minute is noticed after a minute, and our own slowness is not the server’s', () => {
    let now = 0;
    const trickle = new Trickle(() => now);
    const over = (seconds: number, bytes: number): boolean => {
      now += seconds * 1_000;
      return trickle.came(bytes);
    };
    expect([over(29, 1), over(29, 1), over(29, 1)]).toEqual([false, false, true]);
    expect([over(30, 40_000), over(31, 40_000)]).toEqual([false, false]);
    now += 600_000; // the database was away
    trickle.restart();
    expect(over(1, 1)).toBe(false);
  });
});

test('a server that comes back with another host key is not talked to any more, and told once', async () => {
  const first = await startScriptedServer(liar({}));
  const { kept, look, events } = await lookAt(first);
  expect(kept.texts().length).toBe(1);
  await first.close();
  const second = await startScriptedServer(liar({}), { port: first.port });
  for (let n = 0; n < 4; n++) await look();
  const failures = events.flatMap((event) => (event.kind === 'failed' ? [event.failure.name] : []));
  expect(failures.filter((name) => name === 'HostKeyChanged').length).toBe(1);
  expect(failures.at(-1)).toBe('HostKeyChanged');
  expect(second.logins()).toBe(0);
});

describe('keyboard-interactive', () => {
  const asks =
    (rounds: readonly (readonly string[])[], answers: string[][], isRight: (given: readonly string[]) => boolean) =>
    (context: AuthContext): void => {
      if (context.method !== 'keyboard-interactive') {
        context.reject(['keyboard-interactive']);
        return;
      }
      const ask = (context_: KeyboardAuthContext, round: number): void => {
        const prompts = rounds[round];
        if (prompts === undefined) {
          if (isRight(answers[0] ?? [])) context_.accept();
          else context_.reject();
          return;
        }
        context_.prompt(
          prompts.map((prompt) => ({ prompt, echo: false })),
          (given: string[]) => {
            answers.push(given);
            ask(context_, round + 1);
          },
        );
      };
      ask(context, 0);
    };

  test('the password is given where a server asks for it only so', async () => {
    const answers: string[][] = [];
    const server = await startScriptedServer(liar({}), {
      logIn: asks([['Password: ']], answers, ([given]) => given === 'secret'),
    });
    const files = await connectSftp(endpointTo(server));
    expect(await files.stat('/out/a.edi')).toMatchObject({ byteLength: 100_000 });
    expect(answers).toEqual([['secret']]);
    await files.close();
  });

  test('a round without a question, as PAM ends with, is answered with nothing', async () => {
    const answers: string[][] = [];
    const server = await startScriptedServer(liar({}), {
      logIn: asks([['Password: '], []], answers, ([given]) => given === 'secret'),
    });
    await (await connectSftp(endpointTo(server))).close();
    expect(answers).toEqual([['secret'], []]);
  });

  test('a second question is not answered with the password: that would be one wrong try more', async () => {
    const answers: string[][] = [];
    const server = await startScriptedServer(liar({}), {
      logIn: asks([['Password: '], ['One-time code: ']], answers, () => false),
    });
    await expect(connectSftp(endpointTo(server))).rejects.toMatchObject({ name: 'LoginRefused' });
    expect(answers.flat().filter((given) => given === 'secret')).toEqual(['secret']);
  });

  test('a wrong password is tried once', async () => {
    const answers: string[][] = [];
    const server = await startScriptedServer(liar({}), { logIn: asks([['Password: ']], answers, () => false) });
    await expect(connectSftp(endpointTo(server, { password: 'wrong' }))).rejects.toMatchObject({
      name: 'LoginRefused',
    });
    expect(answers).toEqual([['wrong']]);
  });

  test('after the key, where a server wants both', async () => {
    const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    const answers: string[][] = [];
    let hasKey = false;
    const interactive = asks([['Password: ']], answers, ([given]) => given === 'secret' && hasKey);
    const server = await startScriptedServer(liar({}), {
      logIn(context) {
        if (context.method === 'publickey' && context.signature === undefined) return context.accept();
        if (context.method !== 'publickey') return interactive(context);
        hasKey = true;
        return context.reject(['keyboard-interactive'], true);
      },
    });
    await (await connectSftp(endpointTo(server, { privateKey: key.private }))).close();
    expect(answers).toEqual([['secret']]);
  });
});
