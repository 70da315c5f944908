import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { diagnose } from '../../src/flows/as2/doctor.ts';
import { createKey } from '../../src/flows/as2/keep-key.ts';
import { openKeyRing } from '../../src/flows/as2/key-ring.ts';
import { type As2Settings, as2Defaults13 } from '../../src/partners/as2-settings.ts';
import { makeSelfSigned } from '../../src/transports/as2/cms/self-signed.ts';
import { signDetached } from '../../src/transports/as2/cms/signed-data.ts';
import { as2ChannelId, undated } from '../support/as2-channel.ts';
import { as2Station } from '../support/as2-station.ts';
import { order850 } from '../support/brightmart.ts';

/* Two gateways under every profile a channel may have, both ways, through their tables and over HTTP. */
const masterKey = randomBytes(32);
const [us, them] = [await as2Station(masterKey), await as2Station(masterKey)];
type Kind = 'rsa-2048' | 'p256' | 'p384';
const keyOf = (station: typeof us, kind: Kind) =>
  createKey(
    station.gateway.context,
    masterKey,
    { name: kind, commonName: kind, organization: 'Test', kind, validDays: 30 },
    'test',
  );
const keysOf = async (station: typeof us) => ({
  'rsa-2048': await keyOf(station, 'rsa-2048'),
  p256: await keyOf(station, 'p256'),
  p384: await keyOf(station, 'p384'),
});
const [ours, theirs] = [await keysOf(us), await keysOf(them)];

async function agree(kind: Kind, settings: Partial<As2Settings>, more: Partial<As2Settings> = {}): Promise<void> {
  const ourKeys = [{ name: kind, ...undated }];
  await us.configure({
    url: them.url,
    ourKeys,
    theirCertificates: [{ pem: theirs[kind].certificate, ...undated }],
    ...settings,
    ...more,
  });
  await them.configure({
    ourName: 'THEM',
    theirName: 'US',
    url: us.url,
    ourKeys,
    theirCertificates: [{ pem: ours[kind].certificate, ...undated }],
    ...settings,
  });
}

let control = 0;
/** What an order makes a side owe leaves; gives how it was taken by the other. */
async function send(from: typeof us, to: typeof us) {
  await from.gateway.receive(as2ChannelId, order850(`PROFILE-${++control}`, control));
  await from.work();
  return to.gateway.rows<{ layers: Record<string, Record<string, unknown>> }>(
    `select r.layers, t.headers ->> 'as2-version' as version from as2_received r join transmission t on t.id = r.transmission_id
     order by r.at desc, r.transmission_id desc limit 1`,
  );
}
const states = ({ gateway }: typeof us) =>
  gateway.rows<{ state: string }>(`select distinct state from delivery where channel_id = '${as2ChannelId}'`);

beforeEach(async () => {
  for (const { gateway } of [us, them]) {
    gateway.failures.splice(0);
    await gateway.database.query(`delete from work where state = 'parked'`);
    await gateway.database.query('truncate delivery cascade');
  }
});

