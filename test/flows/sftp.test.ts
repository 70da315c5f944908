import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FailureError } from '../../src/core/failure.ts';
import { startInboxes } from '../../src/flows/inboxes.ts';
import { openReceiver } from '../../src/flows/receive.ts';
import { remoteParts } from '../../src/flows/remote-parts.ts';
import { openSftpServer } from '../../src/flows/sftp-server.ts';
import type { Configuration } from '../../src/partners/configuration.ts';
import { sftpDefaults, sftpMailboxDefaults } from '../../src/partners/expand-sftp.ts';
import type { SftpMailboxSettings, SftpSettings } from '../../src/partners/sftp-settings.ts';
import type { InboxEvent } from '../../src/transports/directory/inbox.ts';
import { sftpInbox } from '../../src/transports/sftp/client/channel.ts';
import { order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { hasOpenSsh, makeKey, type Sshd, startSshd } from '../transports/sftp/openssh.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-road-sftp-'));
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(root, { recursive: true, force: true });
});

const withSettings =
  (settings: SftpSettings | SftpMailboxSettings) =>
  (configuration: Configuration): Configuration => ({
    ...configuration,
    channels: configuration.channels.map((channel) =>
      channel.partner === 'brightmart' ? { ...channel, settings } : channel,
    ),
  });
const fileName = '{message}-{date}-{time}-{controlNumber}-{deliveryId}.edi';

describe.skipIf(!hasOpenSsh)('a partner whose SFTP client comes to us', () => {
  let gateway: TestGateway;
  let port: string;
  let id: string;
  const failures: string[] = [];
  beforeAll(async () => {
    const { publicKey } = makeKey(join(root, 'user'));
    const settings: SftpMailboxSettings = {
      ...sftpMailboxDefaults,
      kind: 'sftp-mailbox',
      username: 'brightmart',
      keys: [{ publicKey: publicKey.trim(), expiresOn: null }],
      passwords: [],
      fileName,
    };
    gateway = await testGateway(withSettings(settings));
    id = (await gateway.context.configuration()).channels.find(({ partner }) => partner === 'brightmart')?.id ?? '';
    mkdirSync(join(root, 'server/spool'), { recursive: true });
    writeFileSync(join(root, 'server/spool/stray'), 'left by a process that was killed');
    writeFileSync(join(root, 'server/spool/old'), 'a part that nobody went on with');
    writeFileSync(join(root, 'server/spool/young'), 'a part of yesterday');
    writeFileSync(join(root, 'server/holder'), 'this');
    for (const [spool, days] of [
      ['old', 8],
      ['young', 1],
    ] as const)
      await gateway.rows(
        `insert into sftp_upload values ($1, $2, 5, 0, 'this', $2, false, now() - make_interval(days => $3))`,
        id,
        spool,
        days,
      );
    const server = await openSftpServer(
      gateway.context,
      { host: '127.0.0.1', port: 0, folder: join(root, 'server'), masterKey: randomBytes(32) },
      (what: string, failure: FailureError) => failures.push(`${what}: ${failure.message}`),
    );
    closing.push(() => server.close());
    port = server.url.split(':').at(-1) ?? '';
    expect(readFileSync(join(root, 'server', 'host-ed25519'), 'latin1')).toMatch(/^-----BEGIN TALLYPORT SEALED KEY/);
  });
  const sftp = (...lines: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = [
        'StrictHostKeyChecking=no',
        'UserKnownHostsFile=/dev/null',
        'LogLevel=ERROR',
        'IdentitiesOnly=yes',
      ];
      const args = [
        ...options.flatMap((option) => ['-o', option]),
        '-i',
        join(root, 'user'),
        '-P',
        port,
        '-b',
        '-',
        'brightmart@127.0.0.1',
      ];
      const child = execFile('sftp', args, (error, out, err) => (error ? reject(new Error(err)) : resolve(out)));
      child.stdin?.end(`${lines.join('\n')}\n`);
    });

  test('leaves an order and fetches its answers; the fetched ones are delivered, and all of it is on record', async () => {
    writeFileSync(join(root, '850.edi'), order850('PO-SFTP-1', 900_001));
    await sftp(`put ${join(root, '850.edi')} in/850.edi`, `put ${join(root, '850.edi')} in/again.edi`);
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    // The same bytes again, as after a lost answer, are known by their hash and not entered twice.
    expect(
      (await gateway.rows<{ n: bigint }>('select count(*) as n from purchase_order where number = $1', 'PO-SFTP-1'))[0]
        ?.n,
    ).toBe(1n);
    const listed = (await sftp('ls -1 out')).split('\n').filter((line) => line.startsWith('out/'));
    expect(listed.length).toBeGreaterThan(0);
    mkdirSync(join(root, 'got'));
    await sftp(`get out/* ${join(root, 'got')}/`, 'rm out/*').catch(() => undefined); // nothing is left for rm: it says so
    expect(readdirSync(join(root, 'got')).length).toBe(listed.length);
    expect(readFileSync(join(root, 'got', readdirSync(join(root, 'got'))[0] ?? ''), 'latin1')).toMatch(/^ISA\*/);
    const receipts = await gateway.rows<{ kind: string }>(
      'select r.kind from receipt r join delivery d on d.id = r.delivery_id where d.channel_id = $1',
      id,
    );
    expect(receipts.map(({ kind }) => kind)).toEqual(listed.map(() => 'fetched'));
    await expect
      .poll(async () =>
        (
          await gateway.rows<{ type: string }>(`select distinct type from event where type like 'sftp/%' order by 1`)
        ).map(({ type }) => type),
      )
      .toEqual(['sftp/delete', 'sftp/download', 'sftp/login', 'sftp/logout', 'sftp/upload']);
    expect(failures).toEqual([]);
    expect(readdirSync(join(root, 'server/spool'))).toEqual(['young']);
  });
});

