import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { type DemoTrade, demoFiles } from '../../src/cli/demo-channels.ts';
import { configurationOf, readConfigurationFiles } from '../../src/library/partners.ts';
import { as2CertificateIn, sshKeyIn } from '../../src/simulator/own-keys.ts';

const examples = await readConfigurationFiles(resolve(import.meta.dirname, '../..'));

async function trade(): Promise<DemoTrade> {
  const folder = await mkdtemp(join(tmpdir(), 'tallyport-demo-channels-'));
  try {
    const pem = await as2CertificateIn(folder, 'Partner', new Date());
    const { publicKey, fingerprint } = sshKeyIn(folder, 'key');
    return {
      ports: { backOffice: 7001, brightmart: 7002, cedarsupply: 7003, nordhandel: 7004 },
      receiptsUrl: 'http://127.0.0.1:7000/as2/mdn',
      certificates: { brightmart: pem, cedarsupply: pem },
      distributorHostKey: fingerprint,
      distributorSshKey: publicKey,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the examples with the demo’s channels are a configuration without a fault', async () => {
  const { configuration, faults } = configurationOf(demoFiles(examples, await trade()), '/data', {
    mapExists: () => true,
    mapReads: () => undefined,
  });
  expect(faults).toEqual([]);
  const channels = new Set(configuration?.agreements.map(({ partner, channel }) => `${partner} by ${channel}`));
  expect([...channels].toSorted()).toEqual([
    'brightmart by brightmart/as2',
    'cedarsupply by cedarsupply/as2',
    'nordhandel by nordhandel/mailbox',
  ]);
  const settings = (id: string) => configuration?.channels.find((channel) => channel.id === id)?.settings;
  expect(settings('brightmart/as2')).toMatchObject({ url: 'http://127.0.0.1:7002/', mdnUrl: null, mdn: 'signed' });
  expect(settings('cedarsupply/as2')).toMatchObject({ mdnUrl: 'http://127.0.0.1:7000/as2/mdn' });
  expect(settings('nordhandel/sftp')).toMatchObject({ port: 7004, inbox: '/outgoing', outbox: '/incoming' });
});

test('orders are announced to the demo’s own back office', async () => {
  const texts = demoFiles(examples, await trade()).map(({ text }) => text);
  expect(texts.some((text) => text.includes('http://127.0.0.1:7001/orders'))).toBe(true);
  expect(texts.some((text) => text.includes(':8490/'))).toBe(false);
});

test('an example that is gone is told', async () => {
  const fewer = examples.filter(({ path }) => path !== 'partners/nordhandel/channels.yaml');
  const given = await trade();
  expect(() => demoFiles(fewer, given)).toThrow('The examples have no partners/nordhandel/channels.yaml.');
});
