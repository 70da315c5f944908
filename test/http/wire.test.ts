import { describe, expect, test } from 'vitest';
import { order850 } from '../support/brightmart.ts';
import { nobody } from './operator.ts';
import { tradedWorld } from './world.ts';

describe('what stood on the wire', async () => {
  const { api, gateway, soldId } = await tradedWorld();
  const idOf = async (path: string, index = 0) => String((await api.items(path))[index]?.id);

  test('a transmission leads to its file, byte for byte', async () => {
    const [first] = (await api.items('/transmissions?direction=in&limit=500')).toReversed();
    const { body } = await api.get(`/transmissions/${String(first?.id)}`);
    expect(body).toMatchObject({
      name: 'test.edi',
      fileState: 'read',
      interchanges: [{ controlNumber: '000000101', state: 'closed' }],
    });
    const bytes = await api.get(`/files/${String(body.file)}/bytes`);
    expect(bytes.text).toBe(order850('PO-1', 101));
    expect(bytes.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(order850('PO-1', 101).length),
      'content-disposition': `attachment; filename="${String(body.file)}.edi"`,
    });
  });

  test('the same bytes again lead to the first', async () => {
    const [again] = await api.items('/files?state=duplicate');
    expect(again?.sameAs).toMatch(/^[0-9a-f-]{36}$/);
    expect(await api.get(`/files/${String(again?.sameAs)}`)).toMatchObject({
      body: { state: 'read', sha256: again?.sha256 },
    });
  });

  test('what is no EDI is kept and says so', async () => {
    const { body } = await api.get(`/files/${await idOf('/files?state=not-edi')}`);
    expect(body).toMatchObject({ interchanges: [], problems: [{ code: 'file/not-edi', byteOffset: 0 }] });
  });

  test('a broken transaction tells its problems at their place', async () => {
    const id = await idOf('/transactions?state=rejected&message=850');
    const { body } = await api.get(`/transactions/${id}`);
    expect(body).toMatchObject({
      verdict: 'rejected',
      problems: [{ tag: 'PO1', segmentNumber: 6, elementNumber: 2, found: 'x', severity: 'error' }],
    });
    const interchange = (await api.get(`/interchanges/${String(body.interchange)}`)).body;
    expect(interchange).toMatchObject({
      verdict: 'rejected',
      transactionList: [{ id, verdict: 'rejected' }],
      problems: body.problems,
    });
    expect((await api.get(`/transactions/${id}/bytes`)).text).toMatch(/^ST\*850\*0001~.*PO1\*1\*x\*EA.*SE\*8\*0001~?$/);
  });

  test('a delivery tells its attempts and its receipts', async () => {
    const { sent } = (await api.get(`/orders/${soldId}`)).body as { sent: { id: string; kind: string }[] };
    const notice = sent.find(({ kind }) => kind === 'ship-notice');
    const { body } = await api.get(`/deliveries/${await idOf(`/deliveries?document=${notice?.id}`)}`);
    expect(body).toMatchObject({
      state: 'sent',
      fileName: expect.stringMatching(/^production-856-\d{9}\.edi$/),
      attempts: [{ number: 1, outcome: 'sent', finishedAt: expect.any(String) }],
      receipts: [{ at: body.sentAt }],
    });
  });

  test('an operator lets a quarantined interchange in, once, with a reason', async () => {
    const id = await idOf('/interchanges?state=quarantined');
    const first = await idOf('/interchanges?state=closed&controlNumber=000000101');
    expect((await api.get(`/interchanges/${id}`)).body.problems).toMatchObject([{ earlierInterchange: first }]);
    expect(await api.post(`/interchanges/${id}/accept`, {})).toMatchObject({
      status: 400,
      body: { faults: [{ at: 'body.reason' }] },
    });
    const answer = await api.post(`/interchanges/${id}/accept`, { reason: 'they began again at 101', by: 'Ann' });
    expect(answer).toMatchObject({ status: 200, body: { id, state: 'closed', verdict: 'accepted' } });
    expect(await api.post(`/interchanges/${id}/accept`, { reason: 'again' })).toMatchObject({
      status: 409,
      body: { kind: 'usage-wrong' },
    });
    const { items } = (await api.get(`/timeline/interchange/${id}`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({
        type: 'interchange/accepted-by-operator',
        actor: 'operator:Ann',
        reason: 'they began again at 101',
      }),
    );
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
  });

  test.each([`/interchanges/${nobody}/accept`, `/work/${nobody}/release`, `/work/${nobody}/cancel`])(
    '%s: there is nothing to act on',
    async (path) => expect(await api.post(path, { reason: 'x' })).toMatchObject({ status: 404 }),
  );

  test.each([`/files/${nobody}/bytes`, `/transactions/${nobody}/bytes`])('%s: there are none', async (path) =>
    expect(await api.get(path)).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } }),
  );
});

describe('a large file', async () => {
  const { api, gateway } = await tradedWorld();

  test('comes back whole, chunk by chunk', async () => {
    const bytes = Buffer.alloc(700_000, 'not edi, but long. ');
    const { transmissionId } = await gateway.receive('brightmart/folder', bytes);
    const [file] = await api.items(`/files?transmission=${transmissionId}`);
    const answer = await api.get(`/files/${String(file?.id)}/bytes`);
    expect(answer.text.length).toBe(700_000);
    expect(Buffer.from(answer.text, 'latin1').equals(bytes)).toBe(true);
  });
});
