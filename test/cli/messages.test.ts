import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository, tallyport } from './captured.ts';

/*
 * Every message there are tables for, as the commands tell of it: one good file and several bad ones each. `counts` has a trailer that is
 * wrong by one; `segments` lacks its first segment and holds one that nobody knows; `elements` has values that cannot be.
 */
const FOLDER = 'fixtures/messages';
const messages = readdirSync(join(repository, FOLDER)).toSorted();
const filesOf = (message: string): readonly string[] => {
  const names = readdirSync(join(repository, FOLDER, message)).toSorted();
  return ['good.edi', ...names.filter((name) => name !== 'good.edi')].map((name) => `${FOLDER}/${message}/${name}`);
};

/** What a command prints for all files of a message, one behind the other. */
async function told(message: string, ...args: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const path of filesOf(message)) {
    const [command = '', ...flags] = args;
    const { code, stdout, stderr } = await tallyport(command, ...flags, path);
    // Answers leave without line breaks between segments: a golden is read line by line.
    const text = command === 'ack' ? stdout.replaceAll(/[~'](?!\n)/g, '$&\n') : stdout;
    parts.push(`# ${path}: exit ${code}\n${text}${stderr}`);
  }
  return parts.join('\n');
}

test('there is one for every message of the tables, and both CONTRLs', () => {
  expect(messages).toEqual(
    [
      ...['850', '855', '856', '810', '820', '860', '865', '997', '999', 'TA1', '824', '846', '832', '812', '864'],
      ...['870', '940', '945', '830', '862', '840', '843'],
      ...['ORDERS', 'ORDRSP', 'ORDCHG', 'DESADV', 'INVOIC', 'REMADV', 'APERAK', 'DELFOR', 'RECADV', 'REQOTE'],
      ...['QUOTES', 'PRICAT', 'INVRPT', 'CONTRL-3', 'CONTRL-4'],
    ].toSorted(),
  );
});

describe.each(messages)('%s', (message) => {
  test('check: the good file is, the bad ones are not', async () => {
    for (const path of filesOf(message)) {
      const { code, stdout } = await tallyport('check', path);
      expect([path, code]).toEqual([path, path.endsWith('/good.edi') ? 0 : 1]);
      if (path.endsWith('/good.edi')) expect(stdout).toMatch(/: no problems\n/);
    }
    await expect(await told(message, 'check')).toMatchFileSnapshot(`golden/messages/${message}.check.txt`);
  });

  test('show', async () =>
    expect(await told(message, 'show')).toMatchFileSnapshot(`golden/messages/${message}.show.txt`));

  test('ack', async () => {
    const text = await told(message, 'ack', '--at', '2026-11-22T15:30:00Z', '--control', '41');
    await expect(text).toMatchFileSnapshot(`golden/messages/${message}.ack.txt`);
    if (['997', '999', 'TA1', 'CONTRL-3', 'CONTRL-4'].includes(message)) expect(text).not.toMatch(/^(?:ISA|UNB)/m);
    else
      expect(text.match(/^(?:ISA\*|UNB\+)/gm)).toHaveLength(
        2 * filesOf(message).length * (/^\d/.test(message) ? 1 : 0.5),
      );
  });

  test('the independent reader reads the good file as we do', async () => {
    const { stdout } = await tallyport('check', '--second-opinion', `${FOLDER}/${message}/good.edi`);
    if (message === 'TA1') expect(stdout).toContain('[known: ');
    else expect(stdout).toContain(' sees it alike, ');
  });
});
