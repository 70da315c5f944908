import { FailureError } from '../core/failure.ts';
import type { Channel } from '../partners/configuration.ts';
import { directoryOutbox } from '../transports/directory/outbox.ts';
import { httpPush } from '../transports/http/push.ts';
import type { TransportTable } from './outbound/transport-table.ts';

/** The transport of each channel by its kind. Adding a kind is one folder under transports/ and one case here. */
export const transportTable = (environment: Readonly<Record<string, string | undefined>>): TransportTable => ({
  transportOf({ id, settings }: Channel) {
    switch (settings.kind) {
      case 'directory':
        if (settings.outbox !== null) return directoryOutbox(settings.outbox);
        break;
      case 'http':
        if (settings.pushUrl !== null) return httpPush({ ...settings, pushUrl: settings.pushUrl }, environment);
        break;
    }
    throw new FailureError(
      'config-invalid',
      `The channel ${id} cannot send: it has ${settings.kind === 'directory' ? 'no outbox' : 'no push URL'}.`,
    );
  },
});
