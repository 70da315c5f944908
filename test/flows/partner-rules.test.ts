import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { applyConfiguration, checkConfiguration } from '../../src/flows/apply-configuration.ts';
import { readConfigurationFiles } from '../../src/library/partners.ts';
import type { SourceFile } from '../../src/partners/yaml-source.ts';
import { readAnswers } from '../support/answers.ts';
import { interchange, line850 } from '../support/brightmart.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const outbox = 'exchange/brightmart/outbox';

const ownMap = (expression: string) => `extends: x12/004010/850
fields:
  department: { at: REF02, where: { REF01: DP }, read: '${expression}' }
`;
const GUIDE = `restrictions:
  - { at: "REF[REF01=DP]", presence: required }
  - { at: BEG02, codes: [SA] }
`;

/** The example partners, with files beside or instead of theirs, put in force. */
async function apply(on: TestGateway, files: readonly SourceFile[]) {
  const examples = await readConfigurationFiles(repository);
  const all = [...examples.filter(({ path }) => !files.some((file) => file.path === path)), ...files];
  const { configuration, faults } = await checkConfiguration(on.context, all, on.dataFolder);
  if (configuration !== null) await applyConfiguration(on.context, configuration, 'test');
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // what workers know may be a second old
  return faults;
}

async function agreements(change: (text: string) => string): Promise<SourceFile> {
  const path = 'partners/brightmart/agreements.yaml';
  return { path, text: change(await readFile(`${repository}/${path}`, 'utf8')) };
}
const withRules = agreements((text) =>
  text.replace('- receive: "850"', '- receive: "850"\n    map: own-850\n    guide: strict'),
);
const RULES = (expression = '$uppercase(value)') => [
  { path: 'partners/brightmart/maps/own-850.yaml', text: ownMap(expression) },
  { path: 'partners/brightmart/guides/strict.yaml', text: GUIDE },
];

let control = 700;
const order = (number: string, segments: readonly string[] = ['REF*DP*tools']) =>
  interchange('PO', ++control, '850', [
    `BEG*00*SA*${number}**20261122`,
    ...segments,
    'N1*ST*Store 12*92*0012',
    line850(1, 10, '12.5', 'HT-1001'),
    'CTT*1',
  ]);
const answersTo = async (on: TestGateway, text: string) => {
  await on.receive('brightmart/folder', text);
  await on.settle();
  return readAnswers(await on.outbox(outbox));
};
const documentOf = async (on: TestGateway, number: string) =>
  (
    await on.rows<{ body: { department?: string }; map_name: string; map_hash: string }>(
      `select body, map_name, map_hash from document where number = $1 and kind = 'order'`,
      number,
    )
  )[0];

describe('rules of a partner’s own', async () => {
  const gateway = await testGateway();
  expect(await apply(gateway, [await withRules, ...RULES()])).toEqual([]);

  test('the guide is held against what comes in, and the 997 says so', async () => {
    const answers = await answersTo(gateway, order('R-1', []));
    expect(answers.map(({ kind }) => kind)).toEqual(['997']);
    expect(answers[0]?.segments).toContain('AK5*R*5');
    const problems = await gateway.rows<{ body: object }>(`select body from problem where body ->> 'source' = 'guide'`);
    expect(problems.map(({ body }) => body)).toMatchObject([
      { code: 'segment/missing', tag: 'REF', severity: 'error', message: expect.stringContaining("partner's guide") },
    ]);
    expect(await documentOf(gateway, 'R-1')).toBeUndefined();
  });

  test('its map reads, expressions evaluated, and the document names map and version', async () => {
    const answers = await answersTo(gateway, order('R-2'));
    expect(gateway.failures).toEqual([]);
    expect(answers.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['997', '855']));
    expect(await documentOf(gateway, 'R-2')).toMatchObject({ body: { department: 'TOOLS' }, map_name: 'own-850' });
  });

  test('a new version of the map reads what comes next; the old text is kept', async () => {
    const before = await documentOf(gateway, 'R-2');
    expect(await apply(gateway, [await withRules, ...RULES('$uppercase(value) & "-2"')])).toEqual([]);
    await answersTo(gateway, order('R-3'));
    const after = await documentOf(gateway, 'R-3');
    expect(after?.body.department).toBe('TOOLS-2');
    expect(after?.map_hash).not.toBe(before?.map_hash);
    const texts = await gateway.rows<{ text: string }>(
      `select f.text from rule_use u join rule_file f using (sha256) where u.path like '%own-850.yaml' order by u.version`,
    );
    expect(texts.map(({ text }) => text)).toEqual([ownMap('$uppercase(value)'), ownMap('$uppercase(value) & "-2"')]);
  });

  test('an expression that gives nothing usable is a problem, and one that makes no document parks', async () => {
    expect(await apply(gateway, [await withRules, ...RULES('$error("no")')])).toEqual([]);
    await answersTo(gateway, order('R-4'));
    const [problem] = await gateway.rows<{ body: object }>(
      `select body from problem where body ->> 'code' = 'map/expression-failed'`,
    );
    expect(problem?.body).toMatchObject({ message: expect.stringContaining('department') });

    expect(await apply(gateway, [await withRules, ...RULES('{"a": "b"}')])).toEqual([]);
    await answersTo(gateway, order('R-5'));
    const parked = await gateway.rows<{ state: string }>(`select state from transaction where state = 'parked'`);
    expect(parked).toHaveLength(1);
  });

  test('the guide of what we send keeps it from leaving', async () => {
    const sends = await agreements((text) => text.replace('- send: "855"', '- send: "855"\n    guide: picky'));
    const picky = 'restrictions:\n  - { at: BAK02, codes: [RD] }\n';
    const rules = [{ path: 'partners/brightmart/guides/picky.yaml', text: picky }];
    expect(await apply(gateway, [sends, ...rules])).toEqual([]);
    const answers = await answersTo(gateway, order('R-6'));
    expect(answers.map(({ kind }) => kind)).toEqual(['997']);
    expect(gateway.failures.splice(0)).toEqual([
      expect.stringMatching(/^compose: document-unwritable: .*BAK02 is "A[CD]".*partner's guide.* → park$/),
    ]);
  });
});

