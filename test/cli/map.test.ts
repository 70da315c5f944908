import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { repository, tallyport } from './captured.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tallyport-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const written = (name: string, text: string): string => {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
};

const BASE_MAPS = [
  'edifact/D96A/ORDERS',
  'x12/004010/810',
  'x12/004010/820',
  'x12/004010/850',
  'x12/004010/855',
  'x12/004010/856',
] as const;
const typicalOf = (map: string) => `fixtures/${map}/typical.edi`;
const set = ['--set', 'shipNotice.shape=0001', '--set', 'adxSign=keep', '--set', 'currency=USD'] as const;
const when = ['--at', '2026-11-22T15:30:00Z', '--control', '7'] as const;

describe('map run', () => {
  test.each(BASE_MAPS)('%s makes the document of its golden', async (map) => {
    const { code, stdout } = await tallyport('map', 'run', map, typicalOf(map));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(
      JSON.parse(readFileSync(join(repository, `fixtures/${map}/typical.document.json`), 'utf8')),
    );
  });

  test('one document is indented, several stand one a line', async () => {
    const one = await tallyport('map', 'run', 'x12/004010/850', 'fixtures/x12/004010/850/minimal.edi');
    expect(one.stdout.startsWith('{\n  "number"')).toBe(true);
    const path = 'fixtures/x12/envelope/two-orders.edi';
    const several = await tallyport('map', 'run', 'x12/004010/850', path);
    const lines = several.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).lines.length)).toEqual([1, 1]);
  });

  test('--json and --trace tell where everything stands, and what was not read', async () => {
    const path = 'fixtures/x12/004010/850/maximal.edi';
    const { stdout, stderr } = await tallyport('map', 'run', 'x12/004010/850', path, '--json', '--trace');
    const [line = '', ...more] = stdout.split('\n');
    const result = JSON.parse(line);
    expect([more, stderr]).toEqual([[''], '']);
    expect(Object.keys(result)).toEqual(
      'map message version controlNumber verdict document unmapped problems trace'.split(' '),
    );
    expect(result.trace).toContainEqual({
      path: 'number',
      segmentNumber: 2,
      tag: 'BEG',
      element: 3,
      component: null,
      repetition: null,
    });
  });

  test('problems and what no field read go to stderr, with their place', async () => {
    const path = written(
      'unread.edi',
      readFileSync(join(repository, 'fixtures/x12/004010/850/minimal.edi'), 'latin1')
        .replace(/(~\s*)PO1\*/, '$1TAX*98-7654321~PO1*')
        .replace(/SE\*\d+/, (se) => `SE*${Number(se.slice(3)) + 1}`),
    );
    const { code, stderr } = await tallyport('map', 'run', 'x12/004010/850', path);
    expect(code).toBe(0);
    expect(stderr).toMatch(/unread\.edi:\d+ {2}seg \d+ TAX01 {2}not mapped: "98-7654321" {2}\(.+\)\n/);
  });

  test.each([
    ['no map', ['nope', typicalOf('x12/004010/850')], 2, /There is no map 'nope'/],
    [
      'another message',
      ['x12/004010/810', typicalOf('x12/004010/850')],
      1,
      /holds no 810 of 004010 for this map to read/,
    ],
    ['no file', ['x12/004010/810', 'nowhere.edi'], 2, /nowhere\.edi can't be read/],
    [
      'a value without a name',
      ['x12/004010/810', 'nowhere.edi', '--set', 'x'],
      2,
      /can't be read|is not <name>=<value>/,
    ],
    [
      'a set that has errors',
      ['x12/004010/850', 'fixtures/cli/850-elements.edi'],
      1,
      /BEG03 \(Order number\) is missing/,
    ],
  ])('%s', async (_what, args, expected, message) => {
    const { code, stderr } = await tallyport('map', 'run', ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });

  test('a map in a file of its own', async () => {
    const map = written('own.yaml', 'extends: x12/004010/850\nfields:\n  currency: null\n');
    const { stdout, stderr } = await tallyport('map', 'run', map, typicalOf('x12/004010/850'));
    expect(JSON.parse(stdout)).not.toHaveProperty('currency');
    expect(stderr).toMatch(/CUR02 {2}not mapped: "USD"/);
  });
});

