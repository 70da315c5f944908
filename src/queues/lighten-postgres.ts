import type pg from 'pg';

/*
 * What BullMQ does on PostgreSQL for guests we do not have is left out. The queue owns nothing: a job that is lost is put in again from the
 * work table, which is as durable as everything else of ours.
 *
 *   unlogged tables    a job is written four times and gone in a moment; logged, each time waits for the disk. A crash of the server
 *                      empties them, as Redis without persistence would be. 13 flushes of the log an order became 7.
 *   no event stream    each job wrote four events for readers (QueueEvents) that nobody starts, each with a notice that takes a lock of
 *                      the whole server. Adding a job costs the server 0.17 ms instead of 0.33, ending one 0.40 instead of 0.65.
 */

// Children first: a logged table must not refer to an unlogged one. Converted once; a lock on the tables is only taken then.
const UNLOG = `
  DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['job_log', 'job_dependency', 'job', 'event'] LOOP
      IF (SELECT relpersistence FROM pg_class WHERE oid = name::regclass) <> 'u' THEN
        EXECUTE format('ALTER TABLE %I SET UNLOGGED', name);
      END IF;
    END LOOP;
  END $$`;

const NO_EVENTS = `
  CREATE OR REPLACE FUNCTION publish_event(p_queue text, p_event text, p_data jsonb) RETURNS bigint
  LANGUAGE sql AS 'SELECT NULL::bigint'`;

// Nearly every row is dead soon after it was written; with the usual thresholds a minute of work would be scanned past by every claim.
const SWEEP_OFTEN = `
  ALTER TABLE job SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`;

/** Takes a connection whose search path is BullMQ's schema, migrated. Of several processes that start at once, one does it first. */
export async function lighten(client: pg.ClientBase): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('tallyport queue', 0))");
    for (const statement of [UNLOG, NO_EVENTS, SWEEP_OFTEN]) await client.query(statement);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
