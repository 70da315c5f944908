import type { NewWork } from '../core/work.ts';
import type { Tx } from '../store/database.ts';
import type { Rows } from '../store/rows.ts';
import { insertWork } from '../store/work/insert-work.ts';
import { type NewEvent, writeRows } from '../store/write-rows.ts';

/** What a step writes, gathered first and written at once. */
export interface Gathered {
  readonly rows: Rows;
  readonly events: NewEvent[];
  readonly work: NewWork[];
}

export const gather = (): Gathered => ({ rows: {}, events: [], work: [] });

/** Adds what one story gathered to what others did. */
export function gatherInto(all: Gathered, { rows, events, work }: Gathered): void {
  const tables = all.rows as Record<keyof Rows, unknown[] | undefined>;
  for (const [table, list] of Object.entries(rows) as [keyof Rows, unknown[]][]) {
    const known = tables[table];
    if (known === undefined) tables[table] = [...list];
    else known.push(...list);
  }
  all.events.push(...events);
  all.work.push(...work);
}

/** Writes it, in one statement for all tables and one for the work. */
export async function writeGathered(tx: Tx, { rows, events, work }: Gathered): Promise<void> {
  await writeRows(tx, rows, events);
  await insertWork(tx, work);
}
