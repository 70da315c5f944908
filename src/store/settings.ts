import type { Queryable } from './database.ts';

/** A fact of this installation; undefined when it was never set. */
export async function settingOf(client: Queryable, name: string): Promise<unknown> {
  const { rows } = await client.query<{ value: unknown }>('select value from setting where name = $1', [name]);
  return rows[0]?.value;
}

/** Sets a fact that is made once; false when another process made it first. */
export async function setOnce(client: Queryable, name: string, value: unknown): Promise<boolean> {
  const { rowCount } = await client.query('insert into setting (name, value) values ($1, $2) on conflict do nothing', [
    name,
    JSON.stringify(value),
  ]);
  return rowCount === 1;
}

/** Sets a fact that changes. */
export async function setSetting(client: Queryable, name: string, value: unknown): Promise<void> {
  await client.query(
    'insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
    [name, JSON.stringify(value)],
  );
}

/** All facts whose name begins so. */
export async function settingsUnder(client: Queryable, prefix: string): Promise<readonly unknown[]> {
  const { rows } = await client.query<{ value: unknown }>('select value from setting where starts_with(name, $1)', [
    prefix,
  ]);
  return rows.map(({ value }) => value);
}
