import { describe, expect, test } from 'vitest';
import { readable } from '../../src/cli/show-values.ts';
import { tallyport } from './captured.ts';
import { BAD, ENVELOPES, GOOD, goldenName } from './fixtures.ts';

const SHOWN = [...GOOD, ...BAD, 'fixtures/cli/not-edi.txt', 'fixtures/edifact/envelope/groups.edi'];

describe('show', () => {
  test.each(SHOWN)('%s', async (path) => {
    const { code, stdout, stderr } = await tallyport('show', path);
    expect([code, stderr]).toEqual([(await tallyport('check', path)).code, '']);
    await expect(stdout).toMatchFileSnapshot(`golden/show/${goldenName(path)}.txt`);
  });

  test.each([...GOOD, 'fixtures/cli/850-segments.edi'])('%s, one line a segment', async (path) => {
    const { stdout } = await tallyport('show', '--segments', path);
    await expect(stdout).toMatchFileSnapshot(`golden/show/${goldenName(path)}.segments.txt`);
  });

  test.each([...GOOD, ...BAD, ...ENVELOPES])(
    '%s stays within 100 columns, without blanks at the ends',
    async (path) => {
      const { stdout } = await tallyport('show', path);
      const wide = stdout.split('\n').filter((line) => line.length > 100 && !/^(?:ISA|UNB|GS|UNG|ST|UNH) /.test(line));
      expect(wide).toEqual([]);
      expect(stdout.split('\n').filter((line) => /\s$/.test(line))).toEqual([]);
    },
  );

  test.each([...GOOD, ...BAD])('%s shows every problem that check finds, where it is', async (path) => {
    const { stdout } = await tallyport('show', path);
    const codes = [...(await tallyport('check', path)).stdout.matchAll(/\[([a-z]+\/[a-z-]+)\]$/gm)].map(
      ([, code]) => code,
    );
    expect([...stdout.matchAll(/\[([a-z]+\/[a-z-]+)\]$/gm)].map(([, code]) => code).toSorted()).toEqual(
      codes.toSorted(),
    );
  });
});

interface ShownJson {
  readonly interchanges: readonly {
    readonly groups: readonly {
      readonly transactions: readonly {
        readonly segments: readonly {
          readonly number: number;
          readonly tag: string;
          readonly name: string | null;
          readonly depth: number;
          readonly placed: boolean;
          readonly opens: readonly { readonly loop: string; readonly about: string; readonly level: unknown }[];
          readonly elements: readonly {
            readonly element: number;
            readonly component: number | null;
            readonly value: string;
            readonly name: string | null;
            readonly meaning: string | null;
          }[];
          readonly problems: readonly unknown[];
        }[];
      }[];
    }[];
  }[];
}

async function segmentsOf(path: string) {
  const shown: ShownJson = JSON.parse((await tallyport('show', '--json', path)).stdout);
  return shown.interchanges.flatMap(({ groups }) =>
    groups.flatMap(({ transactions }) => transactions.flatMap(({ segments }) => segments)),
  );
}

