import type { FastifyPluginAsync, onResponseHookHandler } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Type } from 'typebox';
import { certificatesLeft } from '../flows/as2/expiring.ts';
import type { FlowContext } from '../flows/context.ts';
import { refusalCounts } from '../store/as2/refused.ts';
import { type SftpRoom, sftpRooms } from '../store/sftp/room.ts';
import { type Gauges, gauges } from '../store/views/gauges.ts';
import { answers, told } from './schemas.ts';

/** What `GET /metrics` tells, name by name: docs/operating/metrics.md is checked against this. */
export const METRICS = {
  tallyport_database_up: {
    help: '1 when the database answered this request; else what is counted there is left out.',
    labels: [],
  },
  tallyport_work: {
    help: 'Unfinished work. waiting: for its turn behind work of the same order.',
    labels: ['lane', 'state'],
  },
  tallyport_work_oldest_ready_seconds: { help: 'How long the oldest work that is due has been waiting.', labels: [] },
  tallyport_expectations_overdue: { help: 'Answers that are late, ours and theirs.', labels: ['kind'] },
  tallyport_interchanges_quarantined: { help: 'Interchanges held for a person.', labels: [] },
  tallyport_orders: { help: 'Orders that wait for the back office, or for a person.', labels: ['state'] },
  tallyport_documents: { help: 'Documents held for a person, or waiting for what they refer to.', labels: ['state'] },
  tallyport_remittances: { help: 'Remittances not applied in full.', labels: ['state'] },
  tallyport_deliveries: {
    help: 'Deliveries that have not arrived. available: in a mailbox, to be fetched.',
    labels: ['state'],
  },
  tallyport_as2_refused: {
    help: 'AS2 messages and receipts of partners that were refused, ever. No channel: names that nobody has.',
    labels: ['channel', 'modifier'],
  },
  tallyport_certificate_days_left: {
    help: 'Days until a certificate ends, ours (key, listener) or a partner’s (channel); below zero: it has ended.',
    labels: ['whose', 'fingerprint'],
  },
  tallyport_sftp_free_bytes: {
    help: 'What is free on the disk where an SFTP server of ours spools uploads.',
    labels: ['server'],
  },
  tallyport_sftp_disk_low: { help: '1 while that is so little that uploads are refused.', labels: ['server'] },
  tallyport_sftp_connections: { help: 'Connections to an SFTP server of ours.', labels: ['server'] },
  tallyport_api_requests_total: {
    help: 'Requests this process answered on the operator API.',
    labels: ['method', 'route', 'status'],
  },
} as const;
type MetricName = keyof typeof METRICS;

// A series that is there from the start: a graph of something that never was is a line at zero, not a hole.
const ALWAYS: Partial<Record<MetricName, readonly string[]>> = {
  tallyport_orders: ['awaiting-decision', 'held'],
  tallyport_documents: ['held', 'waiting'],
  tallyport_remittances: ['review', 'partly-applied', 'waiting'],
  tallyport_deliveries: ['ready', 'sending', 'available', 'failed'],
};

export interface Metrics {
  /** An `onResponse` hook for every route. */
  readonly count: onResponseHookHandler;
  readonly route: FastifyPluginAsync;
}

