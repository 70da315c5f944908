import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type DemoOptions, type RunningGateway, runDemo } from '../../src/cli/demo.ts';
import { conversation } from './documents.ts';
import { type Asked, serve, type Told } from './http-server.ts';

/** What a company of this test does: says what its argument lists as reports, then waits for its door to close. */
const company = (reports: readonly object[]) => [
  process.execPath,
  '-e',
  `process.stdin.resume(); process.stdin.on('end', () => process.exit(0));
   if (process.argv.at(-1) === 'buyer') for (const one of ${JSON.stringify(reports)}) console.log(JSON.stringify(one));`,
  '--',
];

const key = 'broken';
const party = 'brightmart';
const good = [
  { kind: 'began', party, conversation: key, order: null, usage: 'production' },
  ...conversation(key).steps.map((step) => ({ kind: 'step', party, conversation: key, step, wire: null })),
  { kind: 'checked', party, conversation: key, subject: '850 rejected by 997', passed: 27, failed: [] },
  { kind: 'finished', party, conversation: key, invoiced: null, paid: null },
  { kind: 'closed', party },
];

interface Trial {
  readonly reports?: readonly object[];
  readonly answer?: (asked: Asked) => Told;
  readonly options?: Partial<DemoOptions>;
  readonly ended?: Promise<string>;
}

async function play({
  reports = good,
  answer = () => ({ status: 200, body: { items: [] } }),
  options = {},
  ended,
}: Trial) {
  const server = await serve(answer);
  const lines: string[] = [];
  const acts: string[] = [];
  const stop = new AbortController();
  const gateway: RunningGateway = {
    apiUrl: server.url,
    partnersUrl: server.url,
    apiKey: 'secret',
    sftp: { url: 'sftp://127.0.0.1:1', fingerprints: [] },
    stop: async () => {
      acts.push('stopped');
      await server.close();
    },
    ...(ended === undefined ? {} : { ended }),
  };
  const done = runDemo({
    dataFolder: '/nowhere',
    once: true,
    json: false,
    colour: false,
    limitMs: 1_500,
    only: [key],
    print: (line) => lines.push(line),
    startGateway: () => {
      acts.push('started');
      return Promise.resolve(gateway);
    },
    applyExamples: () => {
      acts.push('applied');
      return Promise.resolve({ gatewayCertificate: '', gatewaySshKey: '' });
    },
    simulateCommand: company(reports),
    signal: stop.signal,
    now: () => new Date(),
    ...options,
  });
  return { done, lines, acts, stop, asked: server.asked };
}

