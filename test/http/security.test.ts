import { connect } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { testGateway } from '../support/gateway.ts';
import { apiKey, operator } from './operator.ts';

const missing = '00000000-0000-7000-8000-000000000000';
const keyed = { authorization: `Bearer ${apiKey}` };
const json = { ...keyed, 'content-type': 'application/json' };

/** Every problem has its five members, its media type, and nothing of the inside of the gateway. */
function expectProblem(
  { status, headers, body, text }: Awaited<ReturnType<Awaited<ReturnType<typeof operator>>['get']>>,
  wanted: number,
) {
  expect(status).toBe(wanted);
  expect(headers['content-type']).toBe('application/problem+json');
  expect(body).toMatchObject({
    type: 'about:blank',
    status: wanted,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(text).not.toMatch(/node_modules|\.ts:\d|\bat \w+ \(|select |insert into|postgres|tp_/i);
}

describe('the key', async () => {
  const gateway = await testGateway();
  const { app, ask } = await operator(gateway);
  const routes = Object.entries(app.swagger().paths ?? {}).flatMap(([path, operations]) =>
    Object.keys(operations ?? {}).map((method) => ({
      method: method.toUpperCase() as 'GET',
      path: path.replace(/\{[^}]+\}/g, missing),
    })),
  );

  test('there are routes to try', () => expect(routes.length).toBeGreaterThan(40));

  test.each(routes)('$method $path asks for it, but for the two that tell nothing', async ({ method, path }) => {
    const answer = await ask(method, path, {});
    if (path === '/livez' || path === '/readyz') expect(answer).toMatchObject({ status: 200, body: { status: 'ok' } });
    else {
      expectProblem(answer, 401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  test.each([
    ['no scheme', apiKey],
    ['another scheme', `Basic ${Buffer.from(`x:${apiKey}`).toString('base64')}`],
    ['a wrong key', 'Bearer tp_other'],
    ['an empty key', 'Bearer '],
    ['a key and more', `Bearer ${apiKey} more`],
    ['a very long key', `Bearer ${'x'.repeat(10_000)}`],
    ['two keys', `Bearer ${apiKey}, Bearer ${apiKey}`],
  ])('%s is not let in', async (_what, authorization) =>
    expectProblem(await ask('GET', '/orders', { authorization }), 401),
  );

  test('the scheme may be written in any case', async () =>
    expect(await ask('GET', '/orders', { authorization: `bearer ${apiKey}` })).toMatchObject({ status: 200 }));

  test('whoever has no key learns nothing of what is there, and no body of theirs is read', async () => {
    expectProblem(await ask('GET', '/no-such-place', {}), 401);
    expectProblem(await ask('GET', '/openapi.json', {}), 401);
    expectProblem(await ask('GET', '/livez/', {}), 401);
    expectProblem(await ask('DELETE', '/orders', {}), 401);
    const body = await ask('POST', '/configuration', { 'content-type': 'application/json' }, '{"not json');
    expectProblem(body, 401);
    expect(body.headers.connection).toBe('close');
    expectProblem(await ask('POST', `/orders/${missing}/decision`, { 'content-type': 'image/png' }, 'x'), 401);
  });

  test('on the wire: a body without a key is not waited for', async () => {
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    // A billion bytes are announced and never sent.
    socket.write(
      'POST /configuration HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{',
    );
    const answer = await new Promise<string>((done) => {
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes.toString();
      });
      socket.on('end', () => done(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    socket.destroy();
  });

  test('on the wire: what is no HTTP gets a problem too', async () => {
    const { port } = app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1');
    socket.write('ISA*00*          *00*\r\n\r\n');
    const answer = await new Promise<string>((done) => {
      let text = '';
      socket.on('data', (bytes) => {
        text += bytes.toString();
      });
      socket.on('close', () => done(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ type: 'about:blank', status: 400 });
  });
});

describe('hostile requests', async () => {
  const gateway = await testGateway();
  const { ask, get } = await operator(gateway);
  const decide = (payload: string | Buffer, headers: Readonly<Record<string, string>> = json) =>
    ask('POST', `/orders/${missing}/decision`, headers, payload);

  test.each([
    ['GET', '/no-such-place', 404],
    ['DELETE', '/orders', 404],
    ['PUT', `/orders/${missing}`, 404],
    ['GET', '/orders/%', 400],
    ['GET', '/orders/%FF', 400],
    ['GET', '/orders/..%2F..%2Fetc%2Fpasswd', 400],
    ['GET', `/orders/${missing}'--`, 400],
    ['GET', '/timeline/ORDER/1', 400],
    ['GET', '/timeline/order/%00', 400],
    ['GET', '/items/%00', 400],
  ] as const)('%s %s is %i', async (method, path, status) => expectProblem(await ask(method, path, keyed), status));

  test('an id without end', async () => expectProblem(await get(`/orders/${'x'.repeat(5_000)}`), 414));

  test('a path is repeated without its query, and not without end', async () => {
    const answer = await get(`/no-such-place/${'x'.repeat(5_000)}?key=secret`);
    expectProblem(answer, 404);
    expect(answer.text).not.toContain('secret');
    expect(answer.text.length).toBeLessThan(500);
  });

  test.each([
    ['no JSON', '{"decision":', 400],
    ['nothing', '', 400],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
    ['a prototype to poison', '{"decision":"accept","__proto__":{"by":"x"}}', 400],
    ['a constructor to poison', '{"decision":"accept","constructor":{"prototype":{"by":"x"}}}', 400],
    ['a NUL, which the database has not', '{"decision":"accept","by":"a\\u0000b"}', 400],
    ['half a surrogate pair', '{"decision":"accept","by":"\\ud800"}', 400],
    ['a hundred thousand lists in lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400],
    ['a NUL a hundred thousand deep', `{"decision":${'['.repeat(100_000)}"\\u0000"${']'.repeat(100_000)}}`, 400],
    ['five million bytes', `{"decision":"accept","by":"${'x'.repeat(5_000_000)}"}`, 413],
  ] as const)('a body that is %s', async (_what, payload, status) => expectProblem(await decide(payload), status));

  test('a text that only looks like a NUL may pass', async () =>
    expectProblem(await decide('{"decision":"accept","by":"a\\\\u0000b"}'), 404));

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'a body of type %s',
    async (type) => expectProblem(await decide('decision=accept', { ...keyed, 'content-type': type }), 415),
  );

  test('a body that announces more than it may have is not waited for', async () =>
    expectProblem(await decide('{}', { ...json, 'content-length': '99999999' }), 413));

  test('what is wrong a hundred thousand times is told a hundred times', async () => {
    const lines = Array.from({ length: 40_000 }, () => ({ line: 1, promises: [] }));
    const answer = await decide(JSON.stringify({ decision: 'lines', lines }));
    expectProblem(answer, 400);
    expect((answer.body.faults as unknown[]).length).toBeLessThanOrEqual(100);
  });

  test('answers are not kept by anyone, and are what they say they are', async () =>
    expect((await get('/orders')).headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    }));
});

describe('a database that is away', async () => {
  const gateway = await testGateway();
  const database = openDatabase({ url: 'postgresql://nobody:secret@127.0.0.1:1/nowhere' });
  afterAll(() => database.close());
  const { get, ask } = await operator({ context: { ...gateway.context, database } });

  test('is told as such, with no word of where it is', async () => {
    for (const path of ['/orders', `/orders/${missing}`, '/work', '/events']) {
      const answer = await get(path);
      expectProblem(answer, 503);
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.text).not.toMatch(/nowhere|nobody|secret|127|refused/i);
    }
    expect(await ask('GET', '/livez', {})).toMatchObject({ status: 200 });
    expectProblem(await ask('GET', '/readyz', {}), 503);
    const figures = await get('/metrics');
    expect(figures.status).toBe(200);
    expect(figures.text).toMatch(/^tallyport_database_up 0$/m);
    expect(figures.text).not.toMatch(/^tallyport_work\{/m);
    expect(figures.text).toMatch(/^process_cpu_seconds_total /m);
  });
});
