import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tallyport } from './captured.ts';
import { BAD, ENVELOPES, GOOD, goldenName } from './fixtures.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tallyport-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const written = (name: string, bytes: string | Uint8Array): string => {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
};

interface CheckedTransaction {
  readonly verdict: string;
  readonly problems: readonly Readonly<Record<string, unknown>>[];
}
interface Checked {
  readonly files: readonly {
    readonly path: string;
    readonly interchanges: readonly {
      readonly verdict: string;
      readonly problems: readonly Readonly<Record<string, unknown>>[];
      readonly groups: readonly {
        readonly verdict: string;
        readonly problems: readonly Readonly<Record<string, unknown>>[];
        readonly transactions: readonly CheckedTransaction[];
      }[];
    }[];
    readonly problems: readonly Readonly<Record<string, unknown>>[];
  }[];
}
const checked = async (...args: string[]): Promise<Checked> =>
  JSON.parse((await tallyport('check', '--json', ...args)).stdout);
const allProblems = ({ files }: Checked) =>
  files.flatMap(({ interchanges, problems }) => [
    ...problems,
    ...interchanges.flatMap((interchange) => [
      ...interchange.problems,
      ...interchange.groups.flatMap((group) => [
        ...group.problems,
        ...group.transactions.flatMap((transaction) => transaction.problems),
      ]),
    ]),
  ]);

describe('check prints what a file holds', () => {
  test.each(GOOD)('%s is fine', async (path) => {
    const { code, stdout } = await tallyport('check', path);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(`golden/check/${goldenName(path)}.txt`);
  });

  test.each([...BAD, 'fixtures/cli/not-edi.txt', 'fixtures/x12/envelope/wrong-counts.edi'])('%s', async (path) => {
    const { code, stdout } = await tallyport('check', path);
    expect(code).toBe(/: error/.test(stdout) || /\d errors?/.test(stdout) ? 1 : 0);
    await expect(stdout).toMatchFileSnapshot(`golden/check/${goldenName(path)}.txt`);
  });

  test('several files end with a total, and the worst decides the exit code', async () => {
    const { code, stdout } = await tallyport('check', GOOD[0], 'fixtures/cli/truncated.edi');
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 files: 1 without errors, 1 with errors (4 errors)');
  });

  test('a folder is one line a file and a total', async () => {
    const { code, stdout } = await tallyport('check', 'fixtures/cli/');
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(1);
    expect(lines).toHaveLength(BAD.length + 3);
    expect(lines.find((line) => line.includes('810-totals'))).toMatch(
      /^! fixtures\/cli\/810-totals\.edi +1 × 810 +2 warn/,
    );
    await expect(stdout).toMatchFileSnapshot('golden/check/folder.txt');
  });

  test('a long run of accepted transactions is told in one line', async () => {
    const set = (number: number) =>
      `ST*850*${String(number).padStart(4, '0')}~BEG*00*SA*1**20261120~PO1**1*EA~SE*4*${String(number).padStart(4, '0')}~`;
    const head = `ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0915*U*00401*000000001*0*P*>~GS*PO*AA*BB*20261122*0915*1*X*004010~`;
    const sets = Array.from({ length: 40 }, (_, index) => set(index + 1)).join('');
    const { stdout } = await tallyport('check', written('run.edi', `${head}${sets}GE*40*1~IEA*1*000000001~`));
    expect(stdout).toContain('… 30 more transactions accepted, to 0040');
    expect(stdout.match(/^ +ST /gm)).toHaveLength(10);
  });

  test('what a terminal would obey is shown and not obeyed', async () => {
    const { stdout } = await tallyport('check', written('escape.edi', 'ISA\u001b[2Jnothing'));
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('␛[2J');
  });
});

