import type { FailureError } from '../../src/core/failure.ts';
import { openKeyRing } from '../../src/flows/as2/key-ring.ts';
import { openAs2 } from '../../src/flows/as2/open-as2.ts';
import { deliverMdn } from '../../src/flows/as2/receipts.ts';
import { jobsPerLane } from '../../src/flows/gateway.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { receive } from '../../src/flows/receive.ts';
import { startRelay } from '../../src/flows/relay.ts';
import { runWork } from '../../src/flows/run-work.ts';
import { openQueue } from '../../src/queues/open-queue.ts';
import { returnWork } from '../../src/store/work/requeue-lost.ts';
import { partnerListener } from '../../src/transports/http/listener.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { contextIn, type GatewayPlace } from '../support/process-gateway.ts';

/*
 * A whole gateway that speaks AS2, to be killed: listener, relay, workers and queue on the test's database, quick to notice that another
 * died. It sends what its database owes and takes what comes, until it is ended.
 */
const { place, port, masterKey } = JSON.parse(process.argv[2] ?? '') as {
  place: GatewayPlace;
  port: number;
  masterKey: string;
};

const say = (text: string) => process.send?.(text);
const context = contextIn(place);
const { database, clock } = context;
const report = (what: string) => (failure: FailureError) => say(`report ${what}: ${failure.kind}: ${failure.message}`);
const keys = openKeyRing(database, clock, Buffer.from(masterKey, 'hex'));
const as2 = openAs2(context, { keys, environment: {}, host: 'edi.example' }, ({ kind }) => say(`as2 ${kind}`));
const partners = partnerListener({
  channelOf: async (id) => (await context.configuration()).channel(id),
  intake: { receive: (file) => receive(context, file) },
  mailbox: { list: async () => [], open: async () => undefined, confirm: async () => false },
  as2,
  report: ({ failure }) => report('listener')(failure),
});
await partners.listen({ port, host: '127.0.0.1' });
const queue = await openQueue({ kind: 'postgres', pool: { connectionString: place.databaseUrl } });
const run = runWork({
  database,
  clock,
  handlers: handlersOf(context, {
    transportOf: (channel) => openTransport(channel, {}, null, as2.transport),
    deliverMdn: (work) => deliverMdn(context, as2.lineTo, work),
  }),
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
