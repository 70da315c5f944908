import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfiguration, readConfigurationFiles } from '../../src/library/partners.ts';
import { describeFault } from '../../src/partners/fault.ts';
import { selectAgreement } from '../../src/partners/select-agreement.ts';
import { configurationFiles } from '../partners/configuration-files.ts';

const repository = resolve(import.meta.dirname, '../..');
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tallyport-configuration-'));
  for (const { path, text } of configurationFiles()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('a configuration on disk', () => {
  test('is read, and its relative folders begin at the base', async () => {
    const { configuration, faults } = await loadConfiguration({ root, base: '/data/gateway' });
    expect(faults).toEqual([]);
    expect(configuration?.channels[0]?.settings).toMatchObject({
      inbox: '/data/gateway/shop/in',
      archive: null,
      outbox: '/data/gateway/shop/out',
    });
  });

  test('has maps and guides at any depth, and leaves alone what is hidden, elsewhere deeper or no YAML', async () => {
    await mkdir(join(root, 'partners/shop/maps'));
    await mkdir(join(root, 'partners/.git'));
    await mkdir(join(root, 'partners/shop/maps/x12/004010'), { recursive: true });
    await mkdir(join(root, 'partners/shop/old'));
    await writeFile(join(root, 'partners/shop/maps/850.yaml'), 'x: 1');
    await writeFile(join(root, 'partners/shop/maps/x12/004010/850.yaml'), 'x: 1');
    await writeFile(join(root, 'partners/shop/old/partner.yaml'), 'x: 1');
    await writeFile(join(root, 'partners/shop/.agreements.yaml'), 'x: 1');
    await writeFile(join(root, 'partners/shop/README.md'), 'x');
    await writeFile(join(root, 'partners/README.md'), 'x');
    expect((await readConfigurationFiles(root)).map(({ path }) => path)).toEqual([
      'company/company.yaml',
      'company/items.yaml',
      'partners/shop/agreements.yaml',
      'partners/shop/channels.yaml',
      'partners/shop/partner.yaml',
      'partners/shop/maps/850.yaml',
      'partners/shop/maps/x12/004010/850.yaml',
    ]);
  });

  test('tells a misspelt file, and a folder whose name no partner can have', async () => {
    await writeFile(join(root, 'partners/shop/channel.yaml'), 'x: 1');
    await mkdir(join(root, 'partners/Big Shop'));
    await writeFile(join(root, 'partners/Big Shop/partner.yaml'), 'name: Big Shop');
    const { faults } = await loadConfiguration({ root, base: root });
    expect(faults.map(({ file }) => file)).toEqual(['partners/Big Shop/partner.yaml', 'partners/shop/channel.yaml']);
  });

  test('may keep a partner elsewhere, behind a link', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'tallyport-partner-'));
    await rm(join(root, 'partners'), { recursive: true });
    await mkdir(join(root, 'partners'));
    for (const { path, text } of configurationFiles())
      if (path.startsWith('partners/shop/')) await writeFile(join(elsewhere, path.slice(14)), text);
    await symlink(elsewhere, join(root, 'partners/shop'));
    const { configuration } = await loadConfiguration({ root, base: root });
    expect(configuration?.partners.map(({ id }) => id)).toEqual(['shop']);
    await rm(elsewhere, { recursive: true });
  });

  test('without partners is a company alone', async () => {
    await rm(join(root, 'partners'), { recursive: true });
    const { configuration } = await loadConfiguration({ root, base: root });
    expect(configuration).toMatchObject({ company: { id: 'acme' }, partners: [], agreements: [] });
  });

  test('that is not there is our own failure', async () => {
    await expect(loadConfiguration({ root: join(root, 'nowhere'), base: root })).rejects.toMatchObject({
      kind: 'not-found',
      message: `${join(root, 'nowhere', 'company')} can't be read.`,
    });
  });
});

describe('the examples', () => {
  const load = async () => {
    const { configuration, faults } = await loadConfiguration({ root: repository, base: '/data' });
    expect(faults.map(describeFault)).toEqual([]);
    if (configuration === null) throw new Error('unreachable: there are no faults');
    return configuration;
  };

  test('have no fault', async () => {
    const { partners, channels, agreements, items } = await load();
    expect(partners.map(({ id }) => id)).toEqual(['brightmart', 'cedarsupply', 'nordhandel']);
    expect(channels.map(({ id, settings }) => `${id} ${settings.kind}`)).toEqual([
      'brightmart/folder directory',
      'brightmart/web http',
      'cedarsupply/web http',
      'nordhandel/web http',
    ]);
    expect(items).toHaveLength(6);
    expect(agreements.filter(({ usage }) => usage === 'test').map(({ id }) => id)).toEqual([
      'brightmart/in/850/test',
      'brightmart/in/860/test',
      'brightmart/in/820/test',
      'brightmart/in/824/test',
      'brightmart/in/812/test',
      'brightmart/out/855/test',
      'brightmart/out/865/test',
      'brightmart/out/856/test',
      'brightmart/out/810/test',
      'cedarsupply/in/850/test',
      'cedarsupply/in/820/test',
      'cedarsupply/out/855/test',
      'cedarsupply/out/856/test',
      'cedarsupply/out/810/test',
      'nordhandel/in/ORDERS/test',
      'nordhandel/in/ORDCHG/test',
      'nordhandel/in/REMADV/test',
      'nordhandel/in/APERAK/test',
      'nordhandel/out/ORDRSP/test',
      'nordhandel/out/DESADV/test',
      'nordhandel/out/INVOIC/test',
    ]);
  });

  test('have one buyer decided by rules and two by the back office', async () => {
    const { agreements } = await load();
    expect(
      agreements
        .filter(({ document, usage }) => document === 'order' && usage === 'production')
        .map(({ partner, decision }) => `${partner} ${decision.decideBy}`),
    ).toEqual(['brightmart rules', 'cedarsupply back-office', 'nordhandel back-office']);
  });

  test('are found by what stands on their envelopes', async () => {
    const choice = selectAgreement(await load(), {
      direction: 'in',
      syntax: 'edifact',
      sender: { qualifier: '14', id: '4012345000009' },
      receiver: { qualifier: '14', id: '0614141000012' },
      usage: 'production',
      message: 'ORDERS',
      version: 'D96A',
    });
    expect(choice.agreement?.id).toBe('nordhandel/in/ORDERS/production');
  });
});
