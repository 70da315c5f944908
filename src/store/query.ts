import type pg from 'pg';
import { databaseFailureOf } from './database-failure.ts';
import { withoutNul } from './json-text.ts';

export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Answer<Row>>;
  /**
   * A statement whose answer nobody needs. In a transaction it is only sent: what follows does not wait for it, and its failure is told by
   * the next answer or the commit.
   */
  tell(text: string, values?: readonly unknown[]): Promise<void>;
}

export interface Answer<Row> {
  readonly rows: readonly Row[];
  readonly rowCount: number;
}

export interface Tx extends Queryable {
  /**
   * Once this transaction is committed, those who listen on the channel in this process are woken; when nobody does, those in others.
   * Nobody is when it is rolled back.
   */
  announce(channel: string): void;
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

/** A pool's or a client's query, its failures told as ours. */
export const queryOf = (on: pg.Pool | pg.ClientBase, prepared?: PreparedNames): Queryable['query'] =>
  async function query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Answer<Row>> {
    try {
      const { rows, rowCount } = await on.query<Row>({
        text,
        values: values.map(withoutNul),
        ...nameOf(prepared, text, values),
      });
      return { rows, rowCount: rowCount ?? 0 };
    } catch (error) {
      throw databaseFailureOf(error);
    }
  };

/*
 * Statements with parameters are prepared once on each connection: planning the claim takes longer than running it. Only so many
 * different ones, for a statement glued together from parts (a list of columns, a filter) would fill the server's memory.
 */
export type PreparedNames = Map<string, string>;
const preparedMax = 500;

function nameOf(prepared: PreparedNames | undefined, text: string, values: readonly unknown[]): { name?: string } {
  if (prepared === undefined || values.length === 0) return {};
  const known = prepared.get(text);
  if (known !== undefined) return { name: known };
  if (prepared.size >= preparedMax) return {};
  const name = `tallyport_${prepared.size + 1}`;
  prepared.set(text, name);
  return { name };
}
