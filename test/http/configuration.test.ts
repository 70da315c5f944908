import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readConfigurationFiles } from '../../src/library/partners.ts';
import { testGateway } from '../support/gateway.ts';
import { operator } from './operator.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

describe('configuration', async () => {
  const gateway = await testGateway();
  const api = await operator(gateway);
  const files = await readConfigurationFiles(repository);
  const version = async () => (await api.get('/configuration')).body.version;

  test('is told without addresses and credentials', async () => {
    const { body, text } = await api.get('/configuration');
    expect((body.agreements as { id: string }[]).map(({ id }) => id)).toContain('brightmart/in/850/production');
    expect(body.channels).toContainEqual({ id: 'brightmart/web', partner: 'brightmart', kind: 'http' });
    const [, digest = 'no digest'] =
      /tokenSha256: ([0-9a-f]{64})/.exec(await readFile(`${repository}/partners/brightmart/channels.yaml`, 'utf8')) ??
      [];
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(text).not.toContain(digest);
    expect(text).not.toContain(gateway.dataFolder);
  });

  test('is put in force as a whole, and by whom is an event', async () => {
    const before = Number(await version());
    const answer = await api.post('/configuration', { base: gateway.dataFolder, files, by: 'Ann' });
    expect(answer).toMatchObject({ status: 200, body: { partners: 3, agreements: expect.any(Number) } });
    const [event] = await api.items('/events?limit=1');
    expect(event).toMatchObject({ type: 'configuration/applied', actor: 'operator:Ann' });
    const { rows } = await gateway.database.query<{ version: bigint }>(
      'select max(version) as version from configuration_version',
    );
    expect(Number(rows[0]?.version)).toBe(before + 1);
  });

  test('with a fault it changes nothing, and every fault has its place', async () => {
    const { rows: before } = await gateway.database.query('select max(version) as version from configuration_version');
    const broken = files.map((file) =>
      file.path === 'partners/brightmart/partner.yaml' ? { ...file, text: `${file.text}\ncolour: red\n` } : file,
    );
    const answer = await api.post('/configuration', { base: gateway.dataFolder, files: broken });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        detail: 'The configuration has faults.',
        faults: [{ file: 'partners/brightmart/partner.yaml', line: expect.any(Number), column: expect.any(Number) }],
      },
    });
    const { rows: after } = await gateway.database.query('select max(version) as version from configuration_version');
    expect(after).toEqual(before);
  });

  test('a folder that cannot be made is its fault', async () => {
    const base = join(gateway.dataFolder, 'a-file');
    await writeFile(base, '');
    const answer = await api.post('/configuration', { base, files });
    expect(answer).toMatchObject({
      status: 422,
      body: { detail: expect.stringMatching(/^The folder .*a-file.* of a channel cannot be made: ENOTDIR\..*$/) },
    });
    // Where folders can be seen and none can be made: this once hung for ever.
    if (process.platform === 'linux')
      expect(await api.post('/configuration', { base: '/proc/nothing', files })).toMatchObject({
        status: 422,
        body: {
          detail: expect.stringMatching(/\/proc\/nothing.* cannot be made: ENOENT\. No folder can be made there/),
        },
      });
  });

  test.each([
    ['no files', { base: '/x' }, 'body.files'],
    ['no base', { files: [] }, 'body.base'],
    ['a NUL in the base', { base: '/x\0', files: [] }, null],
    ['a file without text', { base: '/x', files: [{ path: 'company/company.yaml' }] }, 'body.files[0].text'],
    [
      'too many files',
      { base: '/x', files: Array.from({ length: 5_001 }, () => ({ path: 'p', text: '' })) },
      'body.files',
    ],
  ])('%s is refused', async (_what, body, at) => {
    const answer = await api.post('/configuration', body);
    expect(answer.status).toBe(400);
    if (at !== null) expect(answer.body.faults).toEqual([{ at, message: expect.any(String) }]);
  });

  test('an empty configuration is a faulty one', async () =>
    expect(await api.post('/configuration', { base: '/x', files: [] })).toMatchObject({ status: 422 }));
});
