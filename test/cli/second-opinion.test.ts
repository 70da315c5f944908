import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Opinion, opinionBytesMax, type SecondOpinion } from '../../src/cli/second-opinion.ts';
import { repository, tallyport } from './captured.ts';
import { ENVELOPES, GOOD, goldenName } from './fixtures.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tallyport-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const written = (name: string, bytes: string | Uint8Array): string => {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
};
const fixture = (path: string): string => readFileSync(join(repository, path), 'latin1');

async function asked(path: string): Promise<readonly Opinion[]> {
  const { stdout } = await tallyport('check', '--json', '--second-opinion', path);
  const { files } = JSON.parse(stdout) as { files: readonly { secondOpinion: SecondOpinion }[] };
  return files[0]?.secondOpinion.opinions ?? [];
}

describe('check --second-opinion', () => {
  test.each(GOOD)('%s is seen alike', async (path) => {
    const { code, stdout } = await tallyport('check', '--second-opinion', path);
    expect(code).toBe(0);
    expect(stdout).toMatch(/second opinion on \S+: (?:node-x12|edifact) sees it alike, \d+ segments/);
  });

  test.each([
    'fixtures/x12/envelope/newline-terminator-stray-cr.edi',
    'fixtures/x12/envelope/ta1-and-group.edi',
    'fixtures/x12/envelope/padded-references.edi',
    'fixtures/x12/envelope/several-interchanges.edi',
    'fixtures/x12/envelope/wrong-counts.edi',
    'fixtures/edifact/envelope/no-release.edi',
    'fixtures/edifact/envelope/syntax-4.edi',
    'fixtures/cli/orders-bad.edi',
  ])('%s', async (path) => {
    const { stdout } = await tallyport('check', '--second-opinion', path);
    await expect(stdout).toMatchFileSnapshot(`golden/check/second-opinion-${goldenName(path)}.txt`);
  });

  test('a value that it reads otherwise is told with place and both readings', async () => {
    const text = fixture('fixtures/edifact/envelope/no-release.edi');
    const [opinion] = await asked(written('no-release.edi', text));
    expect(opinion).toMatchObject({ reader: 'edifact', refusal: null, differenceCount: 1 });
    expect(opinion?.differences).toEqual([
      {
        byteOffset: text.indexOf('FTX'),
        segmentNumber: 4,
        tag: 'FTX',
        elementNumber: 4,
        ours: 'WHAT? NO',
        theirs: 'WHAT?NO',
        known: 'edifact takes the blank of a UNA without release character for one',
      },
    ]);
  });

  // Every other difference on our own fixtures has a reason that is written down; this list may only shrink.
  const UNEXPLAINED = new Set(['fixtures/x12/envelope/stray-segments.edi', 'fixtures/x12/envelope/repetition.edi']);
  test.each(ENVELOPES)(
    '%s: whatever is seen otherwise is a known fault of the reader, or our error too',
    async (path) => {
      const opinions = await asked(path);
      const unexplained = opinions.flatMap((opinion) => [
        ...(opinion.refusal === null || opinion.refusedByUs || opinion.refusalKnown !== null ? [] : [opinion.refusal]),
        ...(opinion.refusedByUs ? [] : opinion.differences.filter(({ known }) => known === null)),
      ]);
      if (!UNEXPLAINED.has(path)) expect(unexplained).toEqual([]);
    },
  );

  test('a file that is too large for them is not given to them', async () => {
    const large = written('large.edi', `${fixture(GOOD[0])}${'\n'.repeat(opinionBytesMax)}`);
    const { code, stdout } = await tallyport('check', '--second-opinion', large);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /second opinion: nobody was asked, for it has [\d,]+ bytes, and they are asked about 1,048,576 at most/,
    );
  });

  test('a folder: only what is seen otherwise, and a total', async () => {
    const { stdout } = await tallyport('check', '--second-opinion', 'fixtures/cli');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^second opinion: \d+ files alike, \d+ otherwise, \d+ not asked$/,
    );
  });

  test('unasked, nothing of it shows', async () => {
    const { stdout } = await tallyport('check', '--json', GOOD[0]);
    expect(stdout).not.toContain('secondOpinion');
  });

  test('what no reader should be made to read does not throw', async () => {
    for (const bytes of ['', 'ISA', "UNB+UNOC:3+A+B+261122:0915+1'UNH", '\0'.repeat(1000), "UNA:+.? '"])
      expect((await tallyport('check', '--second-opinion', written('odd.edi', bytes))).code).toBe(1);
  });
});

describe('why it sees it otherwise', () => {
  const groups = fixture('fixtures/x12/envelope/wrong-counts.edi')
    .replace('GE*3*', 'GE*2*')
    .replace('IEA*4*000000999', 'IEA*1*000000101');
  test.each([
    ['GE*2*0001', /numbers/],
    ['GE*2*9', null],
  ])('%s', async (trailer, known) => {
    const text = groups.replace(/GE\*2\*9/, trailer).replace('SE*8*0003', 'SE*7*0002');
    const [opinion] = await asked(written('ge02.edi', text));
    expect(opinion?.refusal).toMatch(/GE02/);
    if (known === null) expect(opinion?.refusalKnown).toBeNull();
    else expect(opinion?.refusalKnown).toMatch(known);
  });

  test('what it refuses whole and sees nothing of has no list of differences', async () => {
    const text = fixture('fixtures/x12/envelope/two-orders.edi').replace(/^(ISA.{31}\S+) +/, '$1');
    const [opinion] = await asked(written('unpadded.edi', text));
    expect(opinion).toMatchObject({ segmentCount: 0, differenceCount: 0 });
    expect(opinion?.refusal).not.toBeNull();
  });

  test('empty segments are read as such, and it is known that it reads none', async () => {
    const text = fixture('fixtures/x12/envelope/two-orders.edi').replace(/BEG/, '~BEG');
    const [opinion] = await asked(written('empty.edi', text));
    const [first] = opinion?.differences ?? [];
    expect(first).toMatchObject({ ours: '', theirs: null, known: expect.stringContaining('no empty segment') });
    expect((await tallyport('check', '--second-opinion', join(scratch, 'empty.edi'))).stdout).toContain(
      'we read an empty segment, it none  [known: ',
    );
  });
});
