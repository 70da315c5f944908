// SFTP beside OpenSSH, in one run on one machine: OpenSSH's client and sshd with each other, and each with ours.
import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { print } from './measure.mjs';

const fileBytes = 1e8;
const smallBytes = 5_000;
const smallCount = 1_000;
const connectionCount = 16;
const listedCount = 100_000;
const repeats = 3;
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const answers = (port) =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
      .on('connect', () => resolve(true))
      .on('error', () => resolve(false))
      .on('connect', () => socket.destroy());
  });
const keygen = (path) => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
  return execFileSync('ssh-keygen', ['-lf', `${path}.pub`], { encoding: 'utf8' }).split(' ')[1];
};

async function startSshd(root) {
  if (process.getuid() === 0) mkdirSync('/run/sshd', { recursive: true });
  const fingerprint = keygen(join(root, 'host'));
  const port = await freePort();
  const lines = [
    ...[
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${root}/host`,
      `AuthorizedKeysFile ${root}/user.pub`,
      `PidFile ${root}/pid`,
    ],
    ...['StrictModes no', 'UsePAM no', 'PermitRootLogin yes', 'MaxStartups 200', 'Subsystem sftp internal-sftp', ''],
  ];
  writeFileSync(join(root, 'config'), lines.join('\n'));
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(root, 'config')], { stdio: 'ignore' });
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 50));
  return { port, fingerprint, username: userInfo().username, stop: () => child.kill('SIGKILL') };
}

/** A process that says a line when it is ready; it ends with its standard input. */
async function startProcess(...args) {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
  return { line, stop: () => child.kill('SIGKILL') };
}

const best = async (run) => {
  let seconds = Number.POSITIVE_INFINITY;
  for (let n = 0; n < repeats; n++) {
    const from = performance.now();
    await run();
    seconds = Math.min(seconds, (performance.now() - from) / 1_000);
  }
  return seconds;
};
const rate = (seconds) => fileBytes / 1e6 / seconds;
const shown = (value, base) =>
  `${value.toFixed(0)} MB/s`.padEnd(12) + (base === undefined ? '' : `${((100 * value) / base).toFixed(0)} %`);

export async function sftp() {
  if (!existsSync('/usr/sbin/sshd')) {
    console.log('  skipped: openssh absent');
    return;
  }
  const root = mkdtempSync(join(tmpdir(), 'tallyport-bench-sftp-'));
  const closing = [() => rmSync(root, { recursive: true, force: true })];
  try {
    keygen(join(root, 'user'));
    writeFileSync(join(root, 'big'), Buffer.alloc(fileBytes, 'BEG*00*SA*4500012345**20261125~'));
    const sshd = await startSshd(root);
    closing.push(sshd.stop);
    const server = await startProcess(
      fileURLToPath(new URL('sftp-server.mjs', import.meta.url)),
      ...[join(root, 'ours'), join(root, 'user.pub'), String(fileBytes)],
    );
    closing.push(server.stop);
    const [port, fingerprint] = server.line.split(' ');
    const ours = { port: Number(port), fingerprint, username: 'bench' };
    await large(root, sshd, ours);
    await small(root, sshd, ours);
    await listing(root, sshd);
    await durable(root, closing);
  } finally {
    for (const close of closing.toReversed()) close();
  }
}

const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'IdentitiesOnly=yes'];
const gcm = ['-c', 'aes128-gcm@openssh.com'];
const openssh = (root, { port, username }, line, more = []) =>
  new Promise((resolve, reject) => {
    const args = [
      '-q',
      ...more,
      ...options.flatMap((option) => ['-o', option]),
      '-i',
      join(root, 'user'),
      '-P',
      String(port),
    ];
    const child = spawn('sftp', [...args, '-b', '-', `${username}@127.0.0.1`], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`sftp: ${line} ended with ${code}`))));
    child.stdin.end(`${line}\n`);
  });

async function connect(root, { port, username, fingerprint }) {
  const { connectSftp } = await import('../dist/transports/sftp/client/sftp-files.js');
  return connectSftp({
    ...{ host: '127.0.0.1', port, username, hostKeys: [fingerprint], timeoutMs: 20_000, legacyAlgorithms: [] },
    ...{ password: null, passphrase: null, privateKey: readFileSync(join(root, 'user'), 'utf8') },
  });
}

async function large(root, sshd, ours) {
  const [big, there] = [join(root, 'big'), join(root, 'there')];
  const put = rate(await best(() => openssh(root, sshd, `put ${big} ${there}`)));
  const get = rate(await best(() => openssh(root, sshd, `get ${there} ${join(root, 'got')}`)));
  print('OpenSSH → sshd, put and get 100 MB', shown(put), shown(get));
  const gcmPut = rate(await best(() => openssh(root, sshd, `put ${big} ${there}`, gcm)));
  const gcmGet = rate(await best(() => openssh(root, sshd, `get ${there} ${join(root, 'got')}`, gcm)));
  print('the same with AES-GCM, as our client speaks it', shown(gcmPut), shown(gcmGet));
  const withClient = async (run) => {
    const files = await connect(root, sshd);
    await run(files);
    await files.close();
  };
  const clientPut = rate(
    await best(() =>
      withClient((files) => files.write(there, createReadStream(big, { highWaterMark: 262_144 }), { isNew: false })),
    ),
  );
  const clientGet = rate(
    await best(() =>
      withClient(async (files) => {
        for await (const _piece of files.read(there, fileBytes));
      }),
    ),
  );
  print('our client → sshd, put', shown(clientPut, gcmPut), 'of AES-GCM; wanted 70 %');
  print('our client → sshd, get', shown(clientGet, gcmGet), 'of AES-GCM; wanted 50 %');
  const serverPut = rate(await best(() => openssh(root, ours, `put ${big} in/big`)));
  const serverGet = rate(await best(() => openssh(root, ours, `get out/big ${join(root, 'got')}`)));
  print('OpenSSH → our server, put (hashed, delivered)', shown(serverPut, put), 'wanted 50 %');
  print('OpenSSH → our server, get', shown(serverGet, get), 'wanted 70 %');
}

async function* bytesOf(text) {
  yield Buffer.from(text);
}

/** Files a second, put by so many connections at once. */
async function putSmall(root, target, folder) {
  const connections = await Promise.all(Array.from({ length: connectionCount }, () => connect(root, target)));
  let next = 0;
  const from = performance.now();
  await Promise.all(
    connections.map(async (files) => {
      while (next < smallCount) {
        const name = `${folder}/f${next++}`;
        await files.write(name, bytesOf(`${name} `.padEnd(smallBytes, '*')), { isNew: false });
      }
    }),
  );
  const seconds = (performance.now() - from) / 1_000;
  for (const files of connections) await files.close();
  return smallCount / seconds;
}

async function small(root, sshd, ours) {
  mkdirSync(join(root, 'small'));
  let [toSshd, toOurs] = [0, 0];
  for (let n = 0; n < repeats; n++) {
    toSshd = Math.max(toSshd, await putSmall(root, sshd, join(root, 'small')));
    toOurs = Math.max(toOurs, await putSmall(root, ours, 'in'));
  }
  print('our client → sshd, 1,000 files of 5 KB, 16 at once', `${toSshd.toFixed(0)} files/s`, 'wanted 1,000');
  print('our client → our server, the same', `${toOurs.toFixed(0)} files/s`, 'wanted 1,000');
}

/** One look into a folder of 100,000 files, in a process of its own for its memory. */
async function listing(root, sshd) {
  const folder = join(root, 'many');
  mkdirSync(folder);
  for (let n = 0; n < listedCount; n++) writeFileSync(join(folder, `f${n}.edi`), 'x');
  const peak = new URL('peak-memory.mjs', import.meta.url).href;
  const look = fileURLToPath(new URL('sftp-look.mjs', import.meta.url));
  for (const path of [join(root, 'empty'), folder]) {
    mkdirSync(path, { recursive: true });
    const child = spawn(
      process.execPath,
      ['--import', peak, look, JSON.stringify({ ...sshd, folder: path, key: join(root, 'user') })],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    await new Promise((resolve) => child.once('close', resolve));
    const [, seconds = '?', ready = '?'] = /look (\S+) (\S+)/.exec(said) ?? [];
    const megabytes = Number(/peak (\d+)/.exec(said)?.[1] ?? 0) / 1024;
    print(
      `a look into a folder of ${path === folder ? '100,000' : 'no'} files`,
      `${seconds} s`,
      `${ready} taken, peak ${megabytes.toFixed(0)} MiB`,
    );
  }
}

/** Through the whole gateway: committed to its database before each close is answered. */
async function durable(root, closing) {
  const folder = join(root, 'configuration');
  mkdirSync(join(folder, 'company'), { recursive: true });
  mkdirSync(join(folder, 'partners/shop'), { recursive: true });
  const publicKey = readFileSync(join(root, 'user.pub'), 'utf8').trim();
  const files = {
    'company/company.yaml': 'id: acme\nname: Acme\nidentities: [x12:ZZ:ACME]\ncurrency: USD\nzone: America/New_York\n',
    'partners/shop/partner.yaml': 'name: Shop\nidentities: [x12:08:6112345678]\n',
    'partners/shop/channels.yaml': `channels:\n  box:\n    kind: sftp-mailbox\n    username: bench\n    keys: [{ publicKey: "${publicKey}" }]\n`,
    'partners/shop/agreements.yaml': 'agreements:\n  - { receive: 850, version: "004010" }\n',
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const data = mkdtempSync(join(tmpdir(), 'tallyport-bench-'));
  closing.push(() => rmSync(data, { recursive: true, force: true }));
  execFileSync(process.execPath, [main, 'partners', 'apply', folder, '--data', data], { stdio: 'ignore' });
  const gateway = spawn(
    process.execPath,
    [main, 'serve', '--data', data, '--roles', 'sftp', '--sftp', '127.0.0.1:0', '--json', '--with-parent'],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const ended = new Promise((resolve) => gateway.once('exit', resolve));
  const line = await new Promise((resolve) => createInterface({ input: gateway.stdout }).once('line', resolve));
  const { sftp: served } = JSON.parse(line);
  const target = {
    port: Number(served.url.split(':').at(-1)),
    fingerprint: served.fingerprints[0].split(' ')[0],
    username: 'bench',
  };
  await putSmall(root, target, 'in'); // warm
  const figure = await putSmall(root, target, 'in');
  print(
    'our client → the gateway, 1,000 files of 5 KB, 16 at once',
    `${figure.toFixed(0)} files/s`,
    'committed; wanted 60, aim 150',
  );
  gateway.stdin.end();
  await ended;
}