describe('the demo', () => {
  test('ends with 0 when every rung and step was met', async () => {
    const { done, lines, acts } = await play({});
    expect(await done).toBe(0);
    expect(acts).toEqual(['started', 'applied', 'stopped']);
    expect(lines.join('\n')).toContain('Every rung was met: 1 conversations, 27 checks');
  });

  test.each(conversation(key).steps)('ends with 1 and names the step when "%s" is missing', async (missing) => {
    const reports = good.filter((report) => !('step' in report) || report.step !== missing);
    const { done, lines } = await play({ reports });
    expect(await done).toBe(1);
    expect(lines.join('\n')).toContain(`missing step "${missing}"`);
  });

  test('ends with 1 on a failed check though every step was met', async () => {
    const failed = [{ what: '997 for group 31: AK9', ok: false, found: 'A*1*1*1', expected: 'R*1*1*0' }];
    const reports = [
      { kind: 'checked', party, conversation: key, subject: '850 rejected by 997', passed: 1, failed },
      ...good,
    ];
    const { done, lines } = await play({ reports });
    expect(await done).toBe(1);
    expect(lines.join('\n')).toContain('997 for group 31: AK9: found A*1*1*1, expected R*1*1*0');
  });

  test('ends with 1 when the gateway answers with nonsense', async () => {
    const facts = [{ kind: 'orders', number: '1', usage: 'production', count: 0 }];
    const checkpoint = { kind: 'checkpoint', party, conversation: key, id: 'x', step: 'order not entered', facts };
    const reports = [checkpoint, ...good.filter((report) => !('step' in report) || report.step !== checkpoint.step)];
    const { done, lines } = await play({
      reports,
      answer: ({ path }) => (path === '/orders' ? { status: 500, body: 'no' } : { status: 200, body: { items: [] } }),
      options: { limitMs: 4_000 },
    });
    expect(await done).toBe(1);
    expect(lines.join('\n')).toContain('answered 500');
  });

  test('ends with 1 on a rung the gateway shows failed, though every step was met', async () => {
    const reports = [{ ...good[0], order: '4500000101' }, ...good.slice(1)];
    const failed = { rung: 'invoice-delivered', state: 'failed', detail: 'MIC, another', subject: null };
    const answer = ({ path }: Asked): Told => {
      if (path === '/orders')
        return {
          status: 200,
          body: { items: [{ id: 'o1', number: '4500000101', usage: 'production', partner: party }] },
        };
      if (path === '/orders/o1/ladder') return { status: 200, body: { order: {}, rungs: [failed] } };
      return { status: 200, body: { items: [] } };
    };
    const { done, lines } = await play({ reports, answer, options: { limitMs: 10_000 } });
    expect(await done).toBe(1);
    expect(lines.join('\n')).toContain('the gateway shows invoice-delivered failed: MIC, another');
  });

  test('ends at once with 1 when the gateway does', async () => {
    const { done, lines } = await play({ reports: [], ended: Promise.resolve('exit 3'), options: { limitMs: 60_000 } });
    expect(await done).toBe(1);
    expect(lines.join('\n')).toContain('the gateway ended: exit 3');
  });

  test('ends with 1 when the gateway parked work meanwhile, not for what was parked before', async () => {
    const parked = (id: string) => ({ id, kind: 'process', subject: 'd1', failureMessage: 'no agreement' });
    const old = (): Told => ({ status: 200, body: { items: [parked('w1')] } });
    expect(await (await play({ answer: old })).done).toBe(0);
    let looks = 0;
    const answer = ({ path }: Asked): Told => {
      if (path !== '/work') return { status: 200, body: { items: [] } };
      looks += 1;
      return { status: 200, body: { items: looks === 1 ? [] : [parked('w2')] } };
    };
    const { done, lines } = await play({ answer });
    expect(await done).toBe(1);
    expect(lines.join('\n')).toContain('the gateway parked process of d1: no agreement');
  });

  test('refuses a conversation it does not know, before anything starts', async () => {
    const { done, acts } = await play({ options: { only: ['whole', 'hole'] } });
    await expect(done).rejects.toThrow(/no conversation hole/);
    expect(acts).toEqual([]);
  });

  test('stops what it started when the examples cannot be applied', async () => {
    const { done, acts } = await play({
      options: { applyExamples: () => Promise.reject(new Error('no such partner')) },
    });
    await expect(done).rejects.toThrow('no such partner');
    expect(acts).toEqual(['started', 'stopped']);
  });

  test('stays until told to stop without --once, and says where', async () => {
    const { done, lines, acts, stop } = await play({ options: { once: false } });
    for (let tries = 0; tries < 300 && !lines.some((line) => line.includes('keeps running')); tries += 1)
      await sleep(10);
    expect(acts).toEqual(['started', 'applied']);
    stop.abort();
    expect(await done).toBe(0);
    expect(acts).toEqual(['started', 'applied', 'stopped']);
  });

  test('stops in the middle when told to', async () => {
    const { done, acts, stop } = await play({ reports: [], options: { limitMs: 60_000, once: false } });
    await sleep(100);
    stop.abort();
    expect(await done).toBe(1);
    expect(acts.at(-1)).toBe('stopped');
  });

  test('prints only objects with --json', async () => {
    const { done, lines } = await play({ options: { json: true } });
    await done;
    const objects = lines.map((line) => JSON.parse(line));
    expect(objects.map(({ type }) => type)).toEqual(['starting', ...good.map(() => 'report'), 'summary']);
    expect(objects.at(-1)).toMatchObject({
      ok: true,
      checks: 27,
      conversations: [{ conversation: key, missing: [], failures: [] }],
    });
  });
});