const strict = { version: '1.3', ...as2Defaults13 } as const;
describe.each([
  ['1.3', 'rsa-2048', strict, { digest: 'sha256', scheme: 'pkcs1' }, 'aes-256-gcm'],
  ['1.3, compressed after signing', 'rsa-2048', { ...strict, compress: 'after-signing' }, {}, 'aes-256-gcm'],
  ['1.3 with EC keys', 'p256', strict, { scheme: 'ecdsa' }, 'aes-256-gcm'],
  ['EC keys, SHA-384', 'p384', { sign: 'sha384' }, { digest: 'sha384', scheme: 'ecdsa' }, 'aes-256-cbc'],
  [
    'PSS and OAEP',
    'rsa-2048',
    { signatureScheme: 'pss', keyTransport: 'oaep-sha256', sign: 'sha512' },
    { digest: 'sha512', scheme: 'pss' },
    'aes-256-cbc',
  ],
  [
    '1.3, PSS and OAEP, BER, base64',
    'rsa-2048',
    {
      ...strict,
      signatureScheme: 'pss',
      keyTransport: 'oaep-sha1',
      encoding: 'ber',
      transferEncoding: 'base64',
      compress: 'before-signing',
    },
    { scheme: 'pss' },
    'aes-256-gcm',
  ],
] as const)('%s', (_what, kind, settings, signed, cipher) => {
  test.each([
    ['from us to them', us, them],
    ['from them to us', them, us],
  ] as const)('rows 17-21: %s, and the receipt holds', async (_way, from, to) => {
    await agree(kind, settings);
    const [taken] = await send(from, to);
    expect(from.gateway.failures).toEqual([]);
    expect(await states(from)).toEqual([{ state: 'sent' }]);
    const version = 'version' in settings ? settings.version : '1.2';
    expect(taken).toMatchObject({ layers: { signed, encrypted: { cipher } }, version });
    expect(
      await from.gateway.rows(
        `select distinct verdict ->> 'kind' as verdict from as2_sent s join delivery d on d.id = s.delivery_id`,
      ),
    ).toEqual([{ verdict: 'accepted' }]);
  });
  test('row 66: a receipt that comes later, to a host of the channel', async () => {
    await agree(kind, settings, { mdnUrl: `${us.url}/mdn`, mdnDueMinutes: 30 });
    await send(us, them);
    expect(await states(us)).not.toEqual([{ state: 'sent' }]); // theirs has not left yet
    await them.work();
    expect([us.gateway.failures, them.gateway.failures.filter((text) => text.startsWith('deliver'))]).toEqual([[], []]);
    expect(await states(us)).toEqual([{ state: 'sent' }]);
  });
});

test('row 51: who sends SHA-1 or 3DES to one who keeps to 1.3 is refused, and takes it for refused', async () => {
  for (const weak of [{ sign: 'sha1' }, { encrypt: '3des' }] as const) {
    await agree('rsa-2048', strict, { ...strict, ...weak });
    await send(us, them);
    expect(us.gateway.failures.splice(0).join()).toContain('insufficient-message-security');
    expect(await states(us)).toEqual([{ state: 'failed' }]);
    await us.gateway.database.query('truncate delivery cascade');
  }
});

