import type { FailureError } from '../../src/core/failure.ts';
import { jobsPerLane } from '../../src/flows/gateway.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { receive } from '../../src/flows/receive.ts';
import { startRelay } from '../../src/flows/relay.ts';
import { runWork } from '../../src/flows/run-work.ts';
import { openQueue } from '../../src/queues/open-queue.ts';
import { returnWork } from '../../src/store/work/requeue-lost.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { contextIn, type GatewayPlace } from '../support/process-gateway.ts';

/*
 * A whole gateway but for its listeners, to be killed: relay, workers and queue on the test's database, quick to notice that another died.
 * It takes in the files it is given, a few at a time, and says when one was taken: only then would a channel tell its partner so.
 */
const { place, files } = JSON.parse(process.argv[2] ?? '') as {
  place: GatewayPlace;
  files: [name: string, text: string][];
};

const say = (text: string) => process.send?.(text);
const context = contextIn(place);
const queue = await openQueue({ kind: 'postgres', pool: { connectionString: place.databaseUrl } });
const { database, clock } = context;
const report = (what: string) => (failure: FailureError) => say(`report ${what}: ${failure.kind}: ${failure.message}`);
const run = runWork({
  database,
  clock,
  handlers: handlersOf(context, { transportOf: (channel) => openTransport(channel, {}) }),
  onFailure: (work, failure) => report(work.kind)(failure),
});
await queue.startWorkers({
  lanes: jobsPerLane,
  run,
  giveBack: async (attempts) => void (await database.inTransaction((tx) => returnWork(tx, attempts))),
  onFailure: report('job'),
  leaseMs: 1_500,
});
await startRelay({
  database,
  queue,
  clock,
  onFailure: report('relay'),
  settings: { pollMs: 200, lostCheckMs: 500, lostAfterMs: 1_000, lostMax: 50 },
});
say('ready');

const offered = [...files];
const offer = async (): Promise<void> => {
  for (let file = offered.shift(); file !== undefined; file = offered.shift()) {
    const [name, text] = file;
    await receive(context, {
      channelId: 'brightmart/folder',
      sourceKey: name,
      name,
      headers: {},
      remote: null,
      bytes: (async function* () {
        yield Buffer.from(text, 'latin1');
      })(),
    });
    say(`taken ${name}`);
  }
};
await Promise.all([offer(), offer(), offer()]);
say('all taken');
