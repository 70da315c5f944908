import type { Queryable } from './database.ts';

interface Asked<Arg, Result> {
  readonly arg: Arg;
  readonly answered: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * What stories that run side by side on one transaction ask in the same turn of the event loop, asked in one statement: each story is written
 * as if it were alone, and sixteen of them cost as many statements as one. `many` gives its results in the order of what it was asked.
 *
 * It is asked after the promises that are settled now have run on, so what is asked here must be awaited before the transaction is asked
 * for anything that has to come after it.
 */
export function inOneStatement<On extends Queryable, Arg, Result>(
  many: (on: On, args: readonly Arg[]) => Promise<readonly Result[]>,
): (on: On, arg: Arg) => Promise<Result> {
  const gathering = new WeakMap<On, Asked<Arg, Result>[]>();
  const ask = async (on: On, together: readonly Asked<Arg, Result>[]): Promise<void> => {
    try {
      const results = await many(
        on,
        together.map(({ arg }) => arg),
      );
      together.forEach(({ answered }, index) => {
        answered(results[index] as Result);
      });
    } catch (error) {
      for (const { failed } of together) failed(error);
    }
  };
  return (on, arg) =>
    new Promise((answered, failed) => {
      const asked = { arg, answered, failed };
      const together = gathering.get(on);
      if (together !== undefined) return void together.push(asked);
      const begun = [asked];
      gathering.set(on, begun);
      process.nextTick(() => {
        gathering.delete(on);
        void ask(on, begun);
      });
    });
}

/** The same for what is only told: the story goes on when it was sent. */
export function toldInOneStatement<On extends Queryable, Arg>(
  many: (on: On, args: readonly Arg[]) => Promise<void>,
): (on: On, arg: Arg) => Promise<void> {
  return inOneStatement(async (on, args) => {
    await many(on, args);
    return args.map(() => undefined);
  });
}