describe('check --json', () => {
  test.each([...GOOD, ...BAD, ...ENVELOPES])('%s is one object of the published shape', async (path) => {
    const { code, stdout, stderr } = await tallyport('check', '--json', path);
    const result: Checked = JSON.parse(stdout);
    expect(stderr).toBe('');
    expect(Object.keys(result)).toEqual(['files']);
    const problems = allProblems(result);
    expect(code).toBe(problems.some(({ severity }) => severity === 'error') ? 1 : 0);
    for (const problem of problems) {
      expect(Object.keys(problem).toSorted()).toEqual(
        'byteOffset code componentNumber elementNumber expected found loop message repetition segmentNumber severity source tag'.split(
          ' ',
        ),
      );
      expect(problem.byteOffset).toBeTypeOf('number');
    }
    for (const { interchanges, ...file } of result.files) {
      expect(Object.keys(file)).toEqual(['path', 'problems']);
      for (const { groups, ...interchange } of interchanges) {
        expect(Object.keys(interchange)).toEqual(
          'standard version sender receiver controlNumber usage verdict problems'.split(' '),
        );
        for (const { transactions, ...group } of groups) {
          expect(Object.keys(group)).toEqual('controlNumber functionalId verdict problems'.split(' '));
          for (const transaction of transactions)
            expect(Object.keys(transaction)).toEqual(
              'message version controlNumber verdict segmentCount problems'.split(' '),
            );
        }
      }
    }
  });

  test('verdicts go up from transaction to interchange', async () => {
    const { files } = await checked('fixtures/cli/850-segments.edi');
    const [interchange] = files[0]?.interchanges ?? [];
    expect(interchange?.groups[0]?.transactions.map(({ verdict }) => verdict)).toEqual([
      'rejected',
      'accepted',
      'rejected',
    ]);
    expect([interchange?.groups[0]?.verdict, interchange?.verdict]).toEqual([
      'partially-accepted',
      'partially-accepted',
    ]);
  });

  test('a trailer that is wrong rejects what it ends', async () => {
    const [interchange] = (await checked('fixtures/x12/envelope/wrong-counts.edi')).files[0]?.interchanges ?? [];
    expect([interchange?.groups[0]?.verdict, interchange?.verdict]).toEqual(['rejected', 'rejected']);
  });

  test('EDIFACT without UNG has one group of nulls', async () => {
    const { files } = await checked('fixtures/edifact/D96A/ORDERS/typical.edi');
    expect(files[0]?.interchanges[0]?.groups).toMatchObject([{ controlNumber: null, functionalId: null }]);
  });
});

