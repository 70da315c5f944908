import { describe, expect, test } from 'vitest';
import { order850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';
import { operator } from './operator.ts';
import { outbox } from './world.ts';

describe('parked work', async () => {
  const gateway = await testGateway();
  const api = await operator(gateway);

  /** Work whose agreement is gone is parked until a person mends the configuration. */
  test('is seen with its failure, released with a reason, and then done', async () => {
    await gateway.receive('brightmart/folder', order850('W-1', 601));
    const [ready] = await api.items('/work?state=ready');
    await gateway.rows(
      `update work set state = 'parked', parked_at = now(), failure_kind = 'map-broken', failure_message = 'The map is broken.' where id = $1`,
      ready?.id,
    );
    expect(await api.items('/work?state=parked')).toMatchObject([
      { id: ready?.id, kind: 'split', failureMessage: 'The map is broken.' },
    ]);
    expect(await gateway.settle()).toBe(0);
    const answer = await api.post(`/work/${String(ready?.id)}/release`, { reason: 'map mended', by: 'Ann' });
    expect(answer).toMatchObject({ status: 200, body: { state: 'ready', failures: 0 } });
    expect(await gateway.settle()).toBeGreaterThan(1);
    expect([...(await gateway.outbox(outbox)).keys()].some((name) => name.includes('855'))).toBe(true);
    expect(await api.get(`/work/${String(ready?.id)}`)).toMatchObject({ body: { state: 'done' } });
    const told = {
      type: 'work/released',
      actor: 'operator:Ann',
      reason: 'map mended',
      data: { kind: 'split', failure: 'The map is broken.' },
    };
    expect((await api.get(`/timeline/work/${String(ready?.id)}`)).body.items).toMatchObject([told]);
    const ofFile = (await api.get(`/timeline/raw-file/${String(ready?.subject)}`)).body.items as { type: string }[];
    expect(ofFile.map(({ type }) => type)).toContain('work/released');
  });

  test('is cancelled with a reason, and what waited behind it goes on', async () => {
    await gateway.rows(`insert into work (id, kind, subject_id, lane, fairness_key, order_key, has_turn, state, parked_at)
      values ('00000000-0000-7000-8000-00000000000a', 'expire', gen_random_uuid()::text, 'business', 'f', 'k', true, 'parked', now())`);
    await gateway.rows(`insert into work (id, kind, subject_id, lane, fairness_key, order_key, has_turn)
      values ('00000000-0000-7000-8000-00000000000b', 'expire', gen_random_uuid()::text, 'business', 'f', 'k', false)`);
    expect(await gateway.settle()).toBe(0);
    const cancelled = await api.post('/work/00000000-0000-7000-8000-00000000000a/cancel', { reason: 'not wanted' });
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'done' } });
    expect(await gateway.settle()).toBe(1);
  });

  test('needs a reason, and only what waits for a person can be acted on', async () => {
    const [done] = await api.items('/work?state=done&limit=1');
    const path = `/work/${String(done?.id)}`;
    for (const act of ['release', 'cancel']) {
      expect(await api.post(`${path}/${act}`, {})).toMatchObject({
        status: 400,
        body: { faults: [{ at: 'body.reason', message: 'is missing' }] },
      });
      expect(await api.post(`${path}/${act}`, { reason: '' })).toMatchObject({ status: 400 });
      expect(await api.post(`${path}/${act}`, { reason: 'x' })).toMatchObject({
        status: 409,
        body: {
          detail: expect.stringContaining(`is done: it cannot be ${act === 'release' ? 'released' : 'cancelled'}`),
        },
      });
    }
    expect((await gateway.rows(`select id from event where type like 'work/%' and reason = 'x'`)).length).toBe(0);
  });
});
