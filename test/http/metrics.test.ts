import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/http/metrics.ts';
import { tradedWorld } from './world.ts';

describe('figures', async () => {
  const { api, gateway } = await tradedWorld();
  const figures = async (): Promise<ReadonlyMap<string, number>> => {
    const { status, text, headers } = await api.get('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    return new Map(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => {
          const space = line.lastIndexOf(' ');
          return [line.slice(0, space), Number(line.slice(space + 1))];
        }),
    );
  };

  test('tell what waits, is held, parked and late', async () => {
    await gateway.rows(`update expectation set state = 'overdue' where kind = 'remittance'`);
    await gateway.rows(`insert into work (id, kind, subject_id, lane, fairness_key, order_key, has_turn, state, parked_at)
      values (gen_random_uuid(), 'compose', 'x', 'outbound', 'f', 'k', true, 'parked', now())`);
    await gateway.rows(`insert into work (id, kind, subject_id, lane, fairness_key, order_key, has_turn)
      values (gen_random_uuid(), 'compose', 'x', 'outbound', 'f', 'k', false)`);
    await gateway.rows(`insert into work (id, kind, subject_id, lane, fairness_key, has_turn, not_before)
      values (gen_random_uuid(), 'expire', 'x', 'business', 'f', true, now() - interval '90 seconds')`);
    const now = await figures();
    expect(now.get('tallyport_database_up')).toBe(1);
    expect(now.get('tallyport_work{lane="outbound",state="parked"}')).toBe(1);
    expect(now.get('tallyport_work{lane="outbound",state="waiting"}')).toBe(1);
    expect(now.get('tallyport_work{lane="business",state="ready"}')).toBeGreaterThanOrEqual(1);
    expect(now.get('tallyport_work_oldest_ready_seconds')).toBeGreaterThanOrEqual(90);
    expect(now.get('tallyport_expectations_overdue{kind="remittance"}')).toBe(1);
    expect(now.get('tallyport_interchanges_quarantined')).toBe(1);
    expect(now.get('tallyport_orders{state="awaiting-decision"}')).toBe(1);
    expect(now.get('tallyport_orders{state="held"}')).toBe(0);
    expect(now.get('tallyport_documents{state="waiting"}')).toBe(1);
    expect(now.get('tallyport_documents{state="held"}')).toBe(0);
    expect(now.get('tallyport_remittances{state="waiting"}')).toBe(1);
    expect(now.get('tallyport_deliveries{state="available"}')).toBe(0);
    expect(now.get('process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  test('what is done is told no more', async () => {
    await gateway.rows(`update expectation set state = 'met' where state = 'overdue'`);
    await gateway.rows(`update interchange set state = 'closed' where state = 'quarantined'`);
    const now = await figures();
    expect([...now.keys()].filter((name) => name.startsWith('tallyport_expectations_overdue'))).toEqual([]);
    expect(now.get('tallyport_interchanges_quarantined')).toBe(0);
  });

  test('requests are counted by route, never by path', async () => {
    await api.get('/orders/00000000-0000-7000-8000-000000000001');
    await api.get('/orders/00000000-0000-7000-8000-000000000002');
    await api.get('/no-such-place/1');
    await api.get('/no-such-place/2');
    await api.ask('GET', '/orders', {});
    const now = await figures();
    expect(now.get('tallyport_api_requests_total{method="GET",route="/orders/:id",status="404"}')).toBe(2);
    expect(now.get('tallyport_api_requests_total{method="GET",route="unknown",status="404"}')).toBe(2);
    expect(now.get('tallyport_api_requests_total{method="GET",route="/orders",status="401"}')).toBe(1);
    expect([...now.keys()].filter((name) => name.includes('no-such-place'))).toEqual([]);
  });

  test('docs/operating/metrics.md tells exactly these', async () => {
    const page = await readFile(new URL('../../docs/operating/metrics.md', import.meta.url), 'utf8');
    const told = [...page.matchAll(/^\| `(tallyport_[a-z0-9_]+)` \| (.*?) \| (.*) \|$/gm)].map(
      ([, name, labels, help]) => [name, labels, help],
    );
    expect(told).toEqual(
      Object.entries(METRICS).map(([name, { labels, help }]) => [
        name,
        labels.map((label) => `\`${label}\``).join(', '),
        help,
      ]),
    );
    const names = new Set(
      [...(await figures()).keys()].map((key) => key.split('{')[0]).filter((name) => name?.startsWith('tallyport_')),
    );
    for (const name of names) expect(Object.keys(METRICS)).toContain(name);
  });
});
