import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkList } from '../../src/simulator/check.ts';
import { type Mailroom, openMailroom } from '../../src/simulator/mailroom.ts';
import { folderPostbox } from '../../src/simulator/postbox.ts';
import type { Host } from '../../src/simulator/process.ts';
import type { Report } from '../../src/simulator/protocol.ts';
import { element, type Group } from '../../src/simulator/x12/read.ts';
import { interchangeText } from '../../src/simulator/x12/write.ts';
import { envelope, fileOf, INVOICE_SHORT, NOTICE_SHORT, RESPONSE_SHORT, set } from './documents.ts';

let folder: string;
let stop: AbortController;
let reports: Report[];
let answered: string[];

const at = (...parts: string[]) => join(folder, ...parts);
const boxes = () => ({ inbox: at('inbox'), outbox: at('outbox'), taken: at('taken') });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailroom-'));
  mkdirSync(at('outbox'));
  stop = new AbortController();
  reports = [];
  answered = [];
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true, force: true });
});

function open(): { mailroom: Mailroom; done: Promise<void> } {
  const host: Host = {
    tell: (report) => reports.push(report),
    metCheckpoint: () => Promise.resolve(),
    whenAsked: () => {},
    signal: stop.signal,
    now: () => new Date(),
  };
  const mailroom = openMailroom({
    party: 'brightmart',
    postbox: folderPostbox(boxes()),
    host,
    pollIntervalMs: 10,
    checkEnvelope: () => checkList('envelope'),
    acknowledge: async (_interchange, { header }: Group) => {
      answered.push(`${element(header, 1)} ${element(header, 6)}`);
    },
  });
  return { mailroom, done: mailroom.run() };
}

const put = (name: string, bytes: Uint8Array) => writeFileSync(at('outbox', name), bytes);
const response = fileOf([set('855', RESPONSE_SHORT)], { interchangeNumber: 2, groupNumber: 2 });
const accepting = ['AK1*PO*31', 'AK2*850*0007', 'AK5*A', 'AK9*A*1*1*1'];

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries += 1) await sleep(10);
  expect(condition()).toBe(true);
}

describe('what arrives', () => {
  test('is handed to who waits, before and after', async () => {
    const { mailroom } = open();
    const waiting = mailroom.take('855:4500000101');
    put('855.edi', response);
    expect((await waiting).fileName).toBe('855.edi');
    put('856.edi', fileOf([set('856', NOTICE_SHORT)], { interchangeNumber: 3, groupNumber: 3, functionalId: 'SH' }));
    put('810.edi', fileOf([set('810', INVOICE_SHORT)], { interchangeNumber: 4, groupNumber: 4, functionalId: 'IN' }));
    await until(() => mailroom.leftovers().length === 2);
    expect((await mailroom.take('810:4500000101')).sequence).toBe(4);
    expect((await mailroom.take('856:4500000101')).sequence).toBe(3);
    expect(mailroom.leftovers()).toEqual([]);
  });

  test('is acknowledged group by group, an acknowledgment never', async () => {
    const { mailroom } = open();
    put('855.edi', response);
    put('997.edi', fileOf([set('997', accepting)], { interchangeNumber: 3, groupNumber: 3, functionalId: 'FA' }));
    const isa = interchangeText(envelope({ interchangeNumber: 9 }), []).slice(0, 106);
    put('TA1.edi', Buffer.from(`${isa}TA1*000000101*261122*1345*A*000~IEA*0*000000009~`));
    await mailroom.take('997:PO:31');
    await mailroom.take('855:4500000101');
    expect((await mailroom.take('TA1:000000101')).content.kind).toBe('ta1');
    expect(answered).toEqual(['PR 2']);
  });

  test('goes from the outbox to what was taken', async () => {
    const { mailroom } = open();
    put('855.edi', response);
    await mailroom.take('855:4500000101');
    expect([readdirSync(at('outbox')), readdirSync(at('taken'))]).toEqual([[], ['855.edi']]);
  });

  test('is left alone while it has a hidden or temporary name', async () => {
    const { mailroom } = open();
    put('.855.edi', response);
    put('855.edi.part', response);
    put('856.edi', fileOf([set('856', NOTICE_SHORT)], { interchangeNumber: 3, functionalId: 'SH' }));
    await mailroom.take('856:4500000101');
    expect(readdirSync(at('outbox')).sort()).toEqual(['.855.edi', '855.edi.part']);
  });
});

test('the same interchange again, byte for byte, counts once and is told', async () => {
  const { mailroom } = open();
  put('855.edi', response);
  await mailroom.take('855:4500000101');
  put('855-again.edi', response);
  await until(() => mailroom.repeats() === 1);
  expect(mailroom.leftovers()).toEqual([]);
  expect(answered).toEqual(['PR 2']);
});

test('the same number around other bytes is no repeat: it is delivered, and stays over', async () => {
  const { mailroom } = open();
  put('855.edi', response);
  await mailroom.take('855:4500000101');
  put(
    'other.edi',
    fileOf(
      [
        set(
          '855',
          RESPONSE_SHORT.map((line) => line.replace('*60*', '*61*')),
        ),
      ],
      { interchangeNumber: 2, groupNumber: 2 },
    ),
  );
  await until(() => mailroom.leftovers().length === 1);
  expect(mailroom.repeats()).toBe(0);
});

test('what cannot be read is a failure that names the file', async () => {
  open();
  put('broken.edi', response.slice(0, 200));
  await until(() => reports.some(({ kind }) => kind === 'failed'));
  expect(reports.filter(({ kind }) => kind === 'failed')).toEqual([
    {
      kind: 'failed',
      party: 'brightmart',
      conversation: null,
      message: expect.stringMatching(/^cannot read broken\.edi: /),
    },
  ]);
});

test('it ends when it is told to', async () => {
  const { done } = open();
  stop.abort();
  await done;
});

test('a file is handed over under a hidden name, then renamed', async () => {
  await folderPostbox(boxes()).put('850.edi', 'ISA*É');
  expect(readdirSync(at('inbox'))).toEqual(['850.edi']);
  expect([...readFileSync(at('inbox', '850.edi'))]).toEqual([...Buffer.from('ISA*É', 'latin1')]);
});
