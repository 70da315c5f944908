import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isRecord, textIn } from './api.ts';

/** An order the gateway announced, as the announcement tells it. */
export interface Announced {
  readonly orderId: string;
  readonly number: string;
  readonly partner: string;
}

/** Where a back office hears of orders that wait for its decision: the other end of an agreement's `announceUrl`. */
export interface Bell {
  /** What was announced since the last call, each once however often it was told. */
  heard(): readonly Announced[];
  /** Resolves when something is announced, when the time is over, or when the signal is aborted. */
  rung(timeMs: number): Promise<void>;
}

/** An announcement carries the whole order: one of 10,000 lines is 4 MB. */
const bodyBytesMax = 16 * 1024 * 1024;
const remembered = 10_000;

/** Listens on this port of this machine until the signal is aborted. What is no announcement is answered 400 and told to `complain`. */
export async function openBell(port: number, signal: AbortSignal, complain: (why: string) => void): Promise<Bell> {
  const waiting: Announced[] = [];
  const known = new Set<string>();
  let ring: () => void = () => undefined;
  const server = createServer((request, response) => {
    hear(request).then(
      ({ id, announced }) => {
        if (!known.has(id)) waiting.push(announced);
        if (known.size >= remembered) known.clear();
        known.add(id);
        answer(response, 204);
        ring();
      },
      (wrong: unknown) => {
        complain(`what was announced is no announcement: ${wrong instanceof Error ? wrong.message : String(wrong)}`);
        answer(response, 400);
      },
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    server.close();
    server.closeAllConnections();
    ring();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return {
    heard: () => waiting.splice(0),
    rung: (timeMs) =>
      new Promise((resolve) => {
        if (waiting.length > 0 || signal.aborted) return resolve();
        const timer = setTimeout(resolve, timeMs);
        ring = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}

/** Standard Webhooks: an id that is the same at every retry, a time, and a body that names its type. */
async function hear(request: IncomingMessage): Promise<{ readonly id: string; readonly announced: Announced }> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    if (bytes > bodyBytesMax) throw new Error('it is too long');
    pieces.push(piece);
  }
  const id = request.headers['webhook-id'];
  const at = request.headers['webhook-timestamp'];
  if (request.method !== 'POST') throw new Error(`it came by ${request.method}`);
  if (typeof id !== 'string' || typeof at !== 'string' || !/^\d{10}$/.test(at))
    throw new Error('it has no id and time');
  const body: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  const data = isRecord(body) ? body.data : undefined;
  if (textIn(body, 'type') !== 'order.awaiting-decision') throw new Error(`it is of type ${textIn(body, 'type')}`);
  if (!isRecord(data) || textIn(data.document, 'number') !== textIn(data, 'number')) {
    throw new Error('its document is not that of the order it names');
  }
  const announced = {
    orderId: textIn(data, 'orderId'),
    number: textIn(data, 'number'),
    partner: textIn(data, 'partner'),
  };
  return { id, announced };
}

/** So many ports nobody listens on now, each another. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a listener without a port');
    ports.push(address.port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
