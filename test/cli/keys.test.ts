import { createPrivateKey, randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Commands } from '../../src/cli/commands.ts';
import { applyConfiguration, checkConfiguration } from '../../src/flows/apply-configuration.ts';
import { keepRefused } from '../../src/flows/as2/refusals.ts';
import { readConfigurationFiles } from '../../src/library/partners.ts';
import { apiKey, operator } from '../http/operator.ts';
import { undated, withAs2 } from '../support/as2-channel.ts';
import { testGateway } from '../support/gateway.ts';
import { opensslWorld } from '../transports/as2/openssl.ts';
import { repository, tallyportWith } from './captured.ts';

/* The commands about keys and AS2, once on the store itself and once through a running gateway. */
const gateway = await testGateway();
const masterKey = randomBytes(32);
const { app } = await operator(gateway, masterKey);
const apiUrl = await app.listen({ port: 0, host: '127.0.0.1' });
const world = opensslWorld({ theirs: 'rsa', curve: 'p256' });
afterAll(() => world.close());
const environment = { PASSPHRASE: 'a long passphrase', SHORT: 'short' };
const here: Partial<Commands> = {
  environment,
  masterKey: async () => masterKey,
  withStore: (_settings, use) => use(gateway.context),
  apiKey: async () => null,
  apiUrl: async () => null,
};
const asked: Partial<Commands> = { ...here, apiKey: async () => apiKey, apiUrl: async () => apiUrl };
const certificatesOf = (...names: readonly string[]) =>
  names.map((name) => {
    const out = `${name}.p12`;
    const pass = `pass:${environment.PASSPHRASE}`;
    world.run('pkcs12', '-export', '-inkey', `${name}.key`, '-in', `${name}.crt`, '-passout', pass, '-out', out);
    return join(world.folder, out);
  });

