import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll } from 'vitest';
import type { FtpsEndpoint } from '../../../src/transports/ftps/endpoint.ts';
import { makeCertificate } from './proftpd.ts';

/** What a command is answered with; undefined: as an honest server would. `end`: the connection is cut after it. */
export type Answer =
  | { readonly say?: string; readonly send?: Buffer; readonly after?: 'end' | 'hang' | 'cut-data' }
  | undefined;

export interface ScriptedServer {
  readonly endpoint: FtpsEndpoint;
  /** Commands as they came, without passwords. */
  readonly heard: string[];
  /** Files it has, by path. */
  readonly files: Map<string, Buffer>;
  answer: (command: string, argument: string) => Answer;
  /** What its data connections show; null: what the control connection does. */
  dataIdentity: { readonly cert: Buffer; readonly key: Buffer } | null;
}

/** A small FTPS server that does what it is told to: lies, hangs, and cuts. Explicit TLS, passive, MLSD, in memory. */
export async function startScriptedServer(folder: string): Promise<ScriptedServer> {
  const { authority } = makeCertificate(folder);
  const identity = { cert: readFileSync(join(folder, 'cert.pem')), key: readFileSync(join(folder, 'key.pem')) };
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on('error', () => socket.destroy()).once('close', () => open.delete(socket));
  };
  const server = createServer((socket) => session(keep(socket)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const portOf = (one: typeof server): number => {
    const address = one.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  afterAll(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });

  const session = (raw: Socket): void => {
    let control: Socket = raw;
    let data: Promise<Socket> | null = null;
    let from = '';
    const say = (line: string): void => void control.write(`${line}\r\n`);
    const passive = async (): Promise<number> => {
      const listener = createServer();
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
      data = new Promise((resolve) => {
        listener.once('connection', (socket) => {
          listener.close();
          resolve(
            new TLSSocket(keep(socket), { isServer: true, ...(scripted.dataIdentity ?? identity) }).on('error', () =>
              socket.destroy(),
            ),
          );
        });
      });
      return portOf(listener);
    };
    const give = async (bytes: Buffer, after?: 'end' | 'hang' | 'cut-data'): Promise<void> => {
      say('150 Here it comes.');
      const socket = await data;
      if (after === undefined) {
        socket?.end(bytes);
        say('226 Done.');
        return;
      }
      await new Promise<void>((resolve) => socket?.write(bytes, () => resolve()));
      if (after === 'hang') return;
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket?.destroy();
      if (after === 'end') control.destroy();
      else say('426 Broken.');
    };
    const facts = (path: string, bytes: Buffer): string =>
      `type=file;size=${bytes.byteLength};modify=20261201101500; ${path}`;
    const honest: Readonly<Record<string, (argument: string) => void | Promise<void>>> = {
      USER: () => say('331 Password?'),
      PASS: () => say('230 Come in.'),
      FEAT: () => say('211-Features:\r\n MLST\r\n SIZE\r\n MDTM\r\n EPSV\r\n UTF8\r\n211 End'),
      OPTS: () => say('200 Fine.'),
      TYPE: () => say('200 Fine.'),
      PBSZ: () => say('200 Fine.'),
      PROT: () => say('200 Fine.'),
      EPSV: async () => say(`229 Entering (|||${await passive()}|)`),
      PASV: async () => {
        const port = await passive();
        say(`227 Entering (127,0,0,1,${port >> 8},${port & 255})`);
      },
      MLST: (path) => {
        const bytes = files.get(path);
        say(bytes === undefined ? '550 No such file.' : `250-There\r\n ${facts(path, bytes)}\r\n250 End`);
      },
      MLSD: () => give(Buffer.from([...files].map(([path, bytes]) => `${facts(path.slice(1), bytes)}\r\n`).join(''))),
      RETR: async (path) => {
        const bytes = files.get(path);
        if (bytes === undefined) say('550 No such file.');
        else await give(bytes);
      },
      STOR: async (path) => {
        say('150 Go on.');
        const pieces: Buffer[] = [];
        const socket = await data;
        if (socket === null) return;
        for await (const piece of socket) pieces.push(piece);
        files.set(path, Buffer.concat(pieces));
        say('226 Done.');
      },
      DELE: (path) => say(files.delete(path) ? '250 Gone.' : '550 No such file.'),
      RNFR: (path) => {
        from = path;
        say(files.has(path) ? '350 And to?' : '550 No such file.');
      },
      RNTO: (path) => {
        files.set(path, files.get(from) ?? Buffer.alloc(0));
        files.delete(from);
        say('250 Renamed.');
      },
    };
    const take = async (line: string): Promise<void> => {
      const [command = '', ...rest] = line.split(' ');
      const argument = rest.join(' ');
      heard.push(command === 'PASS' ? command : line);
      const told = scripted.answer(command, argument);
      if (command === 'AUTH' && told === undefined) {
        say('234 Begin.');
        raw.removeAllListeners('data');
        control = new TLSSocket(raw, { isServer: true, ...identity }).on('error', () => raw.destroy());
        listen(control);
      } else if (told === undefined) await (honest[command] ?? (() => say('502 What?')))(argument);
      else if (told.send !== undefined) await give(told.send, told.after);
      else {
        if (told.say !== undefined) say(told.say);
        if (told.after === 'end') setTimeout(() => control.destroy(), 5);
      }
    };
    const listen = (socket: Socket): void => {
      let rest = '';
      socket.on('data', (bytes: Buffer) => {
        const lines = (rest + bytes.toString('utf8')).split('\r\n');
        rest = lines.pop() ?? '';
        for (const line of lines) void take(line);
      });
    };
    listen(raw);
    const greeting = scripted.answer('', '');
    if (greeting === undefined) say('220 Hello.');
    else if (greeting.say !== undefined) say(greeting.say);
  };

  const heard: string[] = [];
  const files = new Map<string, Buffer>();
  const endpoint: FtpsEndpoint = {
    host: '127.0.0.1',
    port: portOf(server),
    security: 'explicit',
    username: 'partner',
    password: 'right-password',
    serverCertificates: [authority],
    timeoutMs: 500,
  };
  const scripted: ScriptedServer = { endpoint, heard, files, answer: () => undefined, dataIdentity: null };
  return scripted;
}
