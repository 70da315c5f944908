import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository, tallyport } from './captured.ts';

const reference = readFileSync(join(repository, 'docs/reference/commands.md'), 'utf8');

/** Command lines of the program, as its own help tells them: "check", "map run", with their flags. */
async function commandsOf(path: readonly string[] = []): Promise<[string, readonly string[]][]> {
  const { stdout } = await tallyport(...path, '--help');
  const [options = '', subcommands = ''] = stdout.split('\nCommands:\n');
  const names = [...subcommands.matchAll(/^ {2}(\w[\w-]*)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
  if (names.length === 0) {
    const flags = [...options.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = '']) => flag);
    return [[path.join(' '), flags.filter((flag) => flag !== '--help')]];
  }
  return (await Promise.all(names.map((name) => commandsOf([...path, name])))).flat();
}

test('the reference tells every command with exactly its flags', async () => {
  const commands = await commandsOf();
  expect(commands.map(([name]) => name)).toContain('map run');
  for (const [name, flags] of commands) {
    const told = new RegExp(`^(?:\\| \`|\`tallyport )${name}(?: [^\`]*)?\``, 'm').exec(reference)?.[0] ?? '';
    expect([name, ...[...told.matchAll(/--[\w-]+/g)].map(([flag]) => flag).toSorted()]).toEqual([
      name,
      ...flags.toSorted(),
    ]);
  }
});