describe('show --json', () => {
  test.each([...GOOD, ...BAD, ...ENVELOPES])('%s is one object', async (path) => {
    const { stdout, stderr } = await tallyport('show', '--json', path);
    expect(stderr).toBe('');
    expect(Object.keys(JSON.parse(stdout))).toEqual(['path', 'interchanges', 'problems']);
  });

  test.each`
    path                                          | tag      | element | component | name                  | meaning
    ${'fixtures/x12/004010/810/typical.edi'}      | ${'TDS'} | ${1}    | ${null}   | ${'Amount'}           | ${'2001.00'}
    ${'fixtures/x12/004010/810/typical.edi'}      | ${'BIG'} | ${1}    | ${null}   | ${'Date'}             | ${'Tue 2026-12-01'}
    ${'fixtures/x12/004010/856/typical.edi'}      | ${'BSN'} | ${4}    | ${null}   | ${'Time'}             | ${'14:30:15'}
    ${'fixtures/x12/004010/810/typical.edi'}      | ${'N1'}  | ${1}    | ${null}   | ${'Party role'}       | ${'ship to'}
    ${'fixtures/edifact/D96A/ORDERS/typical.edi'} | ${'DTM'} | ${1}    | ${2}      | ${'Date/time/period'} | ${'Fri 2026-11-20'}
    ${'fixtures/edifact/D96A/ORDERS/typical.edi'} | ${'NAD'} | ${1}    | ${null}   | ${'Party kind'}       | ${'Buyer'}
    ${'fixtures/cli/999-unknown-version.edi'}     | ${'BEG'} | ${1}    | ${null}   | ${null}               | ${null}
  `('$tag$element of $path means $meaning', async ({ path, tag, element, component, name, meaning }) => {
    const segment = (await segmentsOf(path)).find((one) => one.tag === tag);
    expect(segment?.elements.find((one) => one.element === element && one.component === component)).toMatchObject({
      name,
      meaning,
    });
  });

  test('levels of an HL tree stand below their parents, not behind the one before', async () => {
    const levels = (await segmentsOf('fixtures/x12/004010/856/typical.edi')).filter(({ tag }) => tag === 'HL');
    expect(levels.map(({ elements, depth }) => `${elements[0]?.value}@${depth}`).join(' ')).toBe(
      '1@1 2@2 3@3 4@4 5@3 6@4 7@4 8@3 9@4',
    );
    expect(levels[3]?.opens).toMatchObject([{ loop: 'HL', about: 'item', level: { id: '4', parent: '3' } }]);
  });

  test('a segment the tables have no place for is told', async () => {
    const odd = (await segmentsOf('fixtures/cli/850-segments.edi')).filter(({ placed }) => !placed);
    expect(odd.map(({ tag, name }) => [tag, name])).toEqual([
      ['ZZZ', null],
      ['HL', 'Level'],
    ]);
  });
});

test.each`
  form           | value                  | text
  ${'CYMD'}      | ${'20261120'}          | ${'Fri 2026-11-20'}
  ${'YMD'}       | ${'261120'}            | ${'Fri 2026-11-20'}
  ${'YMD'}       | ${'990101'}            | ${'Fri 1999-01-01'}
  ${'DMCY'}      | ${'20112026'}          | ${'Fri 2026-11-20'}
  ${'CYMDhm'}    | ${'202611201430'}      | ${'Fri 2026-11-20 14:30'}
  ${'CYMDhmsZ'}  | ${'20261120143005EST'} | ${'Fri 2026-11-20 14:30:05 EST'}
  ${'CYMD-CYMD'} | ${'20261120-20261127'} | ${'Fri 2026-11-20 to Fri 2026-11-27'}
  ${'CYMDCYMD'}  | ${'2026112020261127'}  | ${'Fri 2026-11-20 to Fri 2026-11-27'}
  ${'CYM'}       | ${'202611'}            | ${'2026-11'}
  ${'CYW'}       | ${'202647'}            | ${'2026-W47'}
  ${'MD'}        | ${'1120'}              | ${'11-20'}
  ${'hm'}        | ${'0915'}              | ${'09:15'}
  ${'hmstt'}     | ${'09153012'}          | ${'09:15:30.12'}
  ${'hm-hm'}     | ${'0800-1500'}         | ${'08:00 to 15:00'}
`('$value in form $form is $text', ({ form, value, text }) => expect(readable(form, value)).toBe(text));

test.each([
  ['no file', ['nowhere.edi'], /nowhere\.edi can't be read: there is no such file/],
  ['a folder', ['fixtures'], /fixtures can't be read: it is a folder/],
])('%s', async (_what, args, message) => {
  const { code, stderr } = await tallyport('show', ...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('the trailer of an interchange says what it counts: messages where no group stands', async () => {
  expect((await tallyport('show', 'fixtures/edifact/D96A/ORDERS/typical.edi')).stdout).toMatch(
    /UNZ \S+ {2}accepted: 1 message\n/,
  );
  expect((await tallyport('show', 'fixtures/edifact/envelope/groups.edi')).stdout).toMatch(/UNZ .*: \d groups?\n/);
  expect((await tallyport('show', 'fixtures/edifact/envelope/mixed-groups.edi')).stdout).toMatch(
    /UNZ .*: \d groups?, \d messages?/,
  );
});
