import { afterAll, expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { testDatabase } from '../support/database.ts';
import { startDeafProxy } from '../support/deaf-proxy.ts';

const { database, url } = await testDatabase();

test('a committed announcement arrives, a rolled back one does not', async () => {
  const wake = vi.fn();
  const unrelated = vi.fn();
  const listening = await database.listen('news', wake);
  const other = await database.listen('olds', unrelated);
  await database.inTransaction(async (tx) => tx.announce('news'));
  await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(1));
  const rolledBack = database.inTransaction(async (tx) => {
    tx.announce('olds');
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await database.inTransaction(async (tx) => tx.announce('news'));
  await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(2));
  expect(unrelated).not.toHaveBeenCalled();
  await listening.close();
  await other.close();
});

test('announcements of one transaction are one, and those of many are gathered', async () => {
  const wake = vi.fn();
  const listening = await database.listen('many', wake);
  const announceTwice = () =>
    database.inTransaction(async (tx) => {
      tx.announce('many');
      tx.announce('many');
    });
  await Promise.all(Array.from({ length: 8 }, announceTwice));
  await vi.waitFor(() => expect(wake).toHaveBeenCalled());
  expect(wake.mock.calls.length).toBeLessThanOrEqual(8);
  await listening.close();
});

test('a lost connection is made again, and wakes for what was missed', async () => {
  const wake = vi.fn();
  const listening = await database.listen('lost', wake);
  await database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'UNLISTEN%'",
  );
  await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(1), 10_000);
  await database.inTransaction(async (tx) => tx.announce('lost'));
  await vi.waitFor(() => expect(wake).toHaveBeenCalledTimes(2), 10_000);
  await listening.close();
});

const proxy = await startDeafProxy(url);
afterAll(proxy.close);

test('a pooler that swallows notices is refused, and told why', async () => {
  const through = openDatabase({ url: proxy.url });
  expect((await through.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await expect(through.listen('news', () => {})).rejects.toMatchObject({
    kind: 'config-invalid',
    remedy: expect.stringContaining('pooler'),
  });
  await through.close();
});
