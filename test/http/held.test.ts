import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { applyConfiguration, checkConfiguration } from '../../src/flows/apply-configuration.ts';
import { readConfigurationFiles } from '../../src/library/partners.ts';
import { line850, order850 } from '../support/brightmart.ts';
import { enterOrder, openGateway } from './world.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

describe('an order that is held because its number is known', async () => {
  const { gateway, api } = await openGateway();
  const release = (id: unknown, act: string) =>
    api.post(`/documents/${String(id)}/release`, { act, reason: 'asked the buyer', by: 'Ann' });
  const heldAgain = async (number: string, control: number, quantity: number) => {
    await gateway.receive('brightmart/folder', order850(number, control, [line850(1, quantity, '12.5', 'HT-1001')]));
    await gateway.settle();
    expect(gateway.failures.splice(0)).toEqual([]);
    const [held] = await api.items('/documents?state=held');
    return held?.id;
  };

  test('cannot enter beside the first, and is set aside with who and why', async () => {
    await enterOrder(gateway, 'H-1', 601);
    const id = await heldAgain('H-1', 602, 3);
    expect(await release(id, 'enter')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('came again') },
    });
    expect(await release(id, 'set-aside')).toMatchObject({ status: 200, body: { state: 'processed' } });
    expect(await release(id, 'set-aside')).toMatchObject({ status: 409 });
    const { items } = (await api.get(`/timeline/document/${String(id)}`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({ type: 'document/released', actor: 'operator:Ann', reason: 'asked the buyer' }),
    );
  });

  test('takes the place of the first when a person says so', async () => {
    const orderId = await enterOrder(gateway, 'H-2', 611);
    const id = await heldAgain('H-2', 612, 7);
    expect(await release(id, 'replace')).toMatchObject({ status: 200, body: { state: 'processed' } });
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    expect((await api.get(`/orders/${orderId}`)).body).toMatchObject({ lines: [{ ordered: '7' }] });
  });
});

test('what a stranger sent comes in once the configuration knows it', async () => {
  const { gateway, api } = await openGateway();
  await gateway.receive('brightmart/folder', order850('S-1', 701, undefined, { sender: '6112399999' }));
  await gateway.settle();
  const [quarantined] = await api.items('/interchanges?state=quarantined');
  const path = `/interchanges/${String(quarantined?.id)}/accept`;
  const reason = { reason: 'their new mailbox', by: 'Ann' };
  expect(await api.post(path, reason)).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('quarantined again') },
  });

  const files = (await readConfigurationFiles(repository)).map((file) =>
    file.path === 'partners/brightmart/partner.yaml'
      ? { ...file, text: file.text.replace('- x12:08:6112390000', '- x12:08:6112390000\n  - x12:08:6112399999') }
      : file.path === 'partners/brightmart/agreements.yaml'
        ? {
            ...file,
            text: file.text.replace('usage: [production, test]', 'usage: [production]\n  theirs: "x12:08:6112399999"'),
          }
        : file,
  );
  const { configuration, faults } = await checkConfiguration(gateway.context, files, gateway.dataFolder);
  if (configuration === null) throw new Error(JSON.stringify(faults));
  await applyConfiguration(gateway.context, configuration, 'test');
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // what workers know may be a second old
  expect(await api.post(path, reason)).toMatchObject({ status: 200, body: { state: 'closed' } });
  expect(await api.post(path, reason)).toMatchObject({ status: 409 });
  await gateway.settle();
  expect(gateway.failures).toEqual([]);
  expect(await api.items('/interchanges?state=quarantined')).toEqual([]);
  expect(await api.items('/orders?number=S-1')).toHaveLength(1);
  const { items } = (await api.get(`/timeline/interchange/${String(quarantined?.id)}`)).body;
  expect(items).toContainEqual(
    expect.objectContaining({ type: 'interchange/entered-again', actor: 'operator:Ann', reason: 'their new mailbox' }),
  );
});