describe.skipIf(!hasOpenSsh)('a partner whose SFTP server we come to', () => {
  let sshd: Sshd;
  let gateway: TestGateway;
  let folder: string;
  let settings: SftpSettings;
  beforeAll(async () => {
    sshd = await startSshd(join(root, 'sshd'));
    folder = mkdtempSync(join(root, 'theirs-'));
    for (const name of ['out', 'in', 'done']) mkdirSync(join(folder, name));
    process.env.TEST_SFTP_KEY = sshd.privateKeyPath;
    settings = {
      ...sftpDefaults,
      kind: 'sftp',
      host: '127.0.0.1',
      port: sshd.port,
      username: sshd.username,
      hostKeys: [sshd.fingerprint],
      passwordVariable: null,
      privateKeyVariable: 'TEST_SFTP_KEY',
      passphraseVariable: null,
      legacyAlgorithms: [],
      inbox: `${folder}/out`,
      files: ['*.edi'],
      takeWhen: 'renamed',
      afterPickUp: 'archive',
      archive: `${folder}/done`,
      outbox: `${folder}/in`,
      temporaryFolder: null,
      fileName,
    };
    gateway = await testGateway(withSettings(settings));
  });

  test('is polled by two workers at once, and answered; nothing is entered or sent twice', async () => {
    const channel = (await gateway.context.configuration()).channels.find(({ partner }) => partner === 'brightmart');
    if (channel === undefined) throw new Error('no channel');
    for (let n = 0; n < 10; n++)
      writeFileSync(join(folder, 'out', `850-${n}.edi`), order850(`PO-POLL-${n}`, 910_000 + n));
    const events: InboxEvent[] = [];
    const looks = [1, 2].map(() => {
      const parts = remoteParts(gateway.context, process.env);
      const given = {
        intake: { receive: openReceiver(gateway.context) },
        clock: gateway.clock,
        report: (event: InboxEvent) => void events.push(event),
      };
      return sftpInbox(channel, settings, parts, given);
    });
    await Promise.all(looks.map((inbox) => inbox?.look()));
    for (const inbox of looks) await inbox?.look();
    for (const inbox of looks) await inbox?.close();
    expect(events.filter(({ kind }) => kind !== 'taken')).toEqual([]);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
    expect(readdirSync(join(folder, 'done')).length).toBe(10);
    expect((await gateway.rows('select * from poll_lease')).length).toBe(0);
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    expect(
      (await gateway.rows<{ n: bigint }>(`select count(*) as n from purchase_order where number like 'PO-POLL-%'`))[0]
        ?.n,
    ).toBe(10n);
    const sent = await gateway.rows<{ file_name: string; state: string }>(
      'select file_name, state from delivery where channel_id = $1',
      channel.id,
    );
    expect(sent.length).toBeGreaterThanOrEqual(10);
    expect(sent.every(({ state }) => state === 'sent')).toBe(true);
    expect(sent.every(({ file_name }) => /^\d{3}-20361122-\d{6}-\d{9}-/.test(file_name))).toBe(true);
    expect(readdirSync(join(folder, 'in')).toSorted()).toEqual(sent.map(({ file_name }) => file_name).toSorted());
    expect(
      (await gateway.rows<{ stage: string }>('select distinct stage from upload_stage')).map(({ stage }) => stage),
    ).toEqual(['ready']);
  });

  test('a server that shows another host key is an Event, once, with what to do', async () => {
    const wrong = await testGateway(
      withSettings({ ...settings, hostKeys: [`SHA256:${'A'.repeat(43)}`], pollIntervalMs: 1_000 }),
    );
    const failures: string[] = [];
    const inboxes = startInboxes(
      wrong.context,
      (_what, failure) => failures.push(failure.name),
      remoteParts(wrong.context, process.env),
    );
    const events = () =>
      wrong.rows<{ id: string; data: unknown }>(
        `select o.object_id as id, e.data from event e join event_object o on o.event_id = e.id where e.type = 'channel/look-refused' order by 1`,
      );
    const channels = (await wrong.context.configuration()).channels.filter(({ partner }) => partner === 'brightmart');
    await expect.poll(async () => (await events()).length, { timeout: 20_000 }).toBe(channels.length);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await inboxes.close();
    expect(await events()).toEqual(
      channels
        .map(({ id }) => ({
          id,
          data: {
            message: expect.stringContaining(`shows the host key ${sshd.fingerprint}`),
            remedy: expect.stringContaining('Ask the partner'),
          },
        }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(failures.filter((name) => name === 'HostKeyChanged').length).toBe(channels.length);
  }, 60_000);

  test('a lease runs out with who held it', async () => {
    const { leases } = remoteParts(gateway.context, {});
    expect(await leases.take('there', 'one', 60_000)).toBe(true);
    expect(await leases.take('there', 'one', 60_000)).toBe(true);
    expect(await leases.take('there', 'two', 60_000)).toBe(false);
    await leases.release('there', 'two');
    expect(await leases.take('there', 'one', 1)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await leases.take('there', 'two', 60_000)).toBe(true);
  });
});