describe('tallyport keys', () => {
  test('takes PKCS#12, on the store and through a gateway', async () => {
    const [theirs = '', curve = ''] = certificatesOf('theirs', 'curve');
    const passphrase = ['--passphrase-variable', 'PASSPHRASE'];
    const first = await tallyportWith(here, 'keys', 'import', 'one', theirs, ...passphrase, '--json');
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(JSON.parse(first.stdout)).toMatchObject({
      name: 'one',
      fingerprint: world.identity('theirs').certificate.fingerprint,
    });
    const second = await tallyportWith(asked, 'keys', 'import', 'two', curve, ...passphrase);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain(world.identity('curve').certificate.fingerprint);
    expect(second.stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----\n$/); // `> ours.pem`
    const listed = await tallyportWith(asked, 'keys', 'list');
    expect(listed.stdout).toMatch(/^one .*\ntwo /);
    expect((await tallyportWith(here, 'keys', 'import', 'three', theirs)).code).toBe(2); // without its passphrase
    expect((await tallyportWith(here, 'keys', 'import', 'three', theirs, '--passphrase-variable', 'ABSENT')).code).toBe(
      2,
    );
  });
  test.each([
    [512, 2, /RSA of 512 bits protects nothing/],
    [1024, 0, /^warning: short: RSA of 1024 bits is too short/m],
    [2048, 0, /^fit {2}until \d{4}-\d\d-\d\d {2}SHA-256 [0-9a-f]{64}\n$/],
  ])('RSA of %i bits', async (bits, code, told) => {
    // OpenSSL signs with no key of 512 bits under its usual level.
    const low = bits === 512 ? ['-sha1', '-sigopt', 'rsa_padding_mode:pkcs1'] : [];
    world.run(
      'req',
      '-x509',
      '-newkey',
      `rsa:${bits}`,
      '-nodes',
      '-keyout',
      'short.key',
      '-out',
      'short.crt',
      '-days',
      '30',
      '-subj',
      `/CN=short-${bits}`,
      ...low,
    );
    const [key, certificate] = ['short.key', 'short.crt'].map((file) => join(world.folder, file));
    const name = code === 0 && bits === 2048 ? 'fit' : 'short';
    const ended = await tallyportWith(here, 'keys', 'import', name, key ?? '', '--certificate', certificate ?? '');
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(told)]);
    const json = (await tallyportWith(here, 'keys', 'list', '--json')).stdout;
    const { keys: listed } = JSON.parse(json) as { keys: { name: string; weakness: string | null }[] };
    expect(listed.filter((one) => one.name === name).map(({ weakness }) => weakness === null)).toEqual(
      code === 2 ? [] : [bits === 2048],
    );
  });
  test('gives one out as PKCS#12 from the store alone, under a long passphrase, into a new file', async () => {
    const file = join(world.folder, 'out.p12');
    const out = (variable: string) =>
      tallyportWith(asked, 'keys', 'export', 'two', '--pkcs12', file, '--passphrase-variable', variable);
    const short = await out('SHORT');
    expect([short.code, existsSync(file)]).toEqual([2, false]);
    const done = await out('PASSPHRASE');
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).not.toContain('PRIVATE');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const pem = world.run('pkcs12', '-in', 'out.p12', '-nodes', '-passin', `pass:${environment.PASSPHRASE}`).toString();
    expect(createPrivateKey(pem).equals(world.identity('curve').privateKey)).toBe(true);
    expect((await out('PASSPHRASE')).code).toBe(2); // nothing is written over
    expect((await tallyportWith(asked, 'keys', 'export', 'two')).stdout).toContain('BEGIN CERTIFICATE');
  });
  test('removes one that no channel names, on the store and through a gateway; one that is named stays', async () => {
    const pem = (await tallyportWith(here, 'keys', 'export', 'fit')).stdout;
    const settings = {
      ourKeys: [{ name: 'one', ...undated }],
      clientKey: 'two',
      theirCertificates: [{ pem, ...undated }],
    };
    const { configuration } = await checkConfiguration(
      gateway.context,
      await readConfigurationFiles(repository),
      gateway.dataFolder,
    );
    if (configuration === null) throw new Error('the example has faults');
    await applyConfiguration(gateway.context, withAs2(() => settings)(configuration), 'test');
    for (const [which, name, code] of [
      [asked, 'one', 2],
      [here, 'two', 2],
      [asked, 'fit', 0],
      [here, 'short', 0],
      [asked, 'fit', 2],
      [here, 'nobody', 2],
    ] as const) {
      const { code: ended, stderr } = await tallyportWith(which, 'keys', 'remove', name);
      expect([name, ended, stderr === '']).toEqual([name, code, code === 0]);
      if (name === 'one') expect(stderr).toContain('brightmart/as2 still has the key one');
    }
    const { keys } = JSON.parse((await tallyportWith(asked, 'keys', 'list', '--json')).stdout) as {
      keys: { name: string }[];
    };
    expect(keys.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(
      await gateway.rows(`select data ->> 'name' as name from event where type = 'key/removed' order by 1`),
    ).toEqual([{ name: 'fit' }, { name: 'short' }]);
  });
  test('rehearse says why it cannot', async () => {
    const { code, stderr } = await tallyportWith(asked, 'keys', 'rehearse', 'no/where');
    expect(code).toBe(2);
    expect(stderr).toContain('speaks no AS2');
  });
});

describe('tallyport doctor as2', () => {
  test('lists what was refused, and explains one by its id and its Message-ID', async () => {
    expect(await tallyportWith(asked, 'doctor', 'as2')).toMatchObject({
      code: 0,
      stdout: 'nothing was refused lately\n',
    });
    await keepRefused(
      gateway.context,
      {
        channelId: 'brightmart/as2',
        messageId: '<m-1@them>',
        modifier: 'insufficient-message-security',
        detail: 'A signature was agreed.',
        headers: [['content-type', 'application/edi-x12']],
        remote: '192.0.2.7',
        body: Buffer.from('ISA*'),
      },
      (failure) => expect(failure).toBe(''),
    );
    const listed = await tallyportWith(asked, 'doctor', 'as2');
    expect(listed.code).toBe(1);
    const [id = ''] = listed.stdout.split(' ');
    for (const name of [id, '<m-1@them>', 'm-1@them']) {
      const { code, stdout } = await tallyportWith(asked, 'doctor', 'as2', name);
      expect(code).toBe(1);
      expect(stdout).toContain('insufficient-message-security: A signature was agreed.');
      expect(stdout).toContain('in channels.yaml: requireSignature: false');
    }
    const json = await tallyportWith(asked, 'doctor', 'as2', id, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ id, findings: [{ setting: 'requireSignature: false' }] });
    const absent = '01a22f31-1abc-7573-9aa6-f4c6de526a30';
    const nothing = await tallyportWith(asked, 'doctor', 'as2', absent);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining(absent)]);
  });
});
