import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { VerdictSpool } from '../../src/cli/ack-verdicts.ts';
import type { TransactionVerdict } from '../../src/parsers/acknowledgment.ts';

const spools: VerdictSpool[] = [];
const spool = (): VerdictSpool => {
  const made = new VerdictSpool();
  spools.push(made);
  return made;
};
afterEach(() => {
  for (const one of spools.splice(0)) one.dispose();
});

const accepted = (controlNumber: string): TransactionVerdict => ({
  message: '850',
  controlNumber,
  reference: null,
  verdict: 'accepted',
  codes: [],
  segments: [],
});
const rejected = (controlNumber: string, found: string): TransactionVerdict => ({
  ...accepted(controlNumber),
  verdict: 'rejected',
  codes: ['5'],
  segments: [
    {
      tag: 'BEG',
      segmentNumber: 2,
      loop: null,
      codes: ['8'],
      elements: [{ element: 3, component: null, repetition: null, dataElement: '324', code: '7', found }],
    },
  ],
});

test('what was added is read again, group by group, with every character', () => {
  const verdicts = spool();
  const first = [accepted('0001'), rejected('0002', 'Malmö ␊ "x"\n'), accepted('00\n03')];
  for (const one of first) verdicts.add(one);
  const middle = verdicts.end;
  verdicts.add(accepted('0004'));
  expect([...verdicts.read({ from: 0, to: middle })]).toEqual(first);
  expect([...verdicts.read({ from: middle, to: verdicts.end })]).toEqual([accepted('0004')]);
  expect([...verdicts.read({ from: middle, to: middle })]).toEqual([]);
});

test('what is too much for memory waits in a file that is taken away', () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('tallyport-ack-'));
  const verdicts = spool();
  const bounds: number[] = [];
  // 40 MB: the bound is passed twice, and groups lie on both sides of it.
  for (let number = 0; number < 200_000; number++) {
    if (number % 50_000 === 0) bounds.push(verdicts.end);
    verdicts.add(rejected(String(number), 'ü'.repeat(20)));
  }
  bounds.push(verdicts.end);
  const [made = ''] = readdirSync(tmpdir()).filter(
    (name) => name.startsWith('tallyport-ack-') && !before.includes(name),
  );
  expect(made).not.toBe('');
  for (const [index, from] of bounds.slice(0, -1).entries()) {
    let expected = index * 50_000;
    for (const { controlNumber, segments } of verdicts.read({ from, to: bounds[index + 1] ?? 0 })) {
      if (controlNumber !== String(expected) || segments[0]?.elements[0]?.found !== 'ü'.repeat(20))
        throw new Error(`${controlNumber} was read where ${expected} was added`);
      expected += 1;
    }
    expect(expected).toBe((index + 1) * 50_000);
  }
  verdicts.clear();
  verdicts.add(accepted('again'));
  expect([...verdicts.read({ from: 0, to: verdicts.end })]).toEqual([accepted('again')]);
  verdicts.dispose();
  expect(existsSync(`${tmpdir()}/${made}`)).toBe(false);
});
