import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/flows/as2/doctor.ts';
import { tellExpiring } from '../../src/flows/as2/expiring.ts';
import { createKey, importKey, shownKeys } from '../../src/flows/as2/keep-key.ts';
import { openKeyRing } from '../../src/flows/as2/key-ring.ts';
import { type As2Settings, inForce } from '../../src/partners/as2-settings.ts';
import type { Configuration } from '../../src/partners/configuration.ts';
import { as2ChannelId, undated as dated, withAs2 } from '../support/as2-channel.ts';
import { type As2Station, as2Station } from '../support/as2-station.ts';
import { order850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

/* Two gateways with tables of their own; one sends what its buyer ordered, the other takes it. */
const masterKey = randomBytes(32);
const channelId = as2ChannelId;
const station = () => as2Station(masterKey);

/** What we send the buyer leaves by `first` (one of AS2 and a push to nobody), then as the others say. */
const reached = (configuration: Configuration, first: string, channels: readonly string[]): Configuration => {
  const web = configuration.channels.find(({ id }) => id === 'brightmart/web');
  if (web?.settings.kind !== 'http') throw new Error('the example has no mailbox');
  const push = {
    ...web,
    id: 'brightmart/push',
    name: 'push',
    settings: { ...web.settings, allowLoopback: true, pushUrl: 'http://127.0.0.1:9/edi' },
  };
  return {
    ...configuration,
    channels: [...configuration.channels, push],
    agreements: configuration.agreements.map((agreement) =>
      agreement.partner === 'brightmart' && agreement.direction === 'out'
        ? {
            ...agreement,
            channel: `brightmart/${first}`,
            fallback: { channels, afterMinutes: 0, whenUnsure: 'hold' as const },
          }
        : agreement,
    ),
  };
};

const day = 86_400_000;
const made = (name: string) => ({ name, commonName: name, organization: 'Test', kind: 'p256' as const, validDays: 30 });

describe('two gateways', async () => {
  const [us, them] = [await station(), await station()];
  const ours = await createKey(us.gateway.context, masterKey, { ...made('ours'), kind: 'rsa-2048' }, 'test');
  const theirs = await createKey(them.gateway.context, masterKey, { ...made('theirs'), kind: 'rsa-2048' }, 'test');
  const usSettings: Partial<As2Settings> = {
    url: them.url,
    ourKeys: [{ name: 'ours', ...dated }],
    theirCertificates: [{ pem: theirs.certificate, ...dated }],
    compress: 'before-signing',
  };
  const themSettings: Partial<As2Settings> = {
    ourName: 'THEM',
    theirName: 'US',
    url: us.url,
    ourKeys: [{ name: 'theirs', ...dated }],
    theirCertificates: [{ pem: ours.certificate, ...dated }],
  };
  await us.configure(usSettings);
  await them.configure(themSettings);

  test('what we owe leaves signed, encrypted and compressed; the receipt is verified and kept', async () => {
    await us.gateway.receive(channelId, order850('PO-1', 101));
    await us.work();
    const deliveries = await us.gateway.rows<{ id: string; state: string; kind: string; detail: { detail: string } }>(
      `select d.id, d.state, r.kind, r.detail from delivery d left join receipt r on r.delivery_id = d.id where d.channel_id = '${channelId}'`,
    );
    expect(us.gateway.failures).toEqual([]);
    expect(deliveries.length).toBeGreaterThan(0);
    for (const { state, kind, detail } of deliveries) {
      expect([state, kind]).toEqual(['sent', 'mdn']);
      expect(detail.detail).toMatch(/processed; MIC .+ \(sha-256\) as sent/);
    }
    const received = await them.gateway.rows<{ layers: Record<string, unknown>; mdn_id: string; message_id: string }>(
      'select layers, mdn_id, message_id from as2_received',
    );
    expect(received).toHaveLength(deliveries.length);
    expect(received[0]?.layers).toMatchObject({
      compressed: 'inside-signature',
      signed: { digest: 'sha256', certificate: ours.fingerprint },
      encrypted: { cipher: 'aes-256-cbc', certificate: theirs.fingerprint },
    });
    const [same] = await us.gateway.rows<{ count: number }>(
      `select count(*)::int as count from as2_sent where verdict ->> 'kind' = 'accepted' and mdn_body is not null`,
    );
    expect(same?.count).toBe(deliveries.length);
    const bytesOf = (gateway: TestGateway, where: string) =>
      gateway.rows<{ sha: string }>(`select encode(sha256, 'hex') as sha from raw_file where ${where} order by sha`);
    const sent = await us.gateway.rows<{ sha: string }>(
      `select encode(f.sha256, 'hex') as sha from raw_file f join delivery d on d.raw_file_id = f.id where d.channel_id = '${channelId}' order by sha`,
    );
    expect(await bytesOf(them.gateway, `direction = 'in' and channel_id = '${channelId}'`)).toEqual(sent);
  });

  test('rows 57-58, a lost answer: the same message again is known, answered as before, and stored once', async () => {
    const [first] = await us.gateway.rows<{ id: string }>(
      `select id from delivery where channel_id = '${channelId}' limit 1`,
    );
    await us.gateway.database.query(`update delivery set state = 'ready' where id = $1`, [first?.id]);
    await us.gateway.database.query('delete from receipt where delivery_id = $1', [first?.id]);
    const { insertWork } = await import('../../src/store/work/insert-work.ts');
    await us.gateway.database.inTransaction((tx) =>
      insertWork(tx, [{ kind: 'deliver', subjectId: first?.id ?? '', fairnessKey: channelId }]),
    );
    const before = await them.gateway.rows('select id from transmission');
    await us.work();
    expect(them.events.at(-1)).toMatchObject({ kind: 'duplicate' });
    expect(await them.gateway.rows('select id from transmission')).toHaveLength(before.length);
    expect(await us.gateway.rows(`select state from delivery where id = $1`, first?.id)).toEqual([{ state: 'sent' }]);
  });

  test('rows 58, 75, 76, an asynchronous receipt: first due, then met, a second one passed over; without one the same goes out again', async () => {
    await us.configure({ ...usSettings, mdnUrl: `${us.url}/mdn`, mdnDueMinutes: 30 });
    await us.gateway.receive(channelId, order850('PO-2', 102));
    await us.work();
    const open = () =>
      us.gateway.rows<{ state: string }>(
        `select state from delivery where channel_id = '${channelId}' and state <> 'sent'`,
      );
    expect((await open()).map(({ state }) => state)).toEqual(expect.arrayContaining(['sending']));
    us.gateway.clock.move(31); // their receipt has not left yet: ours goes out again
    await us.work();
    expect(them.events.filter(({ kind }) => kind === 'duplicate').length).toBeGreaterThan(1);
    await them.work(); // now it does, twice
    expect(them.gateway.failures.filter((failure) => failure.startsWith('deliver'))).toEqual([]);
    expect(await open()).toEqual([]);
    us.gateway.clock.move(31);
    await us.work();
    expect(us.gateway.failures).toEqual([]);
    const kinds = await us.gateway.rows<{ kind: string }>('select distinct kind from receipt');
    expect(kinds).toContainEqual({ kind: 'mdn' });
  });

  test('attempts that reached nobody are no messages without a receipt', async () => {
    await us.configure({ ...usSettings, url: 'http://127.0.0.1:9/as2', mdnUrl: `${us.url}/mdn`, mdnDueMinutes: 30 });
    await us.gateway.receive(channelId, order850('PO-2B', 1021));
    const parked = () => us.gateway.failures.splice(0).filter((failure) => failure.endsWith('park'));
    for (let attempt = 1; attempt <= 7; attempt++) {
      await us.work();
      us.gateway.clock.move(24 * 60);
      expect(parked()).toEqual([]);
    }
    await us.configure({ ...usSettings, mdnUrl: `${us.url}/mdn`, mdnDueMinutes: 30 });
    for (let send = 1; send <= 5; send++) {
      await us.work();
      us.gateway.clock.move(24 * 60);
      expect(parked()).toEqual([]);
    }
    await us.work(); // taken five times, and their receipts have not left
    expect(parked().join()).toContain('took the message 5 times and sent no receipt');
    await them.work();
    await us.work();
    expect(
      await us.gateway.rows(`select state from delivery where channel_id = '${channelId}' and state <> 'sent'`),
    ).toEqual([]);
    await us.gateway.database.query(`delete from work where state = 'parked'`);
    us.gateway.failures.splice(0);
  });

  test('the doctor tells what broke, and what would mend it', async () => {
    const [sent] = await us.gateway.rows<{ id: string }>(
      `select id from delivery where channel_id = '${channelId}' limit 1`,
    );
    expect(await diagnose(us.gateway.context, sent?.id ?? '')).toMatchObject({ state: 'sent', broke: null });
    await expect(diagnose(us.gateway.context, '0198c7a0-0000-7000-8000-000000000000')).rejects.toMatchObject({
      kind: 'not-found',
    });
  });

  test('AS2 stands in for another channel, and another one for AS2', async () => {
    const configured = (first: string, ...channels: string[]) =>
      us.configure(usSettings, (configuration) => reached(configuration, first, channels));
    const ways = async (number: string) =>
      (
        await us.gateway.rows<{ way: string }>(
          `select split_part(y.channel_id, '/', 2) || ' ' || y.state || coalesce(' ' || r.kind, '') as way from delivery y
             join document d on d.id = y.document_id join purchase_order o on o.id = d.order_id left join receipt r on r.delivery_id = y.id
             where o.number = $1 and d.kind = 'order-response' order by y.at, y.id`,
          number,
        )
      ).map(({ way }) => way);
    await configured('push', channelId);
    await us.gateway.receive(channelId, order850('PO-2C', 1022));
    await us.work();
    expect(await ways('PO-2C')).toEqual(['push replaced', 'as2 sent mdn']);

    // Nobody listens where the message should go: that is certain, so the mailbox has it. An answer that is lost is not.
    await us.configure({ ...usSettings, url: 'http://127.0.0.1:9/as2' }, (configuration) =>
      reached(configuration, 'as2', ['brightmart/web']),
    );
    await us.gateway.receive(channelId, order850('PO-2D', 1023));
    await us.work();
    expect(await ways('PO-2D')).toEqual(['as2 replaced', 'web available']);
    const deaf = createServer((request) => request.resume().on('end', () => request.socket.destroy()));
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const { port } = deaf.address() as AddressInfo;
    await us.configure({ ...usSettings, url: `http://127.0.0.1:${port}/as2` }, (configuration) =>
      reached(configuration, 'as2', ['brightmart/web']),
    );
    await us.gateway.receive(channelId, order850('PO-2E', 1024));
    await us.work();
    us.gateway.clock.move(24 * 60);
    await us.work();
    expect(await ways('PO-2E')).toEqual(['as2 sending']);
    deaf.close();
    await us.configure(usSettings);
    us.gateway.clock.move(24 * 60);
    await us.work();
    expect(await ways('PO-2E')).toEqual(['as2 sent mdn']);
    await us.configure({ ...usSettings, mdnUrl: `${us.url}/mdn`, mdnDueMinutes: 30 });
    us.gateway.failures.splice(0);
  });

  test('a refusal that comes later parks the delivery, and tells why', async () => {
    await them.configure({ ...themSettings, theirCertificates: [{ pem: theirs.certificate, ...dated }] }); // they have forgotten our certificate
    await us.gateway.receive(channelId, order850('PO-3', 103));
    await us.work();
    await them.work();
    await us.work();
    expect(us.gateway.failures.join()).toMatch(/deliver: partner-refused: MDN, refused: .*decryption-failed.* → park/);
    const [failed] = await us.gateway.rows<{ id: string }>(
      `select id from delivery where channel_id = '${channelId}' and state = 'failed' limit 1`,
    );
    const { broke, findings, evidence } = await diagnose(us.gateway.context, failed?.id ?? '');
    expect(broke).toBe('MDN');
    expect(findings.map(({ what }) => what).join()).toContain('a signature they cannot verify');
    expect(evidence.join()).toContain('decryption-failed');
    const [transmission] = await them.gateway.rows<{ count: number }>(
      `select count(*)::int as count from as2_received where at > now() + interval '100 years'`,
    );
    expect(transmission?.count).toBe(0);
  });
});

describe('what was refused', async () => {
  const [us, them] = [await station(), await station()];
  const { operator } = await import('../http/operator.ts');
  const api = await operator(them.gateway, masterKey);
  const ours = await createKey(us.gateway.context, masterKey, { ...made('ours'), kind: 'rsa-2048' }, 'test');
  const theirs = await createKey(them.gateway.context, masterKey, { ...made('theirs'), kind: 'rsa-2048' }, 'test');
  await us.configure({
    url: them.url,
    ourKeys: [{ name: 'ours', ...dated }],
    theirCertificates: [{ pem: theirs.certificate, ...dated }],
  });
  const refusing: Partial<As2Settings> = {
    ourName: 'THEM',
    theirName: 'US',
    ourKeys: [{ name: 'theirs', ...dated }],
    theirCertificates: [{ pem: theirs.certificate, ...dated }],
  };
  await them.configure(refusing);
  await us.gateway.receive(channelId, order850('PO-R', 301));
  await us.work();

  test('is listed with its reason, an Event, and a figure; nothing of it is in the files', async () => {
    const { items } = (await api.get('/as2/refused')).body as { items: Record<string, string>[] };
    expect(items.length).toBeGreaterThan(0);
    expect(items[0]).toMatchObject({ channel: channelId, modifier: 'authentication-failed', remote: '127.0.0.1' });
    const events = await them.gateway.rows<{ data: { modifier: string }; reason: string }>(
      `select data, reason from event where type = 'as2/refused'`,
    );
    expect(events).toHaveLength(items.length);
    expect(events[0]).toMatchObject({ data: { modifier: 'authentication-failed' }, reason: items[0]?.detail });
    const { text } = await api.get('/metrics');
    expect(text).toContain(
      `tallyport_as2_refused{channel="${channelId}",modifier="authentication-failed"} ${items.length}\n`,
    );
    expect(text).toMatch(/tallyport_certificate_days_left\{whose="key:theirs",fingerprint="[\da-f]{16}"\} -?\d/);
    expect(await them.gateway.rows('select id from transmission')).toEqual([]);
  });

  test('is explained by its id and by its Message-ID: whose certificate it was, from the evidence', async () => {
    const [first] = ((await api.get('/as2/refused')).body as { items: Record<string, string>[] }).items;
    for (const id of [first?.id ?? '', first?.messageId ?? '']) {
      const { status, body } = await api.get(`/as2/refused/${encodeURIComponent(id)}`);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).toContain(ours.fingerprint);
      expect(body).toMatchObject({
        modifier: 'authentication-failed',
        findings: [{ setting: 'theirCertificates: add it' }],
      });
    }
    expect((await api.get('/as2/refused/nothing')).status).toBe(404);
  });

  test('what the HTTP parser does not take is told, listed and counted under the names it carries', async () => {
    const { connect } = await import('node:net');
    const { port } = new URL(them.url);
    const asked = (headers: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = '';
        const socket = connect(Number(port), '127.0.0.1', () =>
          socket.write(`POST /as2 HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: 0\r\n\r\n`),
        );
        socket.on('data', (data) => {
          answer += data.toString('latin1');
        });
        socket.on('close', () => resolve(answer));
        socket.on('error', reject);
      });
    const names = 'AS2-From: US\r\nAS2-To: THEM\r\nMessage-ID: <folded@us>\r\nAuthorization: Basic c2VjcmV0\r\n';
    const folded = 'Content-Type: application/pkcs7-mime;\r\n smime-type=enveloped-data\r\n';
    expect(await asked(names + folded)).toMatch(/^HTTP\/1.1 400[\s\S]*write it on one line/);
    expect(await asked(`${names.replace('<folded@us>', '<odd@us>')}Odd\u0001Header: x\r\n`)).toMatch(/^HTTP\/1.1 400/);
    expect(await asked(`AS2-From: NOBODY\r\nAS2-To:\r\n THEM\r\n`)).toMatch(/^HTTP\/1.1 400/);
    const found = async () => {
      const { items } = (await api.get('/as2/refused')).body as { items: Record<string, string>[] };
      return items.filter(({ modifier }) => modifier === 'malformed');
    };
    while ((await found()).length < 2) await new Promise((later) => setTimeout(later, 20)); // it is told after the answer
    expect((await found()).toReversed()).toMatchObject([
      { channel: channelId, messageId: '<folded@us>', detail: expect.stringContaining('write it on one line') },
      { channel: channelId, messageId: '<odd@us>', detail: expect.stringContaining('HPE_INVALID_HEADER_TOKEN') },
    ]);
    const { status, body } = await api.get('/as2/refused/%3Cfolded%40us%3E');
    expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('for them to write on one line')]);
    expect(await them.gateway.rows(`select headers from as2_refused where headers::text like '%c2VjcmV0%'`)).toEqual(
      [],
    );
    expect((await api.get('/metrics')).text).toContain(
      `tallyport_as2_refused{channel="${channelId}",modifier="malformed"} 2\n`,
    );
  });

  test('a peer is an address, or the half of one that is given out', async () => {
    const { peerOf } = await import('../../src/flows/as2/refusals.ts');
    expect(
      [null, '192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '2001:0db8:0:0:1:2:3:4', '::1', 'fe80::1%eth0'].map(
        peerOf,
      ),
    ).toEqual([
      'unknown',
      '192.0.2.1',
      '192.0.2.1',
      '2001:db8:0:0::/64',
      '2001:db8:0:0::/64',
      '0:0:0:0::/64',
      'fe80:0:0:0::/64',
    ]);
  });

  test('of a channel, a reason and a peer so many are kept an hour; all are counted', async () => {
    const { keepRefused } = await import('../../src/flows/as2/refusals.ts');
    const { context, clock, rows } = them.gateway;
    const refusal = {
      channelId: 'flood/as2',
      messageId: '<m@x>',
      modifier: 'decryption-failed',
      detail: 'x',
      headers: [],
      remote: null as string | null,
      body: Buffer.from('x'),
    };
    const failures: string[] = [];
    const flood = async (count: number, more: Partial<typeof refusal> = {}): Promise<void> => {
      for (let index = 0; index < count; index++)
        await keepRefused(context, { ...refusal, ...more }, (failure) => void failures.push(failure));
    };
    const kept = async () =>
      (
        await rows<{ count: number }>(`select count(*)::int as count from as2_refused where channel_id = 'flood/as2'`)
      )[0]?.count;
    const by = async () => {
      const found = await rows<{ remote: string; count: number }>(
        `select remote, count(*)::int as count from as2_refused where channel_id = 'flood/as2' and modifier = 'decryption-failed'
         group by 1 order by 1`,
      );
      return Object.fromEntries(found.map(({ remote, count }) => [remote, count]));
    };
    await flood(70, { remote: '203.0.113.66' });
    expect(await kept()).toBe(20);
    // The partner's own mistakes are kept beside it: of the same reason, and of others.
    await flood(3, { remote: '192.0.2.1' });
    await flood(1, { remote: '192.0.2.1', modifier: 'integrity-check-failed' });
    expect(await by()).toEqual({ '192.0.2.1': 3, '203.0.113.66': 20 });
    expect(await kept()).toBe(24);
    for (const remote of ['203.0.113.67', '203.0.113.68']) await flood(30, { remote });
    expect(await by()).toEqual({ '192.0.2.1': 3, '203.0.113.66': 20, '203.0.113.67': 20, '203.0.113.68': 17 });
    await flood(30, { remote: '2001:db8:0:1::1' });
    const told = (await api.get('/as2/refused/%3Cnever%40kept%3E')).body as { detail: string };
    expect(told.detail).toMatch(/on flood\/as2, \d+ of decryption-failed were kept, \d+ more only counted\./);
    const { unkept } = (await api.get('/as2/refused?channel=flood%2Fas2')).body as {
      unkept: Record<string, unknown>[];
    };
    expect(unkept).toMatchObject([{ channel: 'flood/as2', modifier: 'decryption-failed', kept: 60, count: 103 }]);
    clock.move(61);
    await flood(30, { remote: '203.0.113.66' });
    // Of one reason no more than 60, and whoever has most loses his oldest.
    expect(await by()).toEqual({ '192.0.2.1': 3, '203.0.113.66': 20, '203.0.113.67': 20, '203.0.113.68': 17 });
    clock.move(15 * 24 * 60);
    await flood(1);
    expect(await kept()).toBe(1);
    expect((await api.get('/as2/refused?channel=flood%2Fas2')).body).toMatchObject({ unkept: [] });
    expect(
      await rows(`select modifier, count::int from as2_refusal_count where channel_id = 'flood/as2' order by 1`),
    ).toEqual([
      { modifier: 'decryption-failed', count: 194 },
      { modifier: 'integrity-check-failed', count: 1 },
    ]);
    await keepRefused(context, { ...refusal, channelId: null }, (failure) => void failures.push(failure));
    expect(
      await rows(`select count::int from as2_refusal_count where channel_id = '' and modifier = 'decryption-failed'`),
    ).toEqual([{ count: 1 }]);
    await keepRefused(
      { ...context, database: { ...context.database, inTransaction: async () => Promise.reject(new Error('gone')) } },
      refusal,
      (failure) => void failures.push(failure),
    );
    expect(failures).toEqual([expect.stringContaining('gone')]);
  });
});

