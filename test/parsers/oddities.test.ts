import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rewriteFile } from '../../src/parsers/index.ts';
import { textOf } from './envelopes.ts';
import { brief, isOf, judge } from './judging.ts';
import { problemsOf, readChunks, transactionsOf } from './reading.ts';

// What is odd in real files, each oddity in a small invented one: a clean clone tests what the corpus sweep found.
const folder = 'fixtures/oddities';
const oddities = readdirSync(folder)
  .filter((name) => name.endsWith('.edi'))
  .map((name) => ({ name: name.slice(0, -4), bytes: readFileSync(`${folder}/${name}`) }));

describe.each(oddities)('$name', ({ name, bytes }) => {
  const events = readChunks([bytes]);

  test('is judged as its golden file says', async () => {
    const lines = judge(events).map(brief);
    const sets = transactionsOf(events).map(({ message, segments }) => `${message}: ${segments.length} segments`);
    await expect(`${[...sets, ...lines].join('\n')}\n`).toMatchFileSnapshot(`../../${folder}/${name}.problems.txt`);
  });

  test('keeps its segments when it is written back', () => {
    if (problemsOf(events).some(({ code }) => code === 'interchange/delimiters-invalid')) return;
    const again = transactionsOf(readChunks([Buffer.from(textOf(rewriteFile([bytes])), 'latin1')]));
    const tags = (transactions: typeof again) =>
      transactions.map(({ segments }) => segments.map(({ tag }) => tag).join(' '));
    expect(tags(again)).toEqual(tags(transactionsOf(events)));
  });
});

test.each(oddities.filter(({ name }) => /wrong|missing|without|cut-off|of-no-syntax/.test(name)))(
  '$name is not accepted in silence',
  ({ bytes }) => expect(judge(readChunks([bytes])).some(isOf('error'))).toBe(true),
);
