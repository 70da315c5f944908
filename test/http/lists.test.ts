import { describe, expect, test } from 'vitest';
import { LISTED } from '../../src/http/lists.ts';
import { filtersOf, LIST_NAMES } from '../../src/store/views/lists.ts';
import { claim812 } from '../support/brightmart.ts';
import { tradedWorld } from './world.ts';

describe('lists', async () => {
  const { api, gateway } = await tradedWorld();
  for (const [control, claim] of [
    [701, 'CB-1'],
    [702, 'CB-2'],
    [703, 'CB-3'],
  ] as const)
    await gateway.receive('brightmart/folder', claim812(control, claim, '2500', 'INV0000001'));
  await gateway.settle();
  await gateway.rows(`insert into work (id, kind, subject_id, lane, fairness_key, order_key, has_turn, state, parked_at, failure_kind, failure_message)
    values (gen_random_uuid(), 'compose', 'a-document', 'outbound', 'brightmart', 'an-order', true, 'parked', now(), 'map-broken', 'The map is broken.')`);
  const all = new Map(
    await Promise.all(
      LIST_NAMES.map(async (name) => [name, await api.items(`${LISTED[name].path}?limit=500`)] as const),
    ),
  );
  const rowsOf = (name: (typeof LIST_NAMES)[number]) => all.get(name) ?? [];

  test.each(LIST_NAMES)('%s has rows, newest first', (name) => {
    const ids = rowsOf(name).map(({ id }) => String(id));
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).toEqual(ids.toSorted().reverse());
  });

  test.each(LIST_NAMES.flatMap((name) => Object.keys(filtersOf(name)).map((filter) => ({ name, filter }))))(
    '$name by $filter',
    async ({ name, filter }) => {
      const rows = rowsOf(name);
      const values = [...new Set(rows.map((row) => row[filter]).filter((value) => value !== null))];
      expect(values.length, 'nothing to filter by').toBeGreaterThan(0);
      for (const value of values.slice(0, 5)) {
        const found = await api.items(`${LISTED[name].path}?limit=500&${filter}=${encodeURIComponent(String(value))}`);
        expect(found.map(({ id }) => id)).toEqual(rows.filter((row) => row[filter] === value).map(({ id }) => id));
      }
    },
  );

  test.each(LIST_NAMES)('every one of %s is shown whole, as its schema says', async (name) => {
    for (const { id } of rowsOf(name))
      expect(await api.get(`${LISTED[name].path}/${String(id)}`)).toMatchObject({ status: 200, body: { id } });
  });

  test('filters narrow each other', async () => {
    const both = await api.items('/interchanges?direction=in&state=quarantined');
    expect(both).toMatchObject([{ controlNumber: '000000101', quarantineReason: 'control-number-used' }]);
    expect(await api.items('/interchanges?direction=out&state=quarantined')).toEqual([]);
  });

  test('every state may be asked for', async () => {
    for (const name of LIST_NAMES) {
      for (const [filter, by] of Object.entries(filtersOf(name))) {
        const words = by.kind === 'state' ? Object.keys(by.conditions) : by.kind === 'word' ? by.words : [];
        for (const word of words) await api.items(`${LISTED[name].path}?${filter}=${word}`);
      }
    }
  });

  test.each(LIST_NAMES)('%s is walked page by page without a gap or a repeat', async (name) => {
    const ids: unknown[] = [];
    let next: unknown = '';
    for (let pages = 0; next !== null; pages++) {
      const { body } = await api.get(`${LISTED[name].path}?limit=2${next === '' ? '' : `&before=${String(next)}`}`);
      const items = body.items as { id: string }[];
      expect(items.length, 'an empty page follows nothing').toBeGreaterThan(0);
      expect(pages).toBeLessThan(500);
      ids.push(...items.map(({ id }) => id));
      next = body.next;
    }
    expect(ids).toEqual(rowsOf(name).map(({ id }) => id));
  });

  test.each([
    ['/orders?state=lost', 'querystring.state', 'must be one of "received", "awaiting-decision"'],
    ['/orders?limit=0', 'querystring.limit', 'must be >= 1'],
    ['/orders?limit=501', 'querystring.limit', 'must be <= 500'],
    ['/orders?limit=ten', 'querystring.limit', 'must be integer'],
    ['/orders?limit=', 'querystring.limit', 'must be integer'],
    ['/orders?before=PO-1', 'querystring.before', 'must match format "uuid"'],
    ['/orders?color=red', 'querystring.color', 'is not known here'],
    ['/orders?number=%00', 'querystring.number', 'must match pattern'],
    ['/orders?number=', 'querystring.number', 'must NOT have fewer than 1 characters'],
    [`/orders?number=${'9'.repeat(201)}`, 'querystring.number', 'must NOT have more than 200 characters'],
    ['/orders?number=1&number=2', 'querystring.number', 'must be string'],
    ['/deliveries?document=x', 'querystring.document', 'must match format "uuid"'],
  ])('%s is refused', async (path, at, message) => {
    const { status, body } = await api.get(path);
    expect(status).toBe(400);
    expect(body.faults).toEqual([{ at, message: expect.stringContaining(message) }]);
  });

  test.each([
    `/orders?number=${encodeURIComponent("' or 1=1 --")}`,
    `/orders?partner=${encodeURIComponent('"; drop table work; --')}`,
    `/transmissions?name=${encodeURIComponent('../../etc/passwd')}`,
    '/orders?number=%F0%9F%94%A8',
  ])('%s is only a value', async (path) => expect(await api.items(path)).toEqual([]));

  test.each(LIST_NAMES)('/%s/:id: an id that is no UUID is refused, one that is not there not found', async (name) => {
    const { path } = LISTED[name];
    expect(await api.get(`${path}/1`)).toMatchObject({ status: 400, body: { faults: [{ at: 'params.id' }] } });
    const missing = '00000000-0000-7000-8000-000000000000';
    expect(await api.get(`${path}/${missing}`)).toMatchObject({
      status: 404,
      body: { detail: `There is no ${LISTED[name].one} ${missing}.` },
    });
    const [first] = rowsOf(name);
    expect(await api.get(`${path}/${String(first?.id)}`)).toMatchObject({ status: 200, body: first });
  });
});
