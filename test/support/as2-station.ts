import { afterAll } from 'vitest';
import { LANES } from '../../src/core/work.ts';
import { openKeyRing } from '../../src/flows/as2/key-ring.ts';
import { type OpenAs2, openAs2 } from '../../src/flows/as2/open-as2.ts';
import { deliverMdn } from '../../src/flows/as2/receipts.ts';
import { handlersOf } from '../../src/flows/handlers.ts';
import { receive } from '../../src/flows/receive.ts';
import { runWork } from '../../src/flows/run-work.ts';
import type { As2Settings } from '../../src/partners/as2-settings.ts';
import type { Configuration } from '../../src/partners/configuration.ts';
import { claimWork } from '../../src/store/work/claim-work.ts';
import type { As2Event } from '../../src/transports/as2/receive/station.ts';
import { partnerListener } from '../../src/transports/http/listener.ts';
import { openTransport } from '../../src/transports/open-transport.ts';
import { withAs2 } from './as2-channel.ts';
import { type TestGateway, testGateway } from './gateway.ts';

export interface As2Station {
  readonly gateway: TestGateway;
  readonly url: string;
  readonly events: As2Event[];
  /** Does what is due, over real HTTP. */
  work(): Promise<void>;
  configure(settings: Partial<As2Settings>, more?: (configuration: Configuration) => Configuration): Promise<void>;
  readonly rehearse: OpenAs2['rehearse'];
}

/** A gateway with tables and a listener of its own, whose buyer is reached over AS2. Its clock stands still until it is moved. */
export async function as2Station(masterKey: Buffer): Promise<As2Station> {
  const { putInForce, checkConfiguration } = await import('../../src/flows/apply-configuration.ts');
  const { readConfigurationFiles } = await import('../../src/library/partners.ts');
  const gateway = await testGateway();
  const { context, database, clock } = gateway;
  const events: As2Event[] = [];
  const keys = openKeyRing(database, { now: () => new Date() }, masterKey);
  const as2 = openAs2(context, { keys, environment: {}, host: 'edi.example' }, (event) => events.push(event));
  const app = partnerListener({
    channelOf: async (id) => (await context.configuration()).channel(id),
    intake: { receive: (file) => receive(context, file) },
    mailbox: { list: async () => [], open: async () => undefined, confirm: async () => false },
    as2,
    report: ({ failure }) => gateway.failures.push(failure.message),
  });
  afterAll(() => app.close());
  const run = runWork({
    database,
    clock,
    handlers: handlersOf(context, {
      transportOf: (channel) => openTransport(channel, {}, null, as2),
      deliverMdn: (work) => deliverMdn(context, as2.lineTo, work),
    }),
    onFailure: (work, failure, next) =>
      gateway.failures.push(`${work.kind}: ${failure.kind}: ${failure.message} → ${next}`),
  });
  return {
    gateway,
    events,
    rehearse: as2.rehearse,
    url: `${await app.listen({ port: 0, host: '127.0.0.1' })}/as2`,
    async work() {
      for (;;) {
        const claimed = await claimWork(database, LANES, { inFlightMaxPerKey: 50, limit: 200, now: clock.now() });
        if (claimed.length === 0) return;
        for (const work of claimed) await run(work);
      }
    },
    async configure(settings, more = (same) => same) {
      const root = new URL('../..', import.meta.url).pathname;
      const { configuration } = await checkConfiguration(
        context,
        await readConfigurationFiles(root),
        gateway.dataFolder,
      );
      if (configuration === null) throw new Error('the example has faults');
      await putInForce(context, more(withAs2(() => settings)(configuration)), 'test');
    },
  };
}