describe('a switch of certificates on both sides', async () => {
  const [us, them] = [await station(), await station()];
  const day1 = '2036-12-01T00:00:00Z'; // after the stations' clock, which stands at 22 November
  const keyOf = (side: As2Station, name: string) =>
    createKey(side.gateway.context, masterKey, { ...made(name), kind: 'rsa-2048' }, 'test');
  const [old, next] = [await keyOf(us, 'old'), await keyOf(us, 'next')];
  const [theirOld, theirNext] = [await keyOf(them, 'their-old'), await keyOf(them, 'their-next')];
  const pems = (...keys: readonly { readonly certificate: string }[]) =>
    keys.map(({ certificate }, index) => ({ pem: certificate, use: 'both', from: index === 0 ? null : day1 }) as const);
  const names = (...keys: readonly { readonly name: string }[]) =>
    keys.map(({ name }, index) => ({ name, use: 'both', from: index === 0 ? null : day1 }) as const);
  const usSettings = { url: them.url, ourKeys: names(old, next), theirCertificates: pems(theirOld, theirNext) };
  const themSettings = { ourName: 'THEM', theirName: 'US', url: us.url };
  await us.configure(usSettings);
  const rehearse = (key: string | null = null) => us.rehearse(channelId, { key }, 'test');

  test('rehearsed before they have ours: refused, and their receipt is signed with the old one', async () => {
    await them.configure({ ...themSettings, ourKeys: names(theirOld, theirNext), theirCertificates: pems(old) });
    expect(await rehearse()).toMatchObject({
      key: 'next',
      fingerprint: next.fingerprint,
      encryptedFor: theirNext.fingerprint,
      outcome: 'refused',
      detail: expect.stringContaining('decryption-failed'), // told of all that is wrong with what is encrypted
      receiptSignedWith: { fingerprint: theirOld.fingerprint, which: 'the one in force' },
    });
  });
  test('rehearsed before they can decrypt with theirs: refused', async () => {
    await them.configure({ ...themSettings, ourKeys: names(theirOld), theirCertificates: pems(old, next) });
    expect(await rehearse()).toMatchObject({
      outcome: 'refused',
      detail: expect.stringContaining('decryption-failed'),
    });
  });
  test('rehearsed when they have ours: accepted; an Event says so, and no delivery was made', async () => {
    await them.configure({ ...themSettings, ourKeys: names(theirOld, theirNext), theirCertificates: pems(old, next) });
    expect(await rehearse()).toMatchObject({ outcome: 'accepted', detail: expect.stringContaining('processed') });
    const [event] = await us.gateway.rows<{ data: { outcome: string }; actor: string }>(
      `select data, actor from event where type = 'as2/rehearsed' order by id desc limit 1`,
    );
    expect(event).toMatchObject({ data: { outcome: 'accepted', key: 'next' }, actor: 'test' });
    expect(await us.gateway.rows('select id from delivery')).toEqual([]);
    // When they sign receipts with their next one already, that is told too.
    await them.configure({ ...themSettings, ourKeys: names(theirNext), theirCertificates: pems(old, next) });
    expect(await rehearse()).toMatchObject({
      outcome: 'accepted',
      receiptSignedWith: { fingerprint: theirNext.fingerprint, which: 'the next one' },
    });
    expect(await rehearse('old')).toMatchObject({ key: 'old', outcome: 'accepted' });
  });
  test('rehearsed with nobody there, or nothing next', async () => {
    await us.configure({ ...usSettings, url: 'http://127.0.0.1:9/as2' });
    expect(await rehearse()).toMatchObject({ outcome: 'unclear', detail: expect.stringContaining('TCP:') });
    await us.configure({ ...usSettings, ourKeys: names(old) });
    await expect(rehearse()).rejects.toMatchObject({ kind: 'usage-wrong' });
    await expect(us.rehearse('no/where', { key: null }, 'test')).rejects.toMatchObject({ kind: 'not-found' });
  });

  /** Which certificates stood in the six places of the last message from us to them, each as the side that used it recorded it. */
  const sixPlaces = async () => {
    const [sent] = await us.gateway.rows<{ expected: { keys: object }; verdict: object }>(
      'select expected, verdict from as2_sent order by at desc, delivery_id desc limit 1',
    );
    const [taken] = await them.gateway.rows<{ layers: Record<string, { certificate: string }> }>(
      'select layers from as2_received order by at desc, transmission_id desc limit 1',
    );
    return {
      ...sent?.expected.keys,
      verified: taken?.layers.signed?.certificate,
      decrypted: taken?.layers.encrypted?.certificate,
      receiptSigned: taken?.layers.receipt,
      receiptVerified: Object(sent?.verdict).signedBy,
    };
  };
  const places = (
    ours: { fingerprint: string },
    theirs: { fingerprint: string },
    receipts: { fingerprint: string },
  ) => ({
    signedWith: ours.fingerprint,
    verified: ours.fingerprint,
    encryptedFor: [theirs.fingerprint],
    decrypted: theirs.fingerprint,
    receiptSigned: receipts.fingerprint,
    receiptVerified: receipts.fingerprint,
  });
  let control = 700;
  const sendOne = async () => {
    for (const one of [us, them]) one.gateway.failures.splice(0);
    await us.gateway.receive(channelId, order850(`SWITCH-${++control}`, control));
    await us.work();
    expect(us.gateway.failures).toEqual([]);
  };

  test('in all six places: the old before the day, the new after it, and each side may be the first', async () => {
    await us.configure(usSettings);
    await them.configure({ ...themSettings, ourKeys: names(theirOld, theirNext), theirCertificates: pems(old, next) });
    await sendOne();
    expect(await sixPlaces()).toEqual(places(old, theirOld, theirOld));
    us.gateway.clock.move(10 * 24 * 60); // our clock passes the day, theirs does not
    await sendOne();
    expect(await sixPlaces()).toEqual(places(next, theirNext, theirOld));
    them.gateway.clock.move(10 * 24 * 60);
    await sendOne();
    expect(await sixPlaces()).toEqual(places(next, theirNext, theirNext));
    await us.configure({ ...usSettings, ourKeys: names(old), theirCertificates: pems(theirOld) }); // we fall back
    await them.configure({ ...themSettings, ourKeys: names(theirOld, theirNext), theirCertificates: pems(old, next) });
    await us.gateway.receive(channelId, order850('SWITCH-BACK', 799));
    await us.work();
    // They take it with the old ones, but sign receipts with what we no longer know: told as what it is.
    expect(us.gateway.failures.join()).toContain('MDN, signature wrong');
    const [failed] = await us.gateway.rows<{ id: string }>(`select id from delivery where state = 'failed' limit 1`);
    const { broke, findings, evidence } = await diagnose(us.gateway.context, failed?.id ?? '');
    expect(broke).toBe('MDN');
    // Its MIC is ours: no setting that changes what is hashed would mend anything.
    expect(evidence).toContain('their MIC is of what we sent');
    expect(findings).toEqual([
      { what: expect.stringContaining(theirNext.fingerprint), setting: 'theirCertificates: add it' },
    ]);
  });
});

