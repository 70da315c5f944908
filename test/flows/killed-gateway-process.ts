import type { FailureError } from '../../src/core/failure.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { receive } from '../../src/flows/receive.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { contextIn, type GatewayPlace } from '../support/process-gateway.ts';
import { startWork } from '../support/process-work.ts';

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
const report = (what: string) => (failure: FailureError) => say(`report ${what}: ${failure.kind}: ${failure.message}`);
await startWork(place, context, handlersOf(context, { transportOf: (channel) => openTransport(channel, {}) }), report);
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
