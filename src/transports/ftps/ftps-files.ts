import { FailureError } from '../../core/failure.ts';
import { type RemoteFiles, RemoteRefusal } from '../remote/remote-files.ts';
import { logIn } from './connect.ts';
import type { FtpsEndpoint } from './endpoint.ts';
import { FtpsFolders } from './folders.ts';
import { KnownTimes } from './listing.ts';
import { isClear } from './refusal.ts';
import { FtpsSession } from './session.ts';

/** A partner's FTPS server, connected and logged in. Fails as `logIn` does. `times`: what was learnt of a server without MLSD. */
export async function connectFtps(endpoint: FtpsEndpoint, times: KnownTimes = new KnownTimes()): Promise<RemoteFiles> {
  const session = new FtpsSession(await logIn(endpoint), endpoint);
  const folders = new FtpsFolders(session, times);
  return {
    list: (folder, onPage) => session.inTurn(() => folders.list(folder, onPage)),
    stat: (path) => session.inTurn(() => folders.stat(path)),
    read: (path, byteLength) => read(session, path, byteLength),
    write: (path, bytes, { isNew }) =>
      session.inTurn(async () => {
        if (isNew && (await folders.stat(path)) !== undefined)
          throw new RemoteRefusal('failed', `STOR: ${path} is there already`);
        return session.store(path, bytes);
      }),
    rename: (from, to) => session.inTurn(() => rename(session, folders, from, to)),
    remove: (path) => session.inTurn(() => remove(session, folders, path)),
    get isLost() {
      return session.isLost;
    },
    close: async () => session.close(),
  };
}

async function* read(session: FtpsSession, path: string, byteLength: number): AsyncGenerator<Uint8Array> {
  const end = await session.turn();
  try {
    let got = 0;
    for await (const piece of session.transfer('RETR', `RETR ${path}`)) {
      got += piece.byteLength;
      if (got > byteLength) break;
      yield piece;
    }
    if (got !== byteLength)
      throw new FailureError(
        'partner-unreachable',
        `${path} has ${got > byteLength ? 'more' : 'fewer'} than the ${byteLength} bytes it was listed with.`,
      );
  } finally {
    end();
  }
}

/** RNTO replaces what is there on most servers, so we look first. */
async function rename(session: FtpsSession, folders: FtpsFolders, from: string, to: string): Promise<void> {
  const there = await folders.stat(to).catch((error: unknown) => {
    if (error instanceof RemoteRefusal && error.reason !== 'failed') return undefined; // a drop box
    throw error;
  });
  if (there !== undefined) throw new RemoteRefusal('failed', `RNTO: ${to} is there already`);
  await session.ask('RNFR', `RNFR ${from}`);
  await session.ask('RNTO', `RNTO ${to}`);
}

async function remove(session: FtpsSession, folders: FtpsFolders, path: string): Promise<boolean> {
  try {
    await session.ask('DELE', `DELE ${path}`);
    return true;
  } catch (error) {
    if (!(error instanceof RemoteRefusal) || error.reason === 'unsupported') throw error;
    if (isClear(error) || (await folders.stat(path)) === undefined) return false;
    throw error;
  }
}
