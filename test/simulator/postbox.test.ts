import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpPostbox } from '../../src/simulator/postbox.ts';
import { type Asked, serve, type Told } from './http-server.ts';

let folder: string;
let close: () => Promise<void> = () => Promise.resolve();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postbox-'));
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

async function postboxAt(answer: (asked: Asked) => Told) {
  const server = await serve(answer);
  close = server.close;
  const url = `${server.url}/partners/cedarsupply/web`;
  return {
    asked: server.asked,
    postbox: httpPostbox({ url, token: 'token', contentType: 'application/EDI-X12', taken: join(folder, 'taken') }),
  };
}

const isaBytes = Buffer.from('ISA*é', 'latin1');

test('a file is posted as it stands, with its name and the channel’s token', async () => {
  const { asked, postbox } = await postboxAt(() => ({ status: 202, body: { transmissionId: 't1' } }));
  expect(await postbox.put('850-1.edi', 'ISA*é')).toBe('t1');
  expect(asked[0]).toMatchObject({
    method: 'POST',
    path: '/partners/cedarsupply/web/files',
    body: 'ISA*é',
    headers: {
      authorization: 'Bearer token',
      'content-type': 'application/EDI-X12',
      'content-disposition': 'attachment; filename="850-1.edi"',
    },
  });
});

test('a file is fetched, kept, and only then confirmed', async () => {
  const keptAtConfirmation: string[] = [];
  const { asked, postbox } = await postboxAt(({ method, path }) => {
    if (method === 'DELETE') {
      keptAtConfirmation.push(readFileSync(join(folder, 'taken', '855-1.edi'), 'latin1'));
      return { status: 204 };
    }
    if (path.endsWith('/mailbox')) return { status: 200, body: { deliveries: [{ id: 'd1', fileName: '855-1.edi' }] } };
    return { status: 200, body: isaBytes };
  });
  const [file] = await postbox.list();
  expect(file).toEqual({ id: 'd1', fileName: '855-1.edi' });
  if (file === undefined) throw new Error('nothing waits');
  expect(Buffer.from(await postbox.take(file)).equals(isaBytes)).toBe(true);
  expect(asked.map(({ method, path }) => `${method} ${path.slice('/partners/cedarsupply/web'.length)}`)).toEqual([
    'GET /mailbox',
    'GET /mailbox/d1',
    'DELETE /mailbox/d1',
  ]);
  expect(keptAtConfirmation).toEqual(['ISA*é']);
});

test.each([200, 401, 413, 503])(
  'an upload answered with %i is an error: only 202 says that it is stored',
  async (status) => {
    const { postbox } = await postboxAt(() => ({ status, body: { transmissionId: 't1' } }));
    await expect(postbox.put('850-1.edi', 'ISA')).rejects.toThrow(`${status}`);
  },
);