describe('keys', async () => {
  test('a key leaves as PKCS#12 under its passphrase, told by an Event', async () => {
    const { readPkcs12 } = await import('../../src/transports/as2/cms/pkcs12.ts');
    const { exportKey } = await import('../../src/flows/as2/keep-key.ts');
    const alone = await testGateway();
    const key = await createKey(alone.context, masterKey, made('leaving'), 'test');
    const given = { name: 'leaving', passphrase: 'twelve letters' };
    const file = await exportKey(alone.context, masterKey, given, 'operator:test');
    const back = await testGateway();
    const pair = readPkcs12(file, given.passphrase);
    expect((await importKey(back.context, masterKey, { name: 'back', ...pair }, 'test')).fingerprint).toBe(
      key.fingerprint,
    );
    expect(await alone.rows(`select actor from event where type = 'key/exported'`)).toEqual([
      { actor: 'operator:test' },
    ]);
    await expect(exportKey(alone.context, null, given, 'test')).rejects.toMatchObject({ kind: 'credential-missing' });
    await expect(exportKey(alone.context, masterKey, { ...given, name: 'absent' }, 'test')).rejects.toMatchObject({
      kind: 'credential-missing',
    });
  });

  const gateway = await testGateway();
  const { context, database } = gateway;
  test('a private key is sealed, opens with its master key alone, and only under its name', async () => {
    const key = await createKey(context, masterKey, made('sealed'), 'test');
    const [row] = await gateway.rows<{ sealed: Buffer }>(`select sealed from key_pair where name = 'sealed'`);
    expect(row?.sealed.includes('PRIVATE')).toBe(false);
    const now = { now: () => new Date() };
    const [identity] = await openKeyRing(database, now, masterKey).identities(['sealed']);
    expect(identity?.certificate.fingerprint).toBe(key.fingerprint);
    await expect(openKeyRing(database, now, randomBytes(32)).identities(['sealed'])).rejects.toMatchObject({
      kind: 'credential-missing',
    });
    await expect(openKeyRing(database, now, null).identities(['sealed'])).rejects.toMatchObject({
      kind: 'credential-missing',
    });
    await expect(openKeyRing(database, now, masterKey).identities(['absent'])).rejects.toMatchObject({
      kind: 'credential-missing',
    });
    await gateway.database.query(`update key_pair set name = 'moved' where name = 'sealed'`);
    await expect(openKeyRing(database, now, masterKey).identities(['moved'])).rejects.toMatchObject({
      kind: 'credential-missing',
    });
  });
  test('a certificate that ends soon is told once at each step', async () => {
    const alone = await testGateway();
    await createKey(alone.context, masterKey, { ...made('ending'), validDays: 90 }, 'test');
    const told = async (days: number) => {
      alone.clock.move(days * 24 * 60);
      return [await tellExpiring(alone.context), await tellExpiring(alone.context)];
    };
    expect(await told(0)).toEqual([0, 0]); // 90 days left
    expect(await told(31)).toEqual([1, 0]); // 59
    expect(await told(1)).toEqual([0, 0]);
    expect(await told(50)).toEqual([1, 0]); // 8: 30 has passed unseen
    expect(await told(7)).toEqual([1, 0]); // 1
    expect(await told(2)).toEqual([1, 0]);
    expect(
      await alone.rows(
        `select type, data ->> 'daysLeft' as days from event where type like 'certificate/%' order by id`,
      ),
    ).toEqual([
      { type: 'certificate/expiring', days: '59' },
      { type: 'certificate/expiring', days: '8' },
      { type: 'certificate/expiring', days: '1' },
      { type: 'certificate/expired', days: '0' },
    ]);
  });
  test('so is the one our listener shows, and their servers’ of every kind of key, wherever it is asked', async () => {
    const { opensslWorld } = await import('../transports/as2/openssl.ts');
    const { showCertificate } = await import('../../src/flows/listener-certificate.ts');
    const { certificatesLeft } = await import('../../src/flows/as2/expiring.ts');
    const world = opensslWorld({ first: 'rsa', second: 'p256' });
    world.run(
      'req',
      '-x509',
      '-newkey',
      'ed25519',
      '-nodes',
      '-keyout',
      'web.key',
      '-out',
      'web.crt',
      '-days',
      '30',
      '-subj',
      '/CN=web',
    );
    const web = world.read('web.crt').toString();
    const listening = await testGateway(withAs2(() => ({ serverCertificates: [web] })));
    const clock = { now: () => new Date() };
    const context = { ...listening.context, clock };
    const failures: string[] = [];
    // A chain: the listener's own comes first.
    const chain = Buffer.concat([world.read('first.crt'), world.read('second.crt')]);
    const shown = showCertificate(context, chain, ({ message }) => failures.push(message));
    const events = () =>
      listening.rows<{ whose: string; subject: string }>(
        `select data ->> 'whose' as whose, data ->> 'subject' as subject from event where type = 'certificate/expiring' order by 1, 2`,
      );
    await expect.poll(events).toEqual([
      { whose: `channel:${channelId}`, subject: 'CN=web' },
      { whose: 'listener:partners', subject: 'O=Test, CN=first' },
    ]);
    shown.changed(world.read('second.crt'));
    await expect.poll(events).toHaveLength(3);
    const left = await certificatesLeft(context);
    expect(left.filter(({ whose }) => whose === 'listener:partners').map(({ days }) => Math.round(days))).toEqual([
      30, 30,
    ]);
    shown.close();
    // Half an hour after nobody shows it any more it is not watched.
    const later = { now: () => new Date(Date.now() + 31 * 60_000) };
    expect((await certificatesLeft({ ...context, clock: later })).map(({ whose }) => whose)).toEqual([
      `channel:${channelId}`,
    ]);
    expect(failures).toEqual([]);
    world.close();
  });
  test('an imported pair has to be one, and no name twice', async () => {
    const { opensslWorld } = await import('../transports/as2/openssl.ts');
    const world = opensslWorld({ a: 'rsa', b: 'p256' });
    const pem = (name: string) => world.read(name).toString();
    const pair = { name: 'a', privateKeyPem: pem('a.key'), certificatePem: pem('a.crt') };
    expect((await importKey(context, masterKey, pair, 'test')).subject).toContain('CN=a');
    await expect(importKey(context, masterKey, { ...pair, name: 'again' }, 'test')).rejects.toMatchObject({
      kind: 'usage-wrong',
    });
    await expect(
      importKey(context, masterKey, { ...pair, name: 'c', certificatePem: pem('b.crt') }, 'test'),
    ).rejects.toMatchObject({ kind: 'usage-wrong' });
    await expect(
      importKey(context, masterKey, { ...pair, name: 'c', privateKeyPem: 'nonsense' }, 'test'),
    ).rejects.toMatchObject({ kind: 'usage-wrong' });
    expect((await shownKeys(context)).map(({ name }) => name)).toContain('a');
    expect(JSON.stringify(await shownKeys(context))).not.toContain('PRIVATE');
    world.close();
  });
  test('openssl takes the certificates we make', async () => {
    const { opensslWorld } = await import('../transports/as2/openssl.ts');
    const world = opensslWorld({});
    for (const kind of ['rsa-2048', 'p256', 'p384'] as const) {
      const { certificate } = await createKey(context, masterKey, { ...made(`made-${kind}`), kind }, 'test');
      world.write('made.crt', Buffer.from(certificate));
      const text = world.run('x509', '-in', 'made.crt', '-noout', '-text').toString();
      expect(text).toMatch(/Digital Signature, Non Repudiation, Key (?:Encipherment|Agreement)/);
      expect(
        world.run('verify', '-CAfile', 'made.crt', '-partial_chain', '-no_check_time', 'made.crt').toString(),
      ).toContain('OK');
    }
    world.close();
  });
  test('the one in force is the last that began; those that will be are known too', () => {
    const list = [
      { name: 'old', use: 'both', from: null },
      { name: 'new', use: 'both', from: '2027-01-01' },
      { name: 'next', use: 'both', from: '2028-01-01' },
      { name: 'signs', use: 'signing', from: '2026-06-01' },
    ] as const;
    const names = (use: 'signing' | 'encryption', at: string) =>
      inForce(list, use, new Date(at)).map(({ name }) => name);
    expect(names('encryption', '2026-12-31')).toEqual(['old', 'new', 'next']);
    expect(names('encryption', '2027-01-01')).toEqual(['new', 'old', 'next']);
    expect(names('signing', '2026-12-31')).toEqual(['signs', 'old', 'new', 'next']);
    expect(day).toBe(86_400_000);
  });
});
