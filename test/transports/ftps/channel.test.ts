import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../../src/partners/configuration.ts';
import { sftpDefaults } from '../../../src/partners/expand-sftp.ts';
import type { FtpsSettings } from '../../../src/partners/sftp-settings.ts';
import { readCertificates } from '../../../src/transports/ftps/certificate.ts';
import { ftpsInbox, ftpsOutbox } from '../../../src/transports/ftps/channel.ts';
import { connectFtps } from '../../../src/transports/ftps/ftps-files.ts';
import { keepConnections } from '../../../src/transports/remote/parts.ts';
import { deliveryOf, Kept } from '../sftp/world.ts';
import { hasProftpd, type Proftpd, startProftpd } from './proftpd.ts';

const root = mkdtempSync(join(tmpdir(), 'tallyport-ftps-channel-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.skipIf(!hasProftpd)('an ftps channel', () => {
  let server: Proftpd;
  const [inbox, outbox, archive] = ['out', 'in', 'done'].map((name) => join(root, name));
  beforeAll(async () => {
    for (const folder of [inbox, outbox, archive]) mkdirSync(folder ?? '');
    server = await startProftpd(join(root, 'server'));
  });
  const settings = (): FtpsSettings => ({
    ...sftpDefaults,
    kind: 'ftps',
    host: '127.0.0.1',
    port: server.port,
    security: 'explicit',
    username: 'partner',
    passwordVariable: 'TEST_FTPS_PASSWORD',
    serverCertificates: [server.authority],
    inbox: inbox ?? null,
    files: [],
    takeWhen: 'renamed',
    afterPickUp: 'archive',
    archive: archive ?? null,
    outbox: outbox ?? null,
    temporaryFolder: null,
    fileName: '{message}-{controlNumber}-{deliveryId}.edi',
  });
  const channel = (): Channel => ({
    id: 'shop/ftps',
    partner: 'shop',
    name: 'ftps',
    settings: settings(),
    speaksFor: [],
    fileBytesMax: 1_000_000,
    inFlightMax: 4,
    firstInFirstOut: false,
  });
  const parts = (kept: Kept, password: string | undefined) => ({
    environment: { TEST_FTPS_PASSWORD: password },
    connections: keepConnections(),
    journal: kept,
    seen: kept,
    leases: kept,
  });

  test('delivers into one folder and takes from another', async () => {
    const kept = new Kept();
    const remote = parts(kept, 'right-password');
    expect(await ftpsOutbox(channel(), settings(), remote).send(deliveryOf('ISA~'))).toEqual({
      kind: 'renamed',
      detail: `ftps://partner@127.0.0.1:${server.port}${outbox}/855-1.edi`,
    });
    expect(readFileSync(join(outbox ?? '', '855-1.edi'), 'utf8')).toBe('ISA~');
    writeFileSync(join(inbox ?? '', 'order.edi'), 'ISA*order~');
    const it = ftpsInbox(channel(), settings(), remote, {
      intake: kept,
      clock: { now: () => new Date() },
      report: () => undefined,
    });
    expect(await it?.look()).toEqual({ takenCount: 1 });
    expect(kept.texts()).toEqual(['ISA*order~']);
    expect([readdirSync(inbox ?? ''), readdirSync(archive ?? '')]).toEqual([[], ['order.edi']]);
    await it?.close();
    await remote.connections.close();
  });

  test('whose password is not in the environment wants a person', async () => {
    const send = ftpsOutbox(channel(), settings(), parts(new Kept(), undefined)).send(
      deliveryOf('ISA~', { id: 'd-2' }),
    );
    await expect(send).rejects.toMatchObject({ kind: 'credential-missing', nothingSent: true });
  });

  test('its certificates can be seen before anybody logs in, and pinned as they are shown', async () => {
    const shown = await readCertificates({ ...server.endpoint, security: 'explicit' });
    expect(shown[0]).toMatchObject({ subject: 'CN=ftp.test', issuer: 'CN=Test authority' });
    expect(shown[0]?.pem).toBe(server.certificate.trim());
    await (await connectFtps({ ...server.endpoint, serverCertificates: [shown[0]?.pem ?? ''] })).close();
  });

  test('asked for with the wrong kind of TLS, it is said in words', async () => {
    await expect(readCertificates({ ...server.endpoint, security: 'implicit' })).rejects.toMatchObject({
      kind: 'partner-unreachable',
      message: `127.0.0.1:${server.port}: answers without TLS: try without --implicit.`,
    });
  });
});

/** What a process holds may not grow with what a folder holds: 20,000 files, in pages, are listed in less memory than their listing has. */
test.skipIf(!hasProftpd)(
  'a large folder is listed in pages, and its consumer makes the server wait',
  async () => {
    const server = await startProftpd(join(root, 'server-large'));
    const folder = mkdtempSync(join(root, 'large-'));
    const count = 20_000;
    for (let n = 0; n < count; n++) {
      writeFileSync(join(folder, `order-${n}.edi`), 'x');
      if (n % 1_000 === 0) utimesSync(join(folder, `order-${n}.edi`), 1_600_000_000 + n, 1_600_000_000 + n);
    }
    const files = await connectFtps(server.endpoint);
    let seen = 0;
    let largest = 0;
    await files.list(folder, async (page) => {
      seen += page.length;
      largest = Math.max(largest, page.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
    });
    expect({ seen, largest }).toEqual({ seen: count, largest: 1_000 });
    await files.close();
  },
  60_000,
);