describe('what check judges by', () => {
  const partner = ['--partner', 'partners/brightmart'];

  test("a partner's agreement, with its map", async () => {
    const { code, stdout } = await tallyport('check', ...partner, 'fixtures/cli/brightmart-850.edi');
    expect(code).toBe(1);
    await expect(stdout).toMatchFileSnapshot('golden/check/partner-brightmart.txt');
  });

  test('the partner by its name alone', async () => {
    const byName = await tallyport('check', '--partner', 'brightmart', 'fixtures/cli/brightmart-850.edi');
    expect(byName).toEqual(await tallyport('check', ...partner, 'fixtures/cli/brightmart-850.edi'));
  });

  test("somebody else's interchange is not the partner's", async () => {
    const problems = allProblems(await checked(...partner, GOOD[0]));
    expect(problems.map(({ code }) => code)).toEqual(['interchange/sender-unknown']);
  });

  test('a guide adds its restrictions', async () => {
    const { stdout } = await tallyport('check', '--guide', 'fixtures/cli/guide.yaml', 'fixtures/cli/850-elements.edi');
    await expect(stdout).toMatchFileSnapshot('golden/check/guide.txt');
    const problems = allProblems(
      await checked('--guide', 'fixtures/cli/guide.yaml', 'fixtures/x12/004010/850/typical.edi'),
    );
    expect(problems.filter(({ source }) => source === 'guide').map(({ code, tag }) => `${tag} ${code}`)).toEqual([
      'BEG element/too-long',
      'PO1 segment/too-many',
    ]);
  });

  test('guide and partner together', async () => {
    const problems = allProblems(
      await checked(...partner, '--guide', 'fixtures/cli/guide.yaml', 'fixtures/cli/brightmart-850.edi'),
    );
    expect(problems.some(({ source }) => source === 'guide')).toBe(true);
    expect(problems.some(({ code }) => code === 'note/missing')).toBe(true);
  });

  test.each([
    ['restrictions: [{ at: nowhere }]', /guide\.yaml:1:\d+ restrictions\[0\]\.at: 'nowhere' is no place/],
    ['restrictions: [{ at: BEG03, presence: maybe }]', /guide\.yaml:1:\d+ restrictions\[0\]\.presence/],
    ['rules: []', /guide\.yaml/],
  ])('the guide %j is refused', async (text, message) => {
    const { code, stderr } = await tallyport('check', '--guide', written('guide.yaml', text), GOOD[0]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('what cannot be checked', () => {
  test.each([
    ['no file', ['nowhere.edi'], "tallyport: nowhere.edi can't be read: there is no such file.\n"],
    [
      'a file below a file',
      ['package.json/x.edi'],
      "tallyport: package.json/x.edi can't be read: a part of the path is no folder.\n",
    ],
    [
      'no partner',
      ['--partner', 'partners/nobody', 'package.json'],
      /partners\/nobody can't be read: there is no such file/,
    ],
    ['a folder that is no partner', ['--partner', 'src/cli', 'package.json'], /is no partner's folder/],
  ])('%s', async (_what, args, message) => {
    const { code, stdout, stderr } = await tallyport('check', ...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
  });

  test('one bad file among many costs no other its line, and a pipe in a folder keeps nobody waiting', async () => {
    const folder = mkdtempSync(join(scratch, 'mixed-'));
    copyFileSync(GOOD[0] ?? '', join(folder, 'a\n.edi'));
    symlinkSync('nowhere', join(folder, 'b.edi'));
    execFileSync('mkfifo', [join(folder, 'c.edi')]);
    const { code, stdout } = await tallyport('check', folder);
    expect(code).toBe(2);
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringContaining('a␊.edi'),
      `✗ ${folder}/b.edi can't be read: there is no such file.`,
      `✗ ${folder}/c.edi can't be read: it is no regular file.`,
      expect.stringMatching(/^3 files: 1 without errors, 0 with errors.*, 2 not readable$/),
    ]);
    const { files } = await checked(folder);
    expect(files.map((file) => 'unreadable' in file)).toEqual([false, true, true]);
    expect((await tallyport('check', join(folder, 'a\n.edi'), 'nowhere.edi')).code).toBe(2);
  });

  test('an empty folder', async () => {
    const folder = mkdtempSync(join(scratch, 'empty-'));
    const { code, stderr } = await tallyport('check', folder);
    expect([code, stderr]).toEqual([2, `tallyport: There is no file in ${folder}.\n`]);
  });

  test('nothing at all', async () => expect((await tallyport('check')).code).toBe(2));
});

test('what is beyond the cap of a list is in the totals all the same', async () => {
  const count = 10_050;
  const set = `ST*850*0001~BEG*00*SA*4711**20240115~PO1*1*2*EA*3.5**VC*A1~${'QQQ*1~'.repeat(count)}SE*${count + 4}*0001~`;
  const isa =
    'ISA*00*          *00*          *ZZ*NORTHWIND      *ZZ*TALLYPORT      *240115*1030*U*00401*000000101*0*P*:~';
  const gs = 'GS*PO*NORTHWIND*TALLYPORT*20240115*1030*1*X*004010~';
  const { stdout } = await tallyport('check', written('beyond.edi', `${isa}${gs}${set}GE*1*1~IEA*1*000000101~`));
  expect(stdout).toContain('rejected: 10,050 errors');
  expect(stdout).toContain('1 interchange, 1 transaction: 10,050 errors');
});

test('what is wrong with a TA1 fells nothing that stands beside it', async () => {
  const text = readFileSync('fixtures/cli/brightmart-broken-trailer.edi', 'utf8');
  const beside = text.replace('*3*', '*1*').replace('\nGS*', '\nTA1*000000001*261122*0915*Z*999~\nGS*');
  const { code, stdout } = await tallyport('check', written('ta1-beside.edi', beside));
  expect(code).toBe(1);
  expect(stdout).toContain('TA104 is "Z", not A, E or R.');
  expect(stdout).toContain('IEA 000000501  accepted with errors');
});

test('a file whose name is no UTF-8 is read, and named as well as can be', async () => {
  const folder = Buffer.from(mkdtempSync(join(scratch, 'names-')));
  writeFileSync(
    Buffer.concat([folder, Buffer.from('/'), Buffer.of(0xff, 0xfe), Buffer.from('.edi')]),
    readFileSync(GOOD[0]),
  );
  const inside = Buffer.concat([folder, Buffer.from('/b'), Buffer.of(0xe9)]);
  mkdirSync(inside);
  writeFileSync(Buffer.concat([inside, Buffer.from('/one.edi')]), readFileSync(GOOD[0]));
  const { code, stdout } = await tallyport('check', folder.toString());
  expect(stdout).toContain('\ufffd\ufffd.edi');
  expect(stdout).toContain('one.edi');
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 files: 2 without errors, 0 with errors');
  expect(code).toBe(0);
});

test('a named pipe is read until its writer closes it', async () => {
  const path = join(scratch, 'pipe.edi');
  execFileSync('mkfifo', [path]);
  // A writer of its own: this process reads without waiting for anybody.
  const writer = spawn('cp', [GOOD[0], path], { stdio: 'ignore' });
  const { code, stdout } = await tallyport('check', path);
  writer.kill();
  expect(code).toBe(0);
  expect(stdout).toContain('accepted');
});