/** `GET /metrics` for Prometheus: the process, the API, and what waits, is parked, late or held in the database. */
export function metrics({
  database,
  clock,
  configuration,
}: Pick<FlowContext, 'database' | 'clock' | 'configuration'>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: MetricName): Gauge<string> =>
    new Gauge({ name, help: METRICS[name].help, labelNames: [...METRICS[name].labels], registers: [registry] });
  const up = gauge('tallyport_database_up');
  const counted = countedGauges(gauge);
  const as2 = as2Gauges(gauge);
  const sftp = sftpGauges(gauge);
  const { help, labels } = METRICS.tallyport_api_requests_total;
  const requests = new Counter({
    name: 'tallyport_api_requests_total',
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  const route: FastifyPluginAsync = async (app) => {
    app.get(
      '/metrics',
      {
        schema: {
          ...told('health', 'getMetrics', 'Figures for Prometheus'),
          response: answers('In the text format of Prometheus.', Type.String(), [], { type: 'text/plain' }),
        },
      },
      async (request, reply) => {
        try {
          counted.set(await gauges(database));
          as2.set(await refusalCounts(database), await certificatesLeft({ database, clock, configuration }));
          sftp.set(await sftpRooms(database));
          up.set(1);
        } catch (failure) {
          // The process itself can still be watched: what it uses may be why.
          request.log.warn({ err: failure }, 'no figures from the database');
          counted.forget();
          as2.forget();
          sftp.forget();
          up.set(0);
        }
        return reply.type(registry.contentType).send(await registry.metrics());
      },
    );
  };
  return {
    route,
    // Counted by route and not by path: paths hold ids, and every id would be a series of its own.
    async count(request, reply) {
      const { url = 'unknown' } = request.routeOptions;
      requests.inc({ method: request.method, route: url, status: String(reply.statusCode) });
    },
  };
}

function as2Gauges(gauge: (name: MetricName) => Gauge<string>) {
  const refused = gauge('tallyport_as2_refused');
  const certificates = gauge('tallyport_certificate_days_left');
  const forget = (): void => {
    refused.reset();
    certificates.reset();
  };
  return {
    forget,
    set(refusals: Awaited<ReturnType<typeof refusalCounts>>, left: Awaited<ReturnType<typeof certificatesLeft>>): void {
      forget();
      for (const { channel, modifier, count } of refusals) refused.set({ channel, modifier }, count);
      // 16 digits tell two certificates of one name apart, and are what `keys list` shows.
      for (const { whose, fingerprint, days } of left)
        certificates.set({ whose, fingerprint: fingerprint.slice(0, 16) }, days);
    },
  };
}

function sftpGauges(gauge: (name: MetricName) => Gauge<string>) {
  const free = gauge('tallyport_sftp_free_bytes');
  const low = gauge('tallyport_sftp_disk_low');
  const connections = gauge('tallyport_sftp_connections');
  const forget = (): void => {
    for (const one of [free, low, connections]) one.reset();
  };
  return {
    forget,
    set(rooms: readonly SftpRoom[]): void {
      forget();
      for (const { holder, freeBytes, isLow, connectionCount } of rooms) {
        const server = holder.slice(0, 8);
        if (freeBytes !== null) free.set({ server }, freeBytes);
        low.set({ server }, isLow ? 1 : 0);
        connections.set({ server }, connectionCount);
      }
    },
  };
}

function countedGauges(gauge: (name: MetricName) => Gauge<string>) {
  const work = gauge('tallyport_work');
  const oldest = gauge('tallyport_work_oldest_ready_seconds');
  const overdue = gauge('tallyport_expectations_overdue');
  const quarantined = gauge('tallyport_interchanges_quarantined');
  const orders = gauge('tallyport_orders');
  const documents = gauge('tallyport_documents');
  const remittances = gauge('tallyport_remittances');
  const deliveries = gauge('tallyport_deliveries');
  const forget = (): void => {
    for (const one of [work, overdue, orders, documents, remittances, deliveries]) one.reset();
    for (const one of [oldest, quarantined]) one.remove();
  };
  return {
    forget,
    set(now: Gauges): void {
      forget();
      for (const { lane, state, count } of now.work) work.set({ lane, state }, count);
      oldest.set(now.oldestReadySeconds);
      for (const { of, count } of now.overdue) overdue.set({ kind: of }, count);
      quarantined.set(now.quarantined);
      for (const [one, name, figures] of [
        [orders, 'tallyport_orders', now.orders],
        [documents, 'tallyport_documents', now.documents],
        [remittances, 'tallyport_remittances', now.remittances],
        [deliveries, 'tallyport_deliveries', now.deliveries],
      ] as const) {
        for (const state of ALWAYS[name] ?? []) one.set({ state }, 0);
        for (const { of, count } of figures) one.set({ state: of }, count);
      }
    },
  };
}
