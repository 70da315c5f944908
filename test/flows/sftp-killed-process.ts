import { openSftpServer } from '../../src/flows/sftp-server.ts';
import type { Database, Queryable } from '../../src/store/database.ts';
import { contextIn, type GatewayPlace } from '../support/process-gateway.ts';

/*
 * Our SFTP server on the test's database, to be killed: before and after each statement and commit it counts a step, and at the one it is
 * told it kills itself (no handler runs). It says "open" when it listens, and waits for "open" before: starting a process takes longest.
 */
const { place, folder, port } = JSON.parse(process.argv[2] ?? '') as {
  place: GatewayPlace;
  folder: string;
  port: number;
};
const say = (text: string) => process.send?.(text);
let killAt = -1;
let count = 0;
const step = (): void => {
  if (killAt >= 0 && count++ === killAt) process.kill(process.pid, 'SIGKILL');
};

/** Statements, each with a step before and behind it. */
const stepwise = <Q extends Queryable>(on: Q): Q =>
  new Proxy(on, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if ((name !== 'query' && name !== 'tell') || typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        step();
        const answer: unknown = await value.apply(target, given);
        step();
        return answer;
      };
    },
  });
const stepwiseDatabase = (database: Database): Database => ({
  ...stepwise(database),
  query: stepwise(database).query,
  tell: stepwise(database).tell,
  async inTransaction(story, options) {
    const answer = await database.inTransaction((tx) => story(stepwise(tx)), options);
    step();
    return answer;
  },
});

const context = contextIn(place);
process.on('message', (message) => {
  const [what, at] = String(message).split(' ');
  if (what === 'kill-at') {
    count = 0;
    killAt = Number(at);
    say(`armed ${at}`);
  }
  if (what === 'open')
    openSftpServer(
      { ...context, database: stepwiseDatabase(context.database) },
      { host: '127.0.0.1', port, folder },
      (where, failure) => say(`report ${where}: ${failure.kind}: ${failure.message}`),
    ).then(
      ({ fingerprints }) => say(`listening ${fingerprints[0]?.split(' ')[0]}`),
      (error: unknown) => say(`failed ${String(error)}`),
    );
});
say('ready');
