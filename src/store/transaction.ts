import type pg from 'pg';
import { FailureError } from '../core/failure.ts';
import { databaseFailureOf } from './database-failure.ts';
import { type Isolation, type PreparedNames, queryOf, type Tx } from './query.ts';

/*
 * One transaction on one connection. The connection is pipelined: BEGIN leaves with the first statement, and what is told (and not asked)
 * leaves without waiting for what went before, at the latest with COMMIT. Locks taken early are held for as many round trips less.
 *
 *   told, failed ──▶ every later statement fails too, and COMMIT rolls back ──▶ the first failure is what the caller is given
 */
export interface Committed<T> {
  readonly result: T;
  readonly announced: ReadonlySet<string>;
}

/** Runs `story` on a client that nobody else uses meanwhile. Throws what went wrong first; the transaction is then rolled back. */
export async function runTransaction<T>(
  client: pg.PoolClient,
  prepared: PreparedNames,
  story: (tx: Tx) => Promise<T>,
  isolation: Isolation,
): Promise<Committed<T>> {
  const announced = new Set<string>();
  const raw = queryOf(client, prepared);
  let untold: Promise<unknown>[] = [];
  let failure: unknown;
  const tell = (text: string, values?: readonly unknown[]): void => {
    untold.push(
      raw(text, values).catch((error: unknown) => {
        failure ??= error;
      }),
    );
  };
  /** Once a later statement was answered, so was everything that was told before it. */
  const hear = async (): Promise<void> => {
    const heard = untold;
    untold = [];
    await Promise.all(heard);
    if (failure !== undefined) throw failure;
  };
  const tx: Tx = {
    async query(text, values) {
      try {
        const answer = await raw<never>(text, values);
        await hear();
        return answer;
      } catch (error) {
        await hear();
        throw error;
      }
    },
    async tell(text, values) {
      tell(text, values);
    },
    announce: (channel) => announced.add(channel),
  };
  let broken: unknown;
  const onError = (error: Error) => {
    broken = error; // the statement in hand fails with it; without a listener it would end the process
  };
  client.on('error', onError);
  try {
    tell(isolation === 'read committed' ? 'BEGIN' : `BEGIN ISOLATION LEVEL ${isolation.toUpperCase()}`);
    const result = await story(tx);
    if (failure !== undefined) throw failure;
    const { command } = await commit(client);
    await hear();
    // A transaction in which a statement failed answers COMMIT by rolling back, without an error: a story that caught it must not believe it.
    if (command !== 'COMMIT') throw new FailureError('bug', 'a statement failed in the transaction and nobody told');
    return { result, announced };
  } catch (error) {
    await raw('ROLLBACK').catch((rollbackFailure: unknown) => {
      broken ??= rollbackFailure; // the connection is of no more use; the server rolls back by itself
    });
    throw error;
  } finally {
    client.removeListener('error', onError);
    client.release(broken !== undefined);
  }
}

const commit = (client: pg.PoolClient): Promise<{ readonly command: string }> =>
  client.query('COMMIT').catch((error: unknown) => {
    throw databaseFailureOf(error);
  });
