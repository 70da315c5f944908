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