describe('map write', () => {
  test.each(BASE_MAPS)('what %s read it writes, and check finds nothing wrong', async (map) => {
    const document = written('document.json', (await tallyport('map', 'run', map, typicalOf(map), ...set)).stdout);
    const { code, stdout, stderr } = await tallyport('map', 'write', map, document, ...set, ...when);
    expect([code, stderr]).toEqual([0, '']);
    await expect(stdout).toMatchFileSnapshot(`golden/map/${map.replaceAll('/', '-')}.edi`);
    expect((await tallyport('check', written('written.edi', stdout))).code).toBe(0);
  });

  test("an agreement's envelope and values", async () => {
    const document = 'fixtures/x12/004010/856/typical.document.json';
    const { stdout } = await tallyport('map', 'write', 'x12/004010/856', document, '--partner', 'brightmart', ...when);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'ISA*00*          *00*          *ZZ*HARBORTOOLS    *08*6112390000     *261122*1030*U*00401*000000007*0*P*>~',
      'GS*SH*HARBORTOOLS*6112390000*20261122*1030*7*X*004010~',
      'ST*856*0007~',
      expect.stringMatching(/^BSN\*00\*SHP-90002\*20261201\*143015\*0001~$/),
    ]);
  });

  test('stand-ins for the envelope', async () => {
    const document = 'fixtures/x12/004010/850/minimal.document.json';
    const envelope = ['--set', 'sender=01:123456789', '--set', 'receiver=x12:ZZ:THEM', '--set', 'usage=production'];
    const { stdout } = await tallyport('map', 'write', 'x12/004010/850', document, ...envelope, ...when);
    expect(stdout).toMatch(/^ISA.{28}\*01\*123456789 {6}\*ZZ\*THEM {11}\*261122\*1530\*U\*00401\*000000007\*0\*P\*>~/);
  });

  test('documents one a line become sets of one interchange', async () => {
    const read = await tallyport('map', 'run', 'x12/004010/850', 'fixtures/x12/envelope/two-orders.edi', '--json');
    const { stdout } = await tallyport('map', 'write', 'x12/004010/850', written('two.ndjson', read.stdout), ...when);
    expect(stdout).toMatch(/ST\*850\*0007~.*ST\*850\*0008~.*GE\*2\*7~/s);
  });

  test.each([
    ['no JSON', 'order', 2, /no\.json is not JSON/],
    ['another document', '{"number": 12}', 1, /no\.json: number must be/],
    [
      'a delimiter in data',
      '{"number":"A*B","purpose":{"code":"original"},"kind":{"code":"standalone"},"orderedOn":"2026-11-20","lines":[]}',
      1,
      /\*/,
    ],
  ])('%s', async (_what, text, expected, message) => {
    const { code, stdout, stderr } = await tallyport('map', 'write', 'x12/004010/850', written('no.json', text));
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(stdout).not.toContain('IEA');
  });
});

describe('map check', () => {
  test('all base maps are without errors', async () => {
    const { code, stdout } = await tallyport('map', 'check');
    expect(code).toBe(0);
    for (const map of BASE_MAPS) expect(stdout).toMatch(new RegExp(`^✓ ${map} +\\S+ ↔ `, 'm'));
  });

  test('every base map there is is looked at', async () => {
    const names = readdirSync(join(repository, 'maps'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml') && !name.startsWith('tables'))
      .map((name) => name.replace(/\.yaml$/, '').replaceAll('\\', '/'));
    const { maps } = JSON.parse((await tallyport('map', 'check', '--json')).stdout);
    expect(maps.map(({ name }: { name: string }) => name)).toEqual(names.toSorted());
  });

  test('a fault is told by file, line and column', async () => {
    const path = written('wrong.yaml', 'extends: x12/004010/850\nfields:\n  department: REF99\n');
    const { code, stdout } = await tallyport('map', 'check', path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/wrong\.yaml:3:15 .*REF/);
    expect(stdout).toMatch(/1 map, 1 with errors\n$/);
  });

  test.each([
    ['a map that is not there', ['nope']],
    ['a file that is not there', ['nope.yaml']],
  ])('%s', async (_what, args) => expect((await tallyport('map', 'check', ...args)).code).toBe(2));

  test('commands that are not built yet are absent', async () => {
    expect((await tallyport('map', 'diff')).code).toBe(2);
    expect((await tallyport('map', '--help')).stdout).not.toMatch(/diff|test/);
  });
});
