import { FailureError } from '../../core/failure.ts';
import type { Work } from '../../core/work.ts';
import type { Channel } from '../../partners/configuration.ts';
import type { Transport } from '../../transports/transport.ts';

/** How each channel's deliveries leave; the composition root makes it. */
export interface TransportTable {
  /** FailureError `config-invalid` when the channel cannot send. */
  transportOf(channel: Channel): Transport;
  /** Posts an AS2 receipt of ours, when the work is about one; false: it is about something else. */
  readonly deliverMdn?: (work: Work) => Promise<boolean>;
}

/** Whether what we send there waits in a mailbox until the partner fetches it: then composing it is all there is to do. */
export const isMailbox = ({ settings }: Channel): boolean =>
  settings.kind === 'sftp-mailbox' || (settings.kind === 'http' && settings.pushUrl === null);

export const channelGone = (id: string): FailureError =>
  new FailureError('config-invalid', `The configuration has no channel ${id}.`, {
    remedy: 'Apply a configuration that has it, then release the parked work.',
  });
