import type { FailureError } from '../../src/core/failure.ts';
import { openKeyRing } from '../../src/flows/as2/key-ring.ts';
import { openAs2 } from '../../src/flows/as2/open-as2.ts';
import { deliverMdn } from '../../src/flows/as2/receipts.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { receive } from '../../src/flows/receive.ts';
import { partnerListener } from '../../src/transports/http/listener.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { contextIn, type GatewayPlace } from '../support/process-gateway.ts';
import { startWork } from '../support/process-work.ts';

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
await startWork(
  place,
  context,
  handlersOf(context, {
    transportOf: (channel) => openTransport(channel, {}, null, as2),
    deliverMdn: (work) => deliverMdn(context, as2.lineTo, work),
  }),
  report,
);
say('ready');
