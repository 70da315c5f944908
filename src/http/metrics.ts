import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { FlowContext } from '../flows/context.ts';
import { gauges } from '../store/views/gauges.ts';

/** `GET /metrics` for Prometheus: the process, and what waits, is parked, late or held. */
export const metrics =
  ({ database }: FlowContext): FastifyPluginAsyncTypebox =>
  async (app) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const registers = [registry];
    const work = new Gauge({
      name: 'tallyport_work',
      help: 'Unfinished work.',
      labelNames: ['lane', 'state'],
      registers,
    });
    const oldest = new Gauge({
      name: 'tallyport_work_oldest_ready_seconds',
      help: 'Age of the oldest work that is due.',
      registers,
    });
    const overdue = new Gauge({
      name: 'tallyport_expectations_overdue',
      help: 'Answers that are late.',
      labelNames: ['kind'],
      registers,
    });
    const quarantined = new Gauge({
      name: 'tallyport_interchanges_quarantined',
      help: 'Interchanges held for a person.',
      registers,
    });
    app.get('/metrics', { schema: { summary: 'Figures for Prometheus' } }, async (_request, reply) => {
      const now = await gauges(database);
      work.reset();
      for (const { lane, state, count } of now.work) work.set({ lane, state }, count);
      oldest.set(Math.max(0, now.oldestReadySeconds));
      overdue.reset();
      for (const { kind, count } of now.overdue) overdue.set({ kind }, count);
      quarantined.set(now.quarantined);
      return reply.type(registry.contentType).send(await registry.metrics());
    });
  };
