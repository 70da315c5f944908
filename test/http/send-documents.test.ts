import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Agreement } from '../../src/partners/configuration.ts';
import { DOCUMENT_OF_MESSAGE } from '../../src/partners/defaults.ts';
import { acknowledgmentOf } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';
import { operator } from './operator.ts';
import { outbox } from './world.ts';

/* What follows from no order and a back office sends whole: 832, 846, 864 and 870. */
const MESSAGES = ['832', '846', '864', '870'] as const;
const gateway = await testGateway((configuration) => ({
  ...configuration,
  agreements: configuration.agreements.flatMap((agreement): Agreement[] => [
    agreement,
    ...(agreement.id === 'brightmart/out/856/production'
      ? MESSAGES.map((message) => ({
          ...agreement,
          id: `brightmart/out/${message}/production`,
          message,
          map: `x12/004010/${message}`,
          document: DOCUMENT_OF_MESSAGE[message] ?? agreement.document,
        }))
      : []),
  ]),
}));
const api = await operator(gateway);
const typical = (message: string): Record<string, unknown> =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/x12/004010/${message}/typical.document.json`, import.meta.url), 'utf8'),
  );
const agreement = (message: string) => `brightmart/out/${message}/production`;
const left = async () => {
  await gateway.settle();
  expect(gateway.failures.splice(0)).toEqual([]);
  return [...(await gateway.outbox(outbox)).values()].filter((text) => !text.includes('ST*997'));
};
let control = 5_000;

describe('POST /documents', () => {
  test.each(MESSAGES)('%s goes out, and its 997 is followed', async (message) => {
    const { status, body } = await api.post('/documents', {
      agreement: agreement(message),
      document: typical(message),
      by: 'Ann',
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { kind: DOCUMENT_OF_MESSAGE[message], direction: 'out', partner: 'brightmart', state: 'entered' },
    });
    const [text, ...more] = await left();
    expect(more).toEqual([]);
    const wire = readFileSync(new URL(`../../fixtures/x12/004010/${message}/typical.edi`, import.meta.url), 'latin1');
    const inside = (all: string) =>
      all.split(/~\s*/).filter((segment) => !/^(ISA|GS|ST|SE|GE|IEA|)(\*|$)/.test(segment));
    expect(inside(text ?? '')).toEqual(inside(wire));
    const { items } = (await api.get(`/timeline/document/${String(body.id)}`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({ type: `${DOCUMENT_OF_MESSAGE[message]}/posted`, actor: 'operator:Ann' }),
    );
    const owed = async () =>
      gateway.rows(
        `select x.state from expectation x join transaction t on t.interchange_id = x.subject_id
         where x.kind = 'acknowledgment' and t.message = $1`,
        message,
      );
    expect(await owed()).toEqual([{ state: 'open' }]);
    await gateway.receive('brightmart/folder', acknowledgmentOf(text ?? '', control++));
    await left();
    expect(await owed()).toEqual([{ state: 'met' }]);
  });

  test('the same words go out once; under another key again', async () => {
    const posted = { agreement: agreement('864'), document: { ...typical('864'), title: 'ONCE' } };
    const first = await api.post('/documents', posted);
    const again = await api.post('/documents', posted);
    expect(again.text).toBe(first.text);
    expect(await left()).toHaveLength(1);
    const other = await api.post('/documents', posted, { 'idempotency-key': 'second' });
    expect(other.body.id).not.toBe(first.body.id);
    expect(await left()).toHaveLength(1);
    expect(await api.post('/documents', { ...posted, by: 'Bob' }, { 'idempotency-key': 'second' })).toMatchObject({
      status: 409,
    });
  });

  test.each([
    ['an agreement there is none of', 'brightmart/out/999/production', typical('864'), 404, undefined],
    ['an agreement to receive', 'brightmart/in/850/production', typical('864'), 409, undefined],
    ['what follows from an order', 'brightmart/out/856/production', typical('864'), 409, undefined],
    ['another kind', agreement('846'), typical('864'), 422, 'document/invalid'],
    ['a field nobody knows', agreement('864'), { ...typical('864'), colour: 'red' }, 422, 'document/invalid'],
    ['a NUL', agreement('864'), { ...typical('864'), title: 'A\u0000B' }, 400, undefined],
    [
      'what the map cannot write',
      agreement('864'),
      { ...typical('864'), title: 'A'.repeat(500) },
      422,
      'document/unwritable',
    ],
  ])('%s is refused, and nothing goes out', async (_what, id, document, status, code) => {
    const answer = await api.post('/documents', { agreement: id, document });
    expect(answer).toMatchObject({
      status,
      ...(code !== undefined && { body: { findings: expect.arrayContaining([expect.objectContaining({ code })]) } }),
    });
    expect(await left()).toEqual([]);
  });
});
