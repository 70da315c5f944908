import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sftpMailboxDefaults } from '../../src/partners/expand-sftp.ts';
import { type RemoteFiles, RemoteRefusal } from '../../src/transports/remote/remote-files.ts';
import { connectSftp } from '../../src/transports/sftp/client/sftp-files.ts';
import { newSshKey } from '../../src/transports/sftp/new-key.ts';
import { order850 } from '../support/brightmart.ts';
import { startProcess, type TestProcess } from '../support/child-process.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { freePort } from '../transports/sftp/openssh.ts';
import { publicKeyOf } from '../transports/sftp/scripted-server.ts';

/*
 * A partner whose script puts, renames, fetches and removes, while our server is killed at every step there is: before and after each
 * statement it makes, and between any two requests. The script does what scripts do: what was not answered with OK it does again.
 */
const folder = mkdtempSync(join(tmpdir(), 'tallyport-sftp-killed-server-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const privateKey = newSshKey('ed25519');

let gateway: TestGateway;
let port: number;
let channelId: string;
let spare: TestProcess;
let server: TestProcess;
let hostKey = '';

const spawn = (): TestProcess =>
  startProcess(new URL('./sftp-killed-process.ts', import.meta.url), {
    place: { databaseUrl: gateway.databaseUrl, dataFolder: gateway.dataFolder },
    folder,
    port,
  });
const start = async (): Promise<void> => {
  server = spare;
  await server.message((text) => text === 'ready');
  server.child.send('open');
  const said = await server.message((text) => text.startsWith('listening ') || text.startsWith('failed '));
  expect(said).toMatch(/^listening SHA256:/);
  hostKey = said.split(' ')[1] ?? '';
  spare = spawn(); // while this one is being killed
};
const arm = async (at: number): Promise<void> => {
  server.child.send(`kill-at ${at}`);
  await server.message((text) => text === `armed ${at}`);
};

const connect = (): Promise<RemoteFiles> =>
  connectSftp({
    host: '127.0.0.1',
    port,
    username: 'brightmart',
    hostKeys: [hostKey],
    password: null,
    privateKey,
    passphrase: null,
    timeoutMs: 20_000,
    legacyAlgorithms: [],
  });
const all = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
};
async function* of(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'latin1');
}

/** Between two requests of the script; may kill the server. */
type Between = (stage: string) => Promise<void>;

/** The partner's script, once through; throws when the connection is gone. What it has done it remembers in `done`. */
async function script(
  names: { readonly whole: string; readonly renamed: string },
  texts: { readonly whole: string; readonly renamed: string },
  done: { whole: boolean; renamed: boolean; fetched: Map<string, string>; twice: string[] },
  between: Between,
): Promise<void> {
  const files = await connect();
  try {
    await between('logged in');
    if (!done.whole) await files.write(`/in/${names.whole}`, of(texts.whole), { isNew: false });
    done.whole = true;
    await between('closed');
    if (!done.renamed && (await files.stat(`/in/${names.renamed}`)) === undefined) {
      if ((await files.stat(`/in/${names.renamed}.part`))?.byteLength !== texts.renamed.length)
        await files.write(`/in/${names.renamed}.part`, of(texts.renamed), { isNew: false });
      await between('closed under a temporary name');
      await files.rename(`/in/${names.renamed}.part`, `/in/${names.renamed}`);
    }
    done.renamed = true;
    await between('renamed');
    const waiting: { name: string; byteLength: number }[] = [];
    await files.list('/out', (page) => void waiting.push(...page.filter(({ kind }) => kind === 'file')));
    for (const { name, byteLength } of waiting) {
      if (done.fetched.has(name)) done.twice.push(name);
      const text = await all(files.read(`/out/${name}`, byteLength));
      done.fetched.set(name, text);
      await between('fetched');
      await files.remove(`/out/${name}`).catch((error: unknown) => {
        if (!(error instanceof RemoteRefusal)) throw error;
      });
      await between('removed');
    }
  } finally {
    await files.close();
  }
}