describe('rules with faults are not put in force', async () => {
  const gateway = await testGateway();
  const MAP = 'partners/brightmart/maps/own-850.yaml';
  const GUIDES = 'partners/brightmart/guides/strict.yaml';
  const placesOf = async (files: readonly SourceFile[]) =>
    (
      await apply(gateway, [
        await withRules,
        ...RULES().filter(({ path }) => !files.some((file) => file.path === path)),
        ...files,
      ])
    ).map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);

  test.each<[string, readonly SourceFile[], readonly unknown[]]>([
    [
      'a map with a place the message has not',
      [{ path: MAP, text: 'extends: x12/004010/850\nfields:\n  department: QQQ01\n' }],
      [expect.stringMatching(/^partners\/brightmart\/maps\/own-850\.yaml:3:15 .*QQQ/)],
    ],
    [
      'a map that is no YAML',
      [{ path: MAP, text: 'fields: [' }],
      [expect.stringMatching(/^partners\/brightmart\/maps\/own-850\.yaml:1:\d+ This is not YAML/)],
    ],
    [
      'an expression that is no JSONata',
      RULES('$uppercase(').slice(0, 1),
      [expect.stringMatching(/^partners\/brightmart\/maps\/own-850\.yaml:3:\d+ department: this is not JSONata: /)],
    ],
    [
      'a code table with a code twice',
      [{ path: 'company/maps/tables/unit.yaml', text: 'x12:\n  each: EA\n  piece: EA\n' }],
      expect.arrayContaining([
        expect.stringMatching(/^company\/maps\/tables\/unit\.yaml:3:10 'EA' already means each/),
      ]),
    ],
    [
      'a guide whose row names no place',
      [{ path: GUIDES, text: 'restrictions:\n  - { at: beg02, codes: [SA] }\n' }],
      [`${GUIDES}:2:11 'beg02' is no place; a place like BEG02, N1[N101=ST] or PO1/REF02 is expected.`],
    ],
    [
      'a guide with a word nobody knows',
      [{ path: GUIDES, text: 'restrictions:\n  - { at: BEG02, code: [SA] }\n' }],
      [expect.stringMatching(/^partners\/brightmart\/guides\/strict\.yaml:2:18 'code' is not known here/)],
    ],
    [
      'a map of another message',
      [{ path: MAP, text: 'extends: x12/004010/855\n' }],
      [
        expect.stringMatching(
          /agreements\.yaml:\d+:10 The map 'own-850' is one of 855 004010, and 850 004010 is agreed\.$/,
        ),
      ],
    ],
    ['one file twice', [...RULES().slice(1), ...RULES().slice(1)], [`${GUIDES}:1:1 The file is given twice.`]],
    [
      'a rule file where none is read',
      [{ path: 'partners/brightmart/maps/Own Map.yaml', text: 'x: 1' }],
      [expect.stringMatching(/Own Map\.yaml:1:1 This file is not known/)],
    ],
  ])('%s', async (_what, files, expected) => expect(await placesOf(files)).toEqual(expected));
});
