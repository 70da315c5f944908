import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rewriteFile } from '../../src/parsers/index.ts';
import { textOf } from './envelopes.ts';
import { eventAsData, problemsOf, readChunks } from './reading.ts';

// Documents nobody on this project wrote. They may not be committed, so the sweep runs where a copy stands beside the repository.
const root = '../shared/corpus';
const edi = join(root, 'edi');

interface Verdict {
  readonly path: string;
  readonly findings: { readonly env?: readonly string[] };
}

/** Every file below a folder. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

/** What another strict reader says of counts and references; anything else it finds is a matter of tables or of its own limits. */
const isCount = (finding: string): boolean => /count|SE01|GE01|IEA01|UNT.*0074|UNZ.*0036|UNE.*0060/i.test(finding);

/** Where that reader is wrong, and why. */
const NOT_WRONG: Record<string, string> = {
  'xlate+staedi/wiki/x12_interchange_ack.txt': 'nothing but a TA1: IEA01 is 1, which is let pass',
  'xlate+staedi/EDIFACT/issue128/wrapped_invoic_d97b_una.edi':
    'lines wrapped inside tags and values, which it cannot read',
};

describe('a corpus of other people’s files', () => {
  if (!existsSync(edi)) {
    test('skipped: corpus absent', () => expect(existsSync(edi)).toBe(false));
    return;
  }
  const verdicts: readonly Verdict[] = JSON.parse(readFileSync(join(root, 'verdicts.json'), 'utf8'));
  const countsWrong = new Set(
    verdicts.filter(({ findings }) => (findings.env ?? []).some(isCount)).map(({ path }) => join(root, path)),
  );

  test('is there', () => expect(filesBelow(edi).length).toBeGreaterThan(200));

  test.each(filesBelow(edi))('%s', (path) => {
    const bytes = readFileSync(path);
    const whole = readChunks([bytes]);
    const problems = problemsOf(whole);
    if (countsWrong.has(path) && !(relative(edi, path) in NOT_WRONG))
      expect(problems.map(({ severity }) => severity)).toContain('error');
    for (const size of [1, 7, 64, 1000]) {
      if (size < 64 && bytes.length > 200_000) continue;
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(JSON.stringify(readChunks(chunks).map(eventAsData))).toBe(JSON.stringify(whole.map(eventAsData)));
    }
    if (problems.some(({ code }) => code === 'interchange/delimiters-invalid')) return;
    const rewritten = Buffer.from(textOf(rewriteFile([bytes])), 'latin1');
    const again = readChunks([rewritten]).flatMap((event) => (event.kind === 'transaction' ? [event.transaction] : []));
    const first = whole.flatMap((event) => (event.kind === 'transaction' ? [event.transaction] : []));
    expect(again.map(({ segments }) => segments.length)).toEqual(first.map(({ segments }) => segments.length));
  });
});