describe('our SFTP server, killed at every step', () => {
  beforeAll(async () => {
    gateway = await testGateway((configuration) => ({
      ...configuration,
      channels: configuration.channels.map((channel) =>
        channel.partner !== 'brightmart'
          ? channel
          : {
              ...channel,
              settings: {
                ...sftpMailboxDefaults,
                kind: 'sftp-mailbox',
                username: 'brightmart',
                keys: [{ publicKey: publicKeyOf(privateKey), expiresOn: null }],
                passwords: [],
                fileName: '{message}-{controlNumber}-{deliveryId}.edi',
              },
            },
      ),
    }));
    channelId =
      (await gateway.context.configuration()).channels.find(({ partner }) => partner === 'brightmart')?.id ?? '';
    port = await freePort();
    spare = spawn();
  });

  let orders = 0;
  /** One time through with a server that dies; gives whether it did. */
  const tell = async (killAt: number, killAfter: string | null): Promise<boolean> => {
    // Two answers of ours wait in the mailbox: to an order that came before.
    const numbers = [++orders, ++orders, ++orders].map((n) => `KILLED-${n}`);
    const [before = '', whole = '', renamed = ''] = numbers.map((number, at) =>
      order850(number, 700_000 + orders - 2 + at),
    );
    await gateway.receive(channelId, before);
    await gateway.settle();
    const names = { whole: `${numbers[1]}.edi`, renamed: `${numbers[2]}.edi` };
    const texts = { whole, renamed };
    const done = { whole: false, renamed: false, fetched: new Map<string, string>(), twice: [] as string[] };
    await arm(killAt);
    let died = false;
    const between: Between = async (stage) => {
      if (stage !== killAfter || died) return;
      died = true;
      server.child.kill('SIGKILL');
      await server.ended();
    };
    for (let tries = 0; ; tries++) {
      expect(tries).toBeLessThan(3);
      try {
        await script(names, texts, done, between);
        break;
      } catch (error) {
        if (server.child.exitCode === null && server.child.signalCode === null) {
          await Promise.race([server.ended(), new Promise((resolve) => setTimeout(resolve, 5_000))]);
          if (server.child.signalCode === null) throw error;
        }
        died = true;
        await start();
      }
    }
    await arm(-1);
    await gateway.settle();
    const at = { killAt, killAfter };
    // Each order entered once, however often its file had to be sent.
    expect({
      ...at,
      orders: await gateway.rows(
        'select number, count(*)::int as count from purchase_order where number = any ($1) group by 1 order by 1',
        numbers,
      ),
    }).toEqual({ ...at, orders: numbers.toSorted().map((number) => ({ number, count: 1 })) });
    // Each answer fetched whole, with one receipt; none of them is still offered.
    const answers = await gateway.rows<{ file_name: string; state: string; receipts: number; byte_length: bigint }>(
      `select d.file_name, d.state, f.byte_length, (select count(*)::int from receipt r where r.delivery_id = d.id) as receipts
         from delivery d join raw_file f on f.id = d.raw_file_id where d.channel_id = $1 and d.file_name = any ($2) order by 1`,
      channelId,
      [...done.fetched.keys()],
    );
    expect(answers.length).toBeGreaterThanOrEqual(2);
    for (const { file_name, state, receipts, byte_length } of answers)
      expect({ ...at, file_name, state, receipts, bytes: done.fetched.get(file_name)?.length }).toEqual({
        ...at,
        file_name,
        state: 'sent',
        receipts: 1,
        bytes: Number(byte_length),
      });
    // Offered again only what no OK was given for: at most the one that was being fetched.
    expect({ ...at, twice: done.twice.length <= (died ? 1 : 0) }).toEqual({ ...at, twice: true });
    return died;
  };

  // Each death costs a start, which takes seconds: every one of some 150 steps by KILL_STRIDE=1.
  test('between any two requests, and before and after each statement and commit', async () => {
    await start();
    for (const stage of ['logged in', 'closed', 'closed under a temporary name', 'renamed', 'fetched', 'removed'])
      expect(await tell(-1, stage)).toBe(true);
    expect(await tell(-1, null)).toBe(false);
    let steps = 0;
    const stride = Number(process.env.KILL_STRIDE ?? 9);
    for (let died = true; died; steps += stride) died = await tell(steps, null);
    expect(steps).toBeGreaterThan(20);
    await arm(-1);
    // Nothing lies in the spool that no name stands for, once a server has started again.
    server.child.kill('SIGKILL');
    await server.ended();
    await start();
    const named = await gateway.rows<{ spool: string }>('select spool from sftp_upload where spool is not null');
    expect(readdirSync(join(folder, 'spool')).toSorted()).toEqual(named.map(({ spool }) => spool).toSorted());
  }, 600_000);
});
