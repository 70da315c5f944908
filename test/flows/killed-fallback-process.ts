import type { FailureError } from '../../src/core/failure.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { loopbackLine } from '../support/loopback-line.ts';
import { contextIn, type GatewayPlace } from '../support/process-gateway.ts';
import { startWork } from '../support/process-work.ts';

// Relay, workers and queue of a gateway that delivers, to be killed.
const { place } = JSON.parse(process.argv[2] ?? '') as { place: GatewayPlace };
const say = (text: string) => process.send?.(text);
const context = contextIn(place);
const report = (what: string) => (failure: FailureError) => say(`report ${what}: ${failure.kind}: ${failure.message}`);
await startWork(
  place,
  context,
  handlersOf(context, { transportOf: (channel) => openTransport(channel, {}, null, loopbackLine) }),
  report,
);
say('ready');