describe('a receipt that comes later', () => {
  const later = async () => {
    await agree('rsa-2048', {}, { mdnUrl: `${us.url}/mdn`, mdnDueMinutes: 30 });
    await send(us, them);
  };
  const receipts = () => us.gateway.rows<{ count: number }>('select count(*)::int as count from receipt');
  test('row 76: twice: the second is passed over', async () => {
    await later();
    await them.work();
    const [once] = await receipts();
    const [mdn] = await them.gateway.rows<{ headers: [string, string][]; body: Buffer }>(
      'select headers, body from as2_mdn order by id desc limit 1',
    );
    const again = await fetch(`${us.url}/mdn`, {
      method: 'POST',
      headers: mdn?.headers ?? [],
      body: new Uint8Array(mdn?.body ?? []),
    });
    expect([again.status, await receipts()]).toEqual([200, [once]]);
    expect(await states(us)).toEqual([{ state: 'sent' }]);
  });
  test('row 75: late, after the same message went out again: it is met, and they have one', async () => {
    await later();
    us.gateway.clock.move(31);
    await us.work();
    expect(them.events.at(-1)?.kind).toBe('duplicate');
    const taken = await them.gateway.rows('select key from as2_received');
    await them.work();
    us.gateway.clock.move(31);
    await us.work();
    expect(us.gateway.failures).toEqual([]);
    expect(await states(us)).toEqual([{ state: 'sent' }]);
    expect(await them.gateway.rows('select key from as2_received')).toHaveLength(taken.length);
  });
  test('one that nobody of theirs has signed is evidence, and does not end the wait for the true one', async () => {
    await later();
    const [sent] = await us.gateway.rows<{ id: string; delivery: string }>(
      'select message_id as id, delivery_id as delivery from as2_sent order by at desc, message_id desc limit 1',
    );
    const report = `Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\nContent-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: <${sent?.id}>\r\nDisposition: automatic-action/MDN-sent-automatically; failed/failure: nope\r\n\r\n--r--\r\n`;
    const signedBy = async (): Promise<string> => {
      const stranger = await createKey(
        us.gateway.context,
        masterKey,
        { name: 'stranger', commonName: 'THEM', organization: 'Test', kind: 'rsa-2048', validDays: 30 },
        'test',
      );
      const [identity] = await openKeyRing(us.gateway.database, { now: () => new Date() }, masterKey).identities([
        stranger.name,
      ]);
      if (identity === undefined) throw new Error('no key');
      const digest = createHash('sha256').update(report).digest();
      const cms = await signDetached(digest, { identity, digest: 'sha256', scheme: 'pkcs1', signingTime: new Date(0) });
      return `--s\r\n${report}\r\n--s\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n${cms.toString('base64')}\r\n--s--\r\n`;
    };
    for (const [type, body] of [
      ['multipart/report; boundary=r', report.slice(report.indexOf('--r'))],
      ['multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=s', await signedBy()],
    ] as const) {
      const headers = { 'AS2-From': 'THEM', 'AS2-To': 'US', 'Message-ID': `<${randomUUID()}@x>`, 'Content-Type': type };
      expect((await fetch(`${us.url}/mdn`, { method: 'POST', headers, body })).status).toBe(200);
      await us.work();
      expect([us.gateway.failures, await states(us)]).toEqual([[], [{ state: 'sending' }]]);
      const told = await diagnose(us.gateway.context, sent?.delivery ?? '');
      expect(told.broke).toBe('MDN');
      expect(told.evidence.join()).toContain('that receipt is not believed');
      expect(told.findings.map(({ setting }) => setting)).not.toContain('mdn: unsigned');
    }
    const refused = await us.gateway.rows<{ detail: string }>(
      `select detail from as2_refused where modifier = 'receipt' order by at, detail`,
    );
    expect(refused.map(({ detail }) => detail).sort()).toEqual([
      expect.stringContaining('not signed by a key of theirs'),
      expect.stringContaining('not signed: '),
    ]);
    // The timer goes on: the same message goes out once more, and the true receipt is taken.
    us.gateway.clock.move(31);
    await us.work();
    expect(them.events.at(-1)?.kind).toBe('duplicate');
    await them.work();
    await us.work();
    expect([us.gateway.failures, await states(us)]).toEqual([[], [{ state: 'sent' }]]);
    expect((await diagnose(us.gateway.context, sent?.delivery ?? '')).broke).toBeNull();
  });
  test('row 75: never: after five times a person is told', async () => {
    await later();
    for (let count = 0; count < 6; count++) {
      us.gateway.clock.move(24 * 60);
      await us.work();
    }
    expect(us.gateway.failures.join()).toContain('sent no receipt');
    expect(await states(us)).toEqual([{ state: 'failed' }]);
  });
});

test('a server whose certificate is not trusted: the doctor names serverCertificates', async () => {
  const secure = async () => {
    const made = { commonName: 'localhost', organization: 'Test', kind: 'p256' } as const;
    return makeSelfSigned(made, new Date(Date.now() - 3_600_000), 30);
  };
  const [theirServer, former] = [await secure(), await secure()];
  const key = theirServer.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ key, cert: theirServer.certificatePem }, (_request, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `https://localhost:${(server.address() as AddressInfo).port}/as2`;
  for (const [serverCertificates, told] of [
    [[], 'No authority that is known here'],
    [[former.certificatePem], 'none of serverCertificates'],
  ] as const) {
    await agree('rsa-2048', {}, { url, serverCertificates });
    await send(us, them);
    const [last] = await us.gateway.rows<{ id: string }>('select id from delivery order by at desc, id desc limit 1');
    const { broke, findings } = await diagnose(us.gateway.context, last?.id ?? '');
    expect(broke).toBe('TLS');
    expect(findings).toEqual([{ what: expect.stringContaining(told), setting: 'serverCertificates: add it' }]);
  }
  us.gateway.failures.splice(0);
});
