import { createConnection, createServer } from 'node:net';

/**
 * Like a transaction pooler: passes everything on but notices. A frame is a type byte and a length; 'A' is NotificationResponse.
 * Takes a database's URL (host, or socket folder in its query); gives the URL through the proxy.
 */
export async function startDeafProxy(url: string): Promise<{ url: string; close(): void }> {
  const target = new URL(url.replace('@/', '@localhost/'));
  const folder = target.searchParams.get('host');
  const port = target.port === '' ? 5432 : Number(target.port);
  const server = createServer((client) => {
    const upstream =
      folder === null ? createConnection(port, target.hostname) : createConnection(`${folder}/.s.PGSQL.${port}`);
    client.pipe(upstream);
    let rest: Buffer = Buffer.alloc(0);
    upstream.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 5 && rest.length >= 1 + rest.readUInt32BE(1)) {
        const frame = rest.subarray(0, 1 + rest.readUInt32BE(1));
        if (frame[0] !== 'A'.charCodeAt(0)) client.write(frame);
        rest = rest.subarray(frame.length);
      }
    });
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on('close', end).on('error', end);
    upstream.on('close', end).on('error', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const credentials = `${target.username}:${target.password}`;
  return {
    url: `postgresql://${credentials}@127.0.0.1:${address.port}${target.pathname}`,
    close: () => void server.close(),
  };
}
