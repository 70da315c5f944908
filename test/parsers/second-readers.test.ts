import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Dice } from './generated/dice.ts';
import { messages } from './generated/tables.ts';
import { makeTransaction } from './generated/transaction.ts';
import { interchangeOf } from './generated/wire.ts';
import { edifactPackage, firstDifference, nodeX12, type SecondReader, x12Parser } from './second-readers.ts';
import { EXPLANATIONS, KNOWN_DIFFERENCES } from './second-readers-differences.ts';

// Three other people's readers beside ours, segment by segment. Hostile files (crashers) are for the fuzz, not for them.
const fixtures = readdirSync('fixtures', { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.edi') && !entry.parentPath.includes('crashers'))
  .map(({ parentPath, name }) => join(parentPath, name).slice('fixtures/'.length));

function readersOf(bytes: Uint8Array): readonly SecondReader[] {
  const head = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (head.startsWith('ISA')) return [nodeX12, x12Parser];
  return head.startsWith('UN') ? [edifactPackage] : [];
}

const cut = (line: string | null) =>
  line === null
    ? null
    : Array.from(line)
        .slice(0, 48)
        .join('')
        .replace(/[^\x20-\x7e]/g, '?');

describe('fixtures', () => {
  test.each(fixtures)('%s is read alike, or it is explained why not', async (name) => {
    const bytes = readFileSync(`fixtures/${name}`);
    const found: Record<string, object> = {};
    for (const reader of readersOf(bytes)) {
      const difference = await firstDifference(bytes, reader);
      if (difference === null) continue;
      const { at, ours, theirs } = difference;
      found[reader.name] = { at, ours: cut(ours), theirs: cut(theirs) };
    }
    const known = Object.entries(KNOWN_DIFFERENCES[name] ?? {}).map(([reader, { at, ours, theirs }]) => [
      reader,
      { at, ours, theirs },
    ]);
    expect(found).toEqual(Object.fromEntries(known));
  });

  test('nothing is explained for a file that is not there, and each explanation is used', () => {
    expect(Object.keys(KNOWN_DIFFERENCES).filter((name) => !fixtures.includes(name))).toEqual([]);
    const used = new Set(Object.values(KNOWN_DIFFERENCES).flatMap((all) => Object.values(all).map(({ why }) => why)));
    expect([...used].sort()).toEqual(Object.keys(EXPLANATIONS).sort());
  });
});

describe('generated interchanges', () => {
  test.each(messages.map((message) => [message.version, message.name, message] as const))(
    '%s %s is read alike',
    async (version, _name, message) => {
      for (const seed of [1, 2, 3]) {
        const dice = new Dice(seed);
        const { bytes } = interchangeOf(message, [makeTransaction(message, dice, '0001')]);
        for (const reader of readersOf(bytes)) {
          const difference = await firstDifference(bytes, reader);
          // Written with the UNA of syntax 4, which the package refuses: see `una`.
          if (reader === edifactPackage && ['D01B', '41'].includes(version))
            expect(difference?.theirs).toMatch(/^throws: Invalid character : after reading segment name UNA/);
          else expect(difference, bytes.toString('latin1')).toBeNull();
        }
      }
    },
  );
});
