import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startCompany } from '../../src/simulator/company-process.ts';
import { simulate } from '../../src/simulator/index.ts';
import { type Host, hosted, stopped } from '../../src/simulator/process.ts';
import { commandOf, type Report, reportOf } from '../../src/simulator/protocol.ts';

function streams() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let terminate = () => {};
  let text = '';
  stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const onTerminate = (stop: () => void) => {
    terminate = stop;
  };
  return {
    stdin,
    parts: { stdin, stdout, onTerminate, now: () => new Date() },
    terminate: () => terminate(),
    text: () => text,
  };
}

describe('a company in its process', () => {
  test('goes home when its stdin closes', async () => {
    const { stdin, parts } = streams();
    const done = hosted('buyer', parts, (host) => stopped(host.signal));
    stdin.end();
    expect(await done).toBe(0);
  });

  test('goes home on SIGTERM', async () => {
    const { parts, terminate } = streams();
    const done = hosted('buyer', parts, (host) => stopped(host.signal));
    terminate();
    expect(await done).toBe(0);
  });

  test('waits at a checkpoint for the word, early or late', async () => {
    const { stdin, parts } = streams();
    const seen: string[] = [];
    const run = async (host: Host) => {
      await host.metCheckpoint('late');
      seen.push('late');
      await host.metCheckpoint('early');
      seen.push('early');
    };
    const done = hosted('buyer', parts, run);
    stdin.write('{"kind":"checkpoint-met","id":"early"}\nnonsense\n{"kind":"checkpoint-met","id":"other"}\n');
    await sleep(20);
    expect(seen).toEqual([]);
    stdin.write('{"kind":"checkpoint-met","id":"late"}\n');
    expect(await done).toBe(0);
    expect(seen).toEqual(['late', 'early']);
  });

  test('tells what broke it, and ends with 3', async () => {
    const { parts, text } = streams();
    const code = await hosted('buyer', parts, () => Promise.reject(new Error('no outbox')));
    expect(code).toBe(3);
    expect(reportOf(text().trim())).toEqual({
      kind: 'failed',
      party: 'buyer',
      conversation: null,
      message: 'no outbox',
    });
  });

  test.each([
    ['banker', '{}'],
    ['buyer', '{}'],
    ['buyer', '[]'],
    ['distributor', '{"memoryFile":"x"}'],
    ['back-office', '{"apiUrl":"http://127.0.0.1:1"}'],
  ])('role %s with options %s ends with 2', async (role, options) => {
    expect(await simulate(role, options, streams().parts)).toBe(2);
  });
});

describe('lines', () => {
  test.each(['', 'text', '[]', 'null', '{"kind":"hello"}', '{"kind":7}', '{'])(
    '%j is no report and no command',
    (line) => {
      expect([reportOf(line), commandOf(line)]).toEqual([null, null]);
    },
  );
});

describe('its parent', () => {
  const start = (script: string, reports: Report[], options: object = {}) =>
    startCompany({
      command: [process.execPath, '-e', script],
      role: 'buyer',
      variable: 'TALLYPORT_SIMULATION',
      options,
      onReport: (report) => reports.push(report),
    });
  const until = async (condition: () => boolean) => {
    for (let tries = 0; tries < 500 && !condition(); tries += 1) await sleep(10);
    expect(condition()).toBe(true);
  };
  const leaving = 'process.stdin.resume(); process.stdin.on("end", () => process.exit(0));';

  test('hands over options, hears reports, shows what else is printed, and closes the door', async () => {
    const reports: Report[] = [];
    const told =
      'console.log(JSON.stringify({ kind: "closed", party: JSON.parse(process.env.TALLYPORT_SIMULATION).party }));';
    const company = start(`${leaving}${told}console.log("a stray line");console.error("a warning");`, reports, {
      party: 'cedarsupply',
    });
    await until(() => reports.length === 3);
    expect(reports).toEqual(
      expect.arrayContaining([
        { kind: 'closed', party: 'cedarsupply' },
        { kind: 'note', party: 'buyer', conversation: null, text: 'a stray line' },
        { kind: 'note', party: 'buyer', conversation: null, text: 'a warning' },
      ]),
    );
    await company.stop();
    expect(reports).toHaveLength(3);
  });

  test('tells a company that ends unasked', async () => {
    const reports: Report[] = [];
    start('process.exit(3)', reports);
    await until(() => reports.length === 1);
    expect(reports).toEqual([
      { kind: 'failed', party: 'buyer', conversation: null, message: 'its process ended with 3' },
    ]);
  });

  test('tells a company that cannot be started', async () => {
    const reports: Report[] = [];
    const company = startCompany({
      command: ['/nonexistent/tallyport'],
      role: 'buyer',
      variable: 'X',
      options: {},
      onReport: (report) => reports.push(report),
    });
    await until(() => reports.length > 0);
    expect(reports[0]).toMatchObject({ kind: 'failed', message: expect.stringMatching(/could not start/) });
    await company.stop();
  });

  test('ends one that will not leave', async () => {
    const reports: Report[] = [];
    const company = start(
      'process.on("SIGTERM", () => undefined); console.log("up"); setInterval(() => undefined, 1000);',
      reports,
    );
    await until(() => reports.length === 1);
    await company.stop();
    expect(reports).toHaveLength(1);
  }, 20_000);
});
