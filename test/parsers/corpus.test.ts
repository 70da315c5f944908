import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rewriteFile } from '../../src/parsers/index.ts';
import { differencesOf, type Verdict } from './corpus-claims.ts';
import { DIFFERENCES, REASONS, type Reason } from './corpus-differences.ts';
import { textOf } from './envelopes.ts';
import { isOf, judge } from './judging.ts';
import { problemsOf, readChunks, transactionsOf } from './reading.ts';

// Documents nobody on this project wrote. They may not be committed, so the sweep runs where a copy stands beside the repository (or, from a
// worktree, one folder further up). What is odd in them is in fixtures/oddities too, so that a clean clone tests it.
const root = ['../shared/corpus', '../../shared/corpus'].find(existsSync);

/** Every file of X12 or EDIFACT below a folder. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.(?:md|json|ach|xml)$|mt940|bai2/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));

describe('a corpus of other people’s files', () => {
  if (root === undefined) {
    process.stdout.write('skipped: corpus absent\n');
    test.skip('skipped: corpus absent', () => {});
    return;
  }
  const edi = join(root, 'edi');
  const verdicts: readonly Verdict[] = JSON.parse(readFileSync(join(root, 'verdicts.json'), 'utf8'));
  const claims = verdicts.map((verdict) => ({ ...verdict, name: verdict.path.slice('edi/'.length) }));

  test('is there, and each file has a verdict', () =>
    expect(filesBelow(edi).map((path) => relative(root, path))).toEqual(
      expect.arrayContaining(claims.map(({ path }) => path)),
    ));

  test.each(claims)('$name is seen as its verdict says, or it is listed why not', (verdict) => {
    const differences = differencesOf(verdict, judge(readChunks([readFileSync(join(root, verdict.path))])));
    const listed = Object.entries(DIFFERENCES[verdict.name] ?? {}).map(([what, [count]]) => [what, count]);
    expect(differences).toEqual(Object.fromEntries(listed));
  });

  test('nothing is listed for a file that is not there, and each reason is used', () => {
    const names = new Set(claims.map(({ name }) => name));
    expect(Object.keys(DIFFERENCES).filter((name) => !names.has(name))).toEqual([]);
    const used = new Set<Reason>(Object.values(DIFFERENCES).flatMap((all) => Object.values(all).map(([, why]) => why)));
    expect(Object.keys(REASONS).filter((reason) => ![...used].includes(reason as Reason))).toEqual([]);
  });

  // Counts and references, without a translation in between: what the verdict calls wrong in them is never passed over in silence.
  const wrongCounts = /(?:UNT|UNZ|UNE) 00\d\d|[SG]E0[12]|IEA0[12]|^missing (?:IEA|UNZ|UNT)/;
  test.each(
    claims.filter(({ name, findings }) => {
      const listed = Object.values(DIFFERENCES[name] ?? {}).map(([, why]) => why);
      // IEA01 counts a TA1 that stands alone: told, as a warning, for many senders count so.
      const ta1Alone = name === 'xlate+staedi/wiki/x12_interchange_ack.txt';
      const passed = ta1Alone || listed.some((why) => ['wrapped', 'padded'].includes(why));
      return !passed && (findings.env ?? []).some((finding) => wrongCounts.test(finding));
    }),
  )('$name, whose counts or references are wrong, is not accepted', ({ path }) =>
    expect(judge(readChunks([readFileSync(join(root, path))])).some(isOf('error'))).toBe(true),
  );

  test.each(filesBelow(root).map((path) => ({ path, name: relative(root, path) })))(
    '$name is rewritten with as many segments',
    ({ path }) => {
      const bytes = readFileSync(path);
      const events = readChunks([bytes]);
      if (problemsOf(events).some(({ code }) => code === 'interchange/delimiters-invalid')) return;
      const again = transactionsOf(readChunks([Buffer.from(textOf(rewriteFile([bytes])), 'latin1')]));
      expect(again.map(({ segments }) => segments.length)).toEqual(
        transactionsOf(events).map(({ segments }) => segments.length),
      );
    },
  );
});
