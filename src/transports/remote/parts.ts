import { type SharedConnection, shareConnection } from './connection.ts';
import type { SeenFiles } from './inbox.ts';
import type { PollLeases } from './lease.ts';
import type { UploadJournal } from './outbox.ts';
import type { RemoteFiles } from './remote-files.ts';

/** What channels that reach out to a partner's file server need beside their settings; the composition root makes it. */
export interface RemoteParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connections: RemoteConnections;
  readonly journal: UploadJournal;
  readonly seen: SeenFiles;
  readonly leases: PollLeases;
}

export interface RemoteConnections {
  /** The connection of a channel's deliveries, shared by all that are under way; a new one when its settings have changed. */
  of(channelId: string, settings: unknown, connect: () => Promise<RemoteFiles>): SharedConnection;
  close(): Promise<void>;
}

export function keepConnections(): RemoteConnections {
  const kept = new Map<string, { readonly text: string; readonly connection: SharedConnection }>();
  return {
    of(channelId, settings, connect) {
      const text = JSON.stringify(settings);
      const known = kept.get(channelId);
      if (known?.text === text) return known.connection;
      void known?.connection.close();
      const connection = shareConnection(connect);
      kept.set(channelId, { text, connection });
      return connection;
    },
    async close() {
      await Promise.all([...kept.values()].map(({ connection }) => connection.close()));
      kept.clear();
    },
  };
}
