import { createConnection, createServer, type Socket } from 'node:net';

/** Where to cut the connections: once so many bytes have gone one way, counted over each connection by itself. */
export interface Cut {
  readonly way: 'up' | 'down';
  readonly afterBytes: number;
}

export interface CuttingProxy {
  readonly port: number;
  cut: Cut | null;
  /** Passes nothing on any more, and closes nothing: a server that hangs. */
  isDeaf: boolean;
  /** After how many bytes a packet ended, each way, of the connections so far. */
  readonly boundaries: { readonly up: number[]; readonly down: number[] };
  close(): void;
}

/** Stands before a server and cuts its connections at a byte; on a free port of 127.0.0.1, or where it is told to. */
export async function startCuttingProxy(
  targetPort: number,
  at: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 0 },
): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  const boundaries = { up: [] as number[], down: [] as number[] };
  const server = createServer((client) => {
    const upstream = createConnection(targetPort, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    open.add(client);
    const pass = (from: Socket, to: Socket, way: Cut['way']): void => {
      let passed = 0;
      from.on('data', (bytes: Buffer) => {
        if (proxy.isDeaf) return;
        const { cut } = proxy;
        if (cut?.way === way && passed + bytes.byteLength >= cut.afterBytes) {
          to.write(bytes.subarray(0, cut.afterBytes - passed), end);
          return;
        }
        passed += bytes.byteLength;
        boundaries[way].push(passed);
        to.write(bytes);
      });
      from.on('close', end).on('error', end);
    };
    pass(client, upstream, 'up');
    pass(upstream, client, 'down');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at.port, at.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const proxy: CuttingProxy = {
    port: address.port,
    cut: null,
    isDeaf: false,
    boundaries,
    close() {
      server.close();
      for (const client of open) client.destroy();
    },
  };
  return proxy;
}
