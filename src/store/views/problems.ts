import type { Queryable } from '../database.ts';

/** So many problems are told with a file, an interchange or a transaction; one that has more is not mended by reading on. */
export const problemsMax = 10_000;

/** The problems of a file, an interchange or a transaction, in wire order. */
export async function problemsOf(
  client: Queryable,
  of: 'raw_file_id' | 'interchange_id' | 'transaction_id',
  id: string,
): Promise<readonly unknown[]> {
  const { rows } = await client.query<{ body: unknown }>(
    `select body from problem where ${of} = $1 order by id limit ${problemsMax}`,
    [id],
  );
  return rows.map(({ body }) => body);
}
