import { knownSources } from '../store/sftp/known-sources.ts';
import { releasePollLease, takePollLease } from '../store/sftp/poll-lease.ts';
import { recordUploadStage, uploadStage } from '../store/sftp/upload-stage.ts';
import { keepConnections, type RemoteParts } from '../transports/remote/parts.ts';
import type { FlowContext } from './context.ts';

/** What channels to partners' servers keep in the database: stages of uploads, leases of folders, and what was picked up. */
export const remoteParts = (
  { database, clock }: Pick<FlowContext, 'database' | 'clock'>,
  environment: RemoteParts['environment'],
): RemoteParts => ({
  environment,
  connections: keepConnections(),
  journal: {
    stageOf: async (deliveryId) => (await uploadStage(database, deliveryId)) ?? 'none',
    async record(deliveryId, stage) {
      if (stage !== 'none') await recordUploadStage(database, deliveryId, stage, clock.now());
    },
  },
  seen: { known: (channelId, sourceKeys) => knownSources(database, channelId, sourceKeys) },
  leases: {
    take: (place, holder, milliseconds) => takePollLease(database, place, holder, milliseconds),
    release: (place, holder) => releasePollLease(database, place, holder),
  },
});
