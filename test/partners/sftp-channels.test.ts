import { describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../src/partners/parse-configuration.ts';
import { hashPassword, isPasswordHash } from '../../src/transports/sftp/server/password.ts';
import { configurationFiles } from './configuration-files.ts';

const parse = (channel: string) =>
  parseConfiguration(configurationFiles({ 'partners/shop/channels.yaml': `channels:\n  folder: ${channel}\n` }));
const pin = `hostKeys: ["SHA256:${'A'.repeat(43)}"]`;
const theirs = (more: string) => `{ kind: sftp, host: sftp.shop.example, username: acme, ${more} }`;
const ftps = (more: string) =>
  `{ kind: ftps, host: ftp.shop.example, username: acme, passwordVariable: PASSWORD, ${more} }`;
const ours = (more: string) => `{ kind: sftp-mailbox, username: shop, ${more} }`;

describe('a channel over FTPS', () => {
  test.each([
    [ftps('inbox: /out, archive: /done, outbox: /in'), { port: 21, security: 'explicit', serverCertificates: [] }],
    [
      ftps('inbox: /out, afterPickUp: leave, outbox: /in, security: implicit'),
      { port: 990, security: 'implicit', timeoutMs: 30_000 },
    ],
    [ftps('inbox: /out, afterPickUp: leave, outbox: /in, security: implicit, port: 2990'), { port: 2990 }],
  ])('%s', (channel, settings) => {
    const { faults, configuration } = parse(channel);
    expect(faults).toEqual([]);
    expect(configuration?.channels[0]?.settings).toMatchObject({ kind: 'ftps', ...settings });
  });
  test.each([
    ['a password in the file', ftps('password: secret, outbox: /in'), /password/],
    ['no password', '{ kind: ftps, host: h.example, username: acme, outbox: /in }', /passwordVariable/],
    ['no TLS', ftps('security: none, outbox: /in'), /explicit, implicit/],
    [
      'a certificate that is none',
      ftps('serverCertificates: ["-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----"], outbox: /in'),
      /certificate/,
    ],
    ['nothing to do', ftps('files: []'), /does nothing/],
    ['no word on what becomes of files', ftps('inbox: /out'), /What becomes of files/],
    ['a folder that would be a command', ftps('outbox: "/in\\r\\nDELE x"'), /DELE x/],
  ])('%s is told', (_what, channel, message) => {
    expect(
      parse(channel)
        .faults.map(({ message: told }) => told)
        .join('\n'),
    ).toMatch(message);
  });
});

describe('a channel over SFTP', () => {
  test.each([
    theirs(`${pin}, privateKeyVariable: KEY, inbox: /out, archive: /done, outbox: /in`),
    theirs(
      `${pin}, passwordVariable: PASSWORD, inbox: /out, afterPickUp: delete, outbox: /in, takeWhen: marker, files: ["*.edi"]`,
    ),
    ours('keys: [{ publicKey: "ssh-ed25519 AAAAC3Nza shop@example", expiresOn: 2027-06-30 }]'),
    ours('keys: [{ publicKey: "ssh-ed25519 AAAAC3Nza" }], takeWhen: settled, settleMs: 30000'),
  ])('%s', (channel) => expect(parse(channel).faults).toEqual([]));

  test.each([
    ['no pinned host key', theirs('privateKeyVariable: KEY, outbox: /in'), /hostKeys/],
    ['no fingerprint', theirs('hostKeys: ["aa:bb"], privateKeyVariable: KEY, outbox: /in'), /SHA256/],
    ['nothing to log in with', theirs(`${pin}, outbox: /in`), /nothing to log in with/],
    ['nothing to do', theirs(`${pin}, privateKeyVariable: KEY`), /does nothing/],
    [
      'no word on what becomes of files',
      theirs(`${pin}, privateKeyVariable: KEY, inbox: /out, outbox: /in`),
      /What becomes of files/,
    ],
    [
      'an archive without a folder',
      theirs(`${pin}, privateKeyVariable: KEY, inbox: /out, outbox: /in, afterPickUp: archive`),
      /archive must name/,
    ],
    [
      'an algorithm that is no choice',
      theirs(`${pin}, privateKeyVariable: KEY, outbox: /in, legacyAlgorithms: [arcfour]`),
      /legacyAlgorithms|ssh-rsa/,
    ],
    ['a password in the file', theirs(`${pin}, password: secret, outbox: /in`), /password/],
    ['nobody who can log in', ours('keys: []'), /Nobody can log in/],
    ['both wanted, one given', ours('login: both, keys: [{ publicKey: "ssh-ed25519 AAAA" }]'), /Nobody can log in/],
    ['a password that is not hashed', ours('passwords: [{ scrypt: secret }]'), /hash-password/],
    [
      'two folders of one name',
      ours('keys: [{ publicKey: "ssh-ed25519 AAAA" }], inboxName: x, outboxName: x'),
      /different names/,
    ],
    [
      'a name that makes no file',
      ours('keys: [{ publicKey: "ssh-ed25519 AAAA" }], fileName: x.edi'),
      /makes no file name/,
    ],
  ])('%s is told', (_what, channel, message) => {
    const { faults } = parse(channel);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.map(({ message: told }) => told).join('\n')).toMatch(message);
  });

  test('two mailboxes with one user name, and two pollers of one folder there, are told', () => {
    const mailbox = ours('keys: [{ publicKey: "ssh-ed25519 AAAA" }]');
    expect(parse(`${mailbox}\n  other: ${mailbox}`).faults.map(({ message }) => message)).toEqual([
      "'shop' is the username of shop/folder already.",
    ]);
    const poller = theirs(`${pin}, privateKeyVariable: KEY, inbox: /out, archive: /done, outbox: /in`);
    expect(parse(`${poller}\n  other: ${poller}`).faults.map(({ message }) => message)).toEqual([
      "'sftp://acme@sftp.shop.example:22/out' is the inbox of shop/folder already.",
    ]);
  });

  test('what hash-password prints is what a channel takes', async () => {
    const hash = await hashPassword('a long enough password');
    expect(isPasswordHash(hash)).toBe(true);
    expect(parse(ours(`passwords: [{ scrypt: "${hash}", expiresOn: 2030-01-01 }]`)).faults).toEqual([]);
  });
});
