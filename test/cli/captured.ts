import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Commands } from '../../src/cli/commands.ts';
import { buildProgram } from '../../src/cli/program.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const unused = (what: string) => () => {
  throw new Error(`a command about files used ${what}`);
};

/** Runs the program as a process would, in this one: what it prints is gathered, and time stands still. */
export const tallyport = (...args: string[]): Promise<Printed> => tallyportWith({}, ...args);

/** The same with more than files: a store, a gateway to ask, an environment. */
export async function tallyportWith(given: Partial<Commands>, ...args: string[]): Promise<Printed> {
  const chunks: Buffer[] = [];
  const errors: string[] = [];
  const commands: Commands = {
    packageRoot: repository,
    version: '0.0.0',
    environment: {},
    print: (line) => chunks.push(Buffer.from(`${line}\n`)),
    printError: (line) => errors.push(`${line}\n`),
    write: async (bytes) => {
      chunks.push(Buffer.from(bytes));
    },
    colour: false,
    clock: { now: () => new Date('2026-11-22T15:00:00Z') },
    untilSignal: unused('signals'),
    untilParentEnds: unused('its parent'),
    address: unused('an address'),
    startGateway: unused('a gateway'),
    withStore: unused('the store'),
    masterKey: unused('the master key'),
    apiKey: unused('the API key'),
    apiUrl: unused('a gateway'),
    selfCommand: [],
    streams: {
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      onTerminate: () => undefined,
      now: () => new Date('2026-11-22T15:00:00Z'),
    },
    resolve: (...paths) => resolve(repository, ...paths),
    ...given,
  };
  const code = await buildProgram(commands)(args);
  return { code, stdout: Buffer.concat(chunks).toString('utf8'), stderr: errors.join('') };
}
