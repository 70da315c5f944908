import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { repository, tallyport } from './captured.ts';
import { BAD, goldenName } from './fixtures.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tallyport-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const when = ['--at', '2026-11-22T15:30:00Z'] as const;
/** Answers leave without line breaks; a golden is read line by line. */
const inLines = (bytes: string): string => bytes.replaceAll(/[~']/g, '$&\n').replaceAll('\n\n', '\n');

const ANSWERED = [
  'fixtures/x12/004010/850/typical.edi',
  'fixtures/x12/004010/820/typical.edi',
  'fixtures/x12/envelope/several-interchanges.edi',
  'fixtures/x12/envelope/wrong-counts.edi',
  'fixtures/x12/envelope/ta1-and-group.edi',
  'fixtures/x12/envelope/functional-acknowledgment.edi',
  'fixtures/edifact/D96A/ORDERS/typical.edi',
  'fixtures/edifact/envelope/groups.edi',
  'fixtures/edifact/envelope/wrong-counts.edi',
  'fixtures/edifact/envelope/syntax-4.edi',
  'fixtures/edifact/envelope/mixed-groups.edi',
  ...BAD,
];

describe('ack writes what the gateway would answer', () => {
  test.each(ANSWERED)('%s', async (path) => {
    const { code, stdout, stderr } = await tallyport('ack', path, ...when, '--control', '41');
    const checked = await tallyport('check', path);
    expect(code).toBe(checked.code);
    await expect(`${inLines(stdout)}${stderr}`).toMatchFileSnapshot(`golden/ack/${goldenName(path)}.txt`);
  });

  test.each(['fixtures/cli/brightmart-850.edi', 'fixtures/cli/brightmart-broken-trailer.edi'])(
    '%s under its agreement: a TA1 because ISA14 asks, lines because brightmart wants them, New York time',
    async (path) => {
      const { stdout, stderr } = await tallyport('ack', path, ...when, '--partner', 'partners/brightmart');
      expect(stdout).toMatch(/^ISA.*\*261122\*1030\*.*~\nTA1\*000000501\*261122\*0915\*[AR]\*/);
      expect(stderr).toBe('');
      await expect(stdout).toMatchFileSnapshot(`golden/ack/partner-${goldenName(path)}.edi`);
    },
  );

  test('what is answered is read without a problem', async () => {
    const { stdout } = await tallyport('ack', 'fixtures/cli/850-elements.edi', ...when);
    const path = join(scratch, 'answer.edi');
    writeFileSync(path, stdout);
    expect((await tallyport('check', path)).stdout).toContain('1 interchange, 1 transaction: no problems');
  });

  test('and is itself never answered', async () => {
    const { code, stdout, stderr } = await tallyport('ack', join(scratch, 'answer.edi'));
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe('000000001 is not answered: acknowledgments are never acknowledged.\n');
  });

  test('nor is a TA1 alone, however broken what carries it', async () => {
    const text = readFileSync(join(repository, 'fixtures/messages/TA1/good.edi'), 'latin1').replace('IEA*0', 'IEA*3');
    const path = join(scratch, 'ta1.edi');
    writeFileSync(path, text.replace('*000000071*0*P', '*000000071*1*P'), 'latin1');
    const { stdout, stderr } = await tallyport('ack', path);
    expect([stdout, stderr]).toEqual(['', '000000071 is not answered: acknowledgments are never acknowledged.\n']);
  });

  test('time is now when none is said, and without a zone it is UTC', async () => {
    const path = 'fixtures/x12/004010/850/minimal.edi';
    expect((await tallyport('ack', path)).stdout).toContain('*261122*1500*');
    const zoned = await tallyport('ack', path, '--at', '2026-11-22T12:15');
    expect(zoned).toEqual(await tallyport('ack', path, '--at', '2026-11-22T13:15+01:00'));
    expect(zoned.stdout).toContain('*261122*1215*');
  });

  test('each range counts on from the control number', async () => {
    const path = 'fixtures/x12/envelope/several-interchanges.edi';
    const { stdout } = await tallyport('ack', path, ...when, '--control', '999');
    const numbers = [...stdout.matchAll(/IEA\*1\*(\d{9})~/g)].map(([, number]) => number);
    expect(numbers).toEqual(['000000999', '000001000', '000001001']);
    expect([...stdout.matchAll(/ST\*997\*(\d+)~/g)].map(([, number]) => number)).toEqual(['0999', '1000', '1001']);
  });
});

describe('what ack does not answer', () => {
  const sound = readFileSync(join(repository, 'fixtures/x12/004010/850/typical.edi'), 'latin1');
  const isa06 = sound.slice(35, 50);
  const under = (name: string, text: string): string => {
    const path = join(scratch, name);
    writeFileSync(path, text, 'latin1');
    return path;
  };

  test.each([
    ['control character', `${isa06.slice(0, 4)}\u0001${isa06.slice(5)}`, '␁'],
    ['terminator', `${isa06.slice(0, 4)}~${isa06.slice(5)}`, '~'],
    ['nothing', ' '.repeat(15), ''],
  ])('a header whose ISA06 holds a %s: no envelope can repeat it, and it is said', async (what, name, shown) => {
    const path = under(`odd-${what.slice(0, 4)}.edi`, sound.replace(isa06, name));
    const { stdout, stderr } = await tallyport('ack', path, ...when);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/is not answered: its header names ".*", which no envelope can repeat\.\n$/);
    expect(stderr).toContain(shown);
  });

  test.each([
    ['GS06 of 40 digits', (text: string) => text.replace(/(GS\*(?:[^*]*\*){5})\d+/, `$1${'7'.repeat(40)}`)],
    ['ST02 of 40 digits', (text: string) => text.replace(/(ST\*850\*)\d+/, `$1${'7'.repeat(40)}`)],
    ['empty segments', (text: string) => text.replace(/~(\r?\n)?BEG/, '~~~~$1BEG')],
  ])('%s are answered so that a translator takes the answer', async (what, change) => {
    const bytes = change(sound);
    expect(bytes).not.toBe(sound);
    const { stdout } = await tallyport('ack', under(`${what.replaceAll(' ', '-')}.edi`, bytes), ...when);
    expect(stdout).toContain('997');
    expect((await tallyport('check', under('answer.edi', stdout))).code).toBe(0);
  });

  test.each([
    ['no file', ['nowhere.edi'], 2, /nowhere\.edi can't be read: there is no such file/],
    ['a folder', ['fixtures'], 2, /fixtures can't be read: it is a folder/],
    ['no EDI', ['fixtures/cli/not-edi.txt'], 1, /no interchange was found in it/],
    ['no moment', ['fixtures/cli/850-elements.edi', '--at', 'noon'], 2, /--at 'noon' is no moment/],
    ['no day', ['fixtures/cli/850-elements.edi', '--at', '2026-13-01'], 2, /--at '2026-13-01' is no moment/],
    ['no control number', ['fixtures/cli/850-elements.edi', '--control', '0'], 2, /--control '0' is no control number/],
    [
      'too large a control number',
      ['fixtures/cli/850-elements.edi', '--control', '1000000000'],
      2,
      /is no control number/,
    ],
    [
      'too few control numbers',
      ['fixtures/x12/envelope/several-interchanges.edi', '--control', '999999999'],
      2,
      /leaves too few numbers/,
    ],
    ['a stranger', ['fixtures/cli/850-elements.edi', '--partner', 'brightmart'], 1, /would be quarantined/],
  ])('%s', async (_what, args, expected, message) => {
    const { code, stderr } = await tallyport('ack', ...args);
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
  });

  test('what we sent ourselves is the partner’s to answer', async () => {
    const text = readFileSync(join(repository, 'fixtures/cli/brightmart-850.edi'), 'latin1');
    const ours = text.replace('08*6112390000     *ZZ*HARBORTOOLS    ', 'ZZ*HARBORTOOLS    *08*6112390000     ');
    const path = join(scratch, 'ours.edi');
    writeFileSync(path, ours, 'latin1');
    const { stdout, stderr } = await tallyport('ack', path, '--partner', 'brightmart');
    expect(stdout).toBe('');
    expect(stderr).toBe('000000501 is not answered: it is ours, and the partner answers it.\n');
  });
});
