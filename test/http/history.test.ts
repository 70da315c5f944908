import { describe, expect, test } from 'vitest';
import { advice820, enterOrder, openGateway, tradedWorld } from './world.ts';

interface Event {
  readonly id: string;
  readonly type: string;
  readonly objects: readonly { readonly kind: string; readonly id: string; readonly qualifier: string }[];
}

describe('what happened', async () => {
  const { api, soldId } = await tradedWorld();
  const events = async (path: string) => (await api.items(path)) as unknown as readonly Event[];
  const types = (list: readonly Event[]) => list.map(({ type }) => type);

  test('an order tells its own story, oldest first', async () => {
    const own = await events(`/timeline/order/${soldId}`);
    expect(types(own)).toEqual([
      'order/received',
      'order/decided',
      'group/partner-accepted',
      'order/shipped',
      'order/invoiced',
      'group/partner-accepted',
      'group/partner-rejected',
    ]);
    expect(own[0]?.objects).toContainEqual({ kind: 'order', id: soldId, qualifier: 'subject' });
  });

  test('related, it is told from the wire to the cash', async () => {
    const whole = await events(`/timeline/order/${soldId}?related=true`);
    const told = types(whole);
    for (const type of [
      'transmission/received',
      'interchange/accepted',
      'order/received',
      'interchange/composed',
      'delivery/sent',
      'transaction/partner-accepted',
      'transaction/partner-rejected',
      'invoice/partly-paid',
      'remittance/applied',
    ])
      expect(told).toContain(type);
    expect(told.indexOf('transmission/received')).toBeLessThan(told.indexOf('order/received'));
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
    const ids = whole.map(({ id }) => BigInt(id));
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
    // The other order's events are not its own.
    expect(whole.some(({ objects }) => objects.some(({ kind, id }) => kind === 'order' && id !== soldId))).toBe(false);
  });

  test('what the same remittance paid besides is not followed', async () => {
    const { gateway, api: its } = await openGateway();
    const first = await enterOrder(gateway, 'H-1', 901);
    const second = await enterOrder(gateway, 'H-2', 902);
    for (const [id, shipment] of [
      [first, 'S-H-1'],
      [second, 'S-H-2'],
    ])
      await its.post(`/orders/${id}/shipments`, { shipment, lines: [{ line: '1', quantity: '10' }] });
    await gateway.settle();
    const lines = ['RMR*IV*INV0000001*PI*125*125*0', 'RMR*IV*INV0000002*PI*125*125*0'];
    await gateway.receive('brightmart/folder', advice820(903, 'PAY-H', '250', lines));
    await gateway.settle();
    const whole = (await its.items(`/timeline/order/${first}?related=true`)) as unknown as readonly Event[];
    expect(types(whole)).toContain('remittance/applied');
    expect(types(whole).filter((type) => type === 'order/shipped')).toHaveLength(1);
    expect(whole.some(({ objects }) => objects.some(({ id }) => id === second))).toBe(false);
  });

  test.each(['', '?related=true'])('a timeline%s is walked page by page', async (query) => {
    const whole = await events(`/timeline/order/${soldId}${query}`);
    const walked: Event[] = [];
    for (let after: unknown = '0'; after !== null; ) {
      const { body } = await api.get(
        `/timeline/order/${soldId}${query === '' ? '?' : `${query}&`}limit=3&after=${String(after)}`,
      );
      walked.push(...(body.items as Event[]));
      after = body.next;
    }
    expect(walked).toEqual(whole);
  });

  test.each([
    'document',
    'interchange',
    'raw-file',
    'transmission',
    'delivery',
    'acknowledgment',
    'invoice',
    'shipment',
    'remittance',
    'transaction',
    'company',
  ])('anything has a timeline: %s', async (kind) => {
    const all = await events('/events?limit=1000');
    const one = all.flatMap(({ objects }) => objects).find((object) => object.kind === kind);
    const own = await events(`/timeline/${kind}/${encodeURIComponent(one?.id ?? '')}`);
    expect(own.length).toBeGreaterThan(0);
    expect(own.every(({ objects }) => objects.some(({ kind: its, id }) => its === kind && id === one?.id))).toBe(true);
    expect(
      (await events(`/timeline/${kind}/${encodeURIComponent(one?.id ?? '')}?related=true`)).length,
    ).toBeGreaterThanOrEqual(own.length);
  });

  test('what nothing happened to has an empty one', async () => {
    expect(await events('/timeline/order/not-an-order')).toEqual([]);
    expect(await events('/timeline/document/not-a-document?related=true')).toEqual([]);
  });

  test('the latest of all come first, and pages go back', async () => {
    const all = await events('/events?limit=1000');
    const walked: Event[] = [];
    for (let before: unknown = ''; before !== null; ) {
      const { body } = await api.get(`/events?limit=7${before === '' ? '' : `&before=${String(before)}`}`);
      walked.push(...(body.items as Event[]));
      before = body.next;
    }
    expect(walked).toEqual(all);
    expect(all.at(-1)?.type).toBe('configuration/applied');
  });

  test.each([
    '/events?before=x',
    '/events?before=-1',
    '/events?limit=1001',
    `/timeline/order/x?after=${'9'.repeat(19)}`,
    '/timeline/order/x?related=perhaps',
  ])('%s is refused', async (path) => expect(await api.get(path)).toMatchObject({ status: 400 }));
});
