import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { FtpsEndpoint } from '../../../src/transports/ftps/endpoint.ts';
import { connectFtps } from '../../../src/transports/ftps/ftps-files.ts';
import { KnownTimes } from '../../../src/transports/ftps/listing.ts';
import { type SharedConnection, shareConnection } from '../../../src/transports/remote/connection.ts';
import { openRemoteInbox } from '../../../src/transports/remote/inbox.ts';
import { remoteOutbox, type UploadStage } from '../../../src/transports/remote/outbox.ts';
import type { RemoteFiles } from '../../../src/transports/remote/remote-files.ts';
import type { SftpEndpoint } from '../../../src/transports/sftp/client/connect.ts';
import { connectSftp } from '../../../src/transports/sftp/client/sftp-files.ts';
import { diskIntake } from '../directory/disk-intake.ts';
import { deliveryOf } from './world.ts';

/** The partner's server, as a process of its own is told of it. */
export type PartnerServer =
  | { readonly protocol: 'sftp'; readonly endpoint: SftpEndpoint }
  | { readonly protocol: 'ftps'; readonly endpoint: FtpsEndpoint };

const connectTo = (server: PartnerServer): Promise<RemoteFiles> =>
  server.protocol === 'sftp' ? connectSftp(server.endpoint) : connectFtps(server.endpoint, new KnownTimes());

// One upload or one look, stopped before one of its steps: what reaches the partner's server or our database is a step.
export interface Story {
  readonly role: 'upload' | 'look';
  readonly mode: 'rename' | 'marker';
  readonly server: PartnerServer;
  readonly folder: string;
  readonly store: string;
  readonly text: string;
  /** Counted from 0; never when it is negative. */
  readonly killAt: number;
}

/** Runs the story; `kill` is called before the step `killAt` and gives a promise that never settles, or ends the process. */
export async function tell(story: Story, kill: (files: RemoteFiles | undefined) => Promise<never>): Promise<void> {
  let count = 0;
  let live: RemoteFiles | undefined;
  const step = async <T>(run: () => Promise<T>): Promise<T> => (count++ === story.killAt ? kill(live) : run());
  const connection = shareConnection(async () => {
    live = await connectTo(story.server);
    return stepwise(live, step);
  }, 200);
  await (story.role === 'upload' ? upload(story, connection, step) : look(story, connection, step));
  // The step after the last: all is done, and nobody has been told.
  await step(async () => undefined);
  await connection.close();
}

type Step = <T>(run: () => Promise<T>) => Promise<T>;

const stepwise = (files: RemoteFiles, step: Step): RemoteFiles => ({
  list: (folder, onPage) => step(() => files.list(folder, onPage)),
  stat: (path) => step(() => files.stat(path)),
  async *read(path, byteLength) {
    for await (const piece of files.read(path, byteLength)) yield await step(async () => piece);
  },
  write: (path, bytes, options) => step(() => files.write(path, bytes, options)),
  rename: (from, to) => step(() => files.rename(from, to)),
  remove: (path) => step(() => files.remove(path)),
  isLost: false,
  close: () => files.close(),
});
async function upload(story: Story, connection: SharedConnection, step: Step): Promise<void> {
  const journal = `${story.store}/journal`;
  const outbox = remoteOutbox({
    connection,
    place: 'sftp://test',
    folder: story.folder,
    mode: story.mode,
    temporaryFolder: null,
    markerSuffix: '.done',
    journal: {
      stageOf: async () => (existsSync(journal) ? (readFileSync(journal, 'utf8') as UploadStage) : 'none'),
      record: (_id, stage) => step(async () => writeFileSync(journal, stage)),
    },
  });
  await outbox.send(deliveryOf(story.text));
}

async function look(story: Story, connection: SharedConnection, step: Step): Promise<void> {
  const failures: string[] = [];
  const inbox = openRemoteInbox({
    channelId: 'shop/sftp',
    connection,
    place: 'sftp://test',
    folder: story.folder,
    patterns: ['*.edi'],
    takeWhen: story.mode === 'marker' ? 'marker' : 'renamed',
    settleMs: 0,
    markerSuffix: '.done',
    after: { kind: 'archive', folder: `${story.folder}/archive` },
    fileBytesMax: 1_000_000,
    firstInFirstOut: true,
    intake: diskIntake(story.store, () => step(async () => undefined)),
    seen: {
      known: async (_channelId, keys) => new Set(keys.filter((key) => existsSync(`${story.store}/${keyOf(key)}`))),
    },
    leases: { take: async () => true, release: async () => undefined },
    clock: { now: () => new Date() },
    report: (event) => {
      if (event.kind !== 'taken') failures.push(JSON.stringify(event));
    },
  });
  await inbox.look();
  if (failures.length > 0) throw new Error(failures.join());
}

/** As the disk's intake names what it keeps. */
const keyOf = (sourceKey: string): string => createHash('sha256').update(sourceKey).digest('hex').slice(0, 32);
