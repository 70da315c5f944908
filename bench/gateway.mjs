// A gateway as a supplier runs it: `serve` as a process of its own on the bundled PostgreSQL, the example configuration posted to it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { readConfigurationFiles } from '../dist/library/partners.js';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
/** Nobody's orders are short of it in an hour. */
const plenty = '1000000000';

/**
 * Starts one on a new data folder; `statements` counts what it says to the database, `roles` are its roles, `prepare` may post to its API before
 * the example configuration, of which `change` may change a file.
 */
export async function startGateway({
  statements = false,
  profile = null,
  roles = null,
  prepare = async () => undefined,
  change = (_path, text) => text,
} = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tallyport-bench-'));
  const child = spawn(
    process.execPath,
    [
      ...(statements ? ['--import', new URL('count-statements.mjs', import.meta.url).href] : []),
      ...(profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
      join(packageRoot, 'dist', 'main.js'),
      ...[
        'serve',
        ...(roles === null ? [] : ['--roles', roles]),
        '--json',
        '--data',
        dataFolder,
        '--api',
        '127.0.0.1:0',
        '--partners',
        '127.0.0.1:0',
      ],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TALLYPORT_LOG: 'warn' } },
  );
  const ended = new Promise((settle) => child.once('exit', (code, signal) => settle(signal ?? code)));
  const first = new Promise((settle) => createInterface({ input: child.stdout }).once('line', settle));
  const line = await Promise.race([first, ended]);
  if (typeof line !== 'string') throw new Error(`the gateway ended at once: ${line}`);
  const { apiUrl, partnersUrl, newApiKey } = JSON.parse(line);
  const post = postTo(apiUrl, newApiKey);
  try {
    await prepare(post);
    await applyExamples(post, dataFolder, change);
  } catch (error) {
    child.kill('SIGTERM'); // else it stays, and this process with it
    throw error;
  }
  const database = await connect(dataFolder);
  return {
    dataFolder,
    partnersUrl,
    processId: child.pid,
    database,
    exchange: join(dataFolder, 'exchange', 'brightmart'),
    async stop() {
      await database.end();
      child.kill('SIGTERM');
      await ended;
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The files in company/ and partners/, with shelves that do not run empty. */
async function applyExamples(post, base, change) {
  const files = (await readConfigurationFiles(packageRoot)).map(({ path, text }) => ({
    path,
    text: change(path, path === 'company/items.yaml' ? text.replace(/quantity: \d+/g, `quantity: ${plenty}`) : text),
  }));
  await post('/configuration', { base, files, by: 'bench' });
}

const postTo = (apiUrl, apiKey) => async (path, body) => {
  const answer = await fetch(new URL(path, apiUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} was not taken: ${await answer.text()}`);
  return answer.json();
};

/** A connection of the bench's own to the embedded server. */
async function connect(dataFolder) {
  const client = new pg.Client({
    host: readFileSync(join(dataFolder, 'socket-folder'), 'utf8').trim(),
    user: 'tallyport',
    database: 'tallyport',
    password: readFileSync(join(dataFolder, 'database-password'), 'utf8').trim(),
    application_name: 'bench',
  });
  await client.connect();
  return client;
}

/** What makes a commit durable, as the running server has it. */
export async function durabilityOf({ database }) {
  const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method'];
  const { rows } = await database.query('select name, setting from pg_settings where name = any ($1) order by name', [
    names,
  ]);
  return rows.map(({ name, setting }) => `${name}=${setting}`).join(' ');
}
