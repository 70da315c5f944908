import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/partners/parse-configuration.ts';
import { configurationFiles } from './configuration-files.ts';

/* Certificates in channels.yaml, as OpenSSL and people write them. */
const folder = mkdtempSync(join(tmpdir(), 'tallyport-pem-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const openssl = (...parameters: readonly string[]): string =>
  execFileSync('openssl', parameters, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const fresh = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'k.pem', '-days', '30', '-subj', '/CN=x'];
const pem = openssl('req', '-x509', ...fresh);
const [privateKey, withText] = [
  openssl('pkey', '-in', 'k.pem'),
  execFileSync('openssl', ['x509', '-text'], { input: pem, encoding: 'utf8' }),
];

const parse = (text: string) =>
  parseConfiguration(
    configurationFiles({
      'partners/shop/channels.yaml': `channels:\n  folder: { kind: directory, inbox: in, outbox: out }\n  as2: ${JSON.stringify(
        {
          kind: 'as2',
          ourName: 'US',
          theirName: 'THEM',
          theirCertificates: [{ pem: text }],
          serverCertificates: [text],
          theirClientCertificates: [text],
        },
      )}\n`,
    }),
  );

describe('a certificate in channels.yaml', () => {
  test.each([
    ['alone', pem],
    ['with what openssl -text says before it', withText],
    ['with a line of ours before it', `our-name-2026  until 2029-01-01  SHA-256 aa-bb\n${pem}`],
    ['with text behind it', `${pem}\nsubject=CN = x\n`],
    ['indented', pem.replaceAll('\n', '\n    ')],
    ['with CRLF', pem.replaceAll('\n', '\r\n')],
  ])('%s is kept without the text around it', (_what, text) => {
    const { configuration, faults } = parse(text);
    expect(faults).toEqual([]);
    const settings = configuration?.channels.find(({ settings }) => settings.kind === 'as2')?.settings;
    const kept = settings?.kind === 'as2' ? settings : undefined;
    const bare = (given: string | undefined) => given?.replaceAll(/\s/g, '');
    expect(bare(kept?.theirCertificates[0]?.pem)).toBe(bare(pem));
    expect(bare(kept?.serverCertificates[0])).toBe(bare(pem));
    expect(bare(kept?.theirClientCertificates[0])).toBe(bare(pem));
  });
  test.each([
    ['two at once', pem + pem, /2 certificates stand here/],
    ['a private key beside it', privateKey + pem, /private key stands here/],
    ['half of it', pem.slice(0, 300), /no certificate that can be read/],
    ['none at all', 'MIIB', /BEGIN CERTIFICATE/],
    ['something else in its place', pem.replaceAll(/[A-Z]/g, 'A'), /no certificate that can be read|BEGIN CERTIFICATE/],
  ])('%s is told', (_what, text, message) => {
    expect(
      parse(text)
        .faults.map((fault) => fault.message)
        .join('\n'),
    ).toMatch(message);
  });
});

describe('how a partner’s server is reached', () => {
  const channel = (more: string) =>
    parseConfiguration(
      configurationFiles({
        'partners/shop/channels.yaml': `channels:\n  folder: { kind: directory, inbox: in, outbox: out }\n  web: { kind: http, ${more} }\n`,
      }),
    );
  const url = 'pushUrl: "https://shop.example/in"';
  test('is told of a push as of AS2', () => {
    const { configuration, faults } = channel(
      `${url}, clientKey: ours, basicUser: acme, basicPasswordVariable: ACME, proxyUrl: "http://proxy.example:3128", proxyUser: us, proxyPasswordVariable: PROXY, serverCertificates: [${JSON.stringify(pem)}]`,
    );
    expect(faults).toEqual([]);
    expect(configuration?.channels.find(({ name }) => name === 'web')?.settings).toMatchObject({
      clientKey: 'ours',
      basicUser: 'acme',
      proxyUrl: 'http://proxy.example:3128',
      proxyUser: 'us',
      proxyPasswordVariable: 'PROXY',
      serverCertificates: [pem],
      allowLoopback: false,
    });
  });
  test.each([
    [`${url}, basicUser: acme`, /basicUser and basicPasswordVariable belong together/],
    [`${url}, proxyUrl: "http://proxy.example", proxyUser: us`, /proxyUser and proxyPasswordVariable belong together/],
    [`${url}, proxyUser: us, proxyPasswordVariable: PROXY`, /needs a proxyUrl/],
    [`${url}, proxyUrl: "http://us:secret@proxy.example"`, /without credentials/],
    [`${url}, proxyUrl: "https://proxy.example"`, /an http address/],
    [`${url}, pushTokenVariable: TOKEN, basicUser: acme, basicPasswordVariable: ACME`, /one Authorization/],
    [`tokenSha256: ${'a'.repeat(64)}, clientKey: ours`, /says nothing without a pushUrl/],
    [`${url}, serverCertificates: [${JSON.stringify(privateKey + pem)}]`, /private key stands here/],
  ])('%s is told', (more, message) => {
    expect(
      channel(more)
        .faults.map((fault) => fault.message)
        .join('\n'),
    ).toMatch(message);
  });
});
