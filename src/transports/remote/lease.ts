import { remoteLeaseMs } from '../limits.ts';

/** Who polls a remote folder: kept in the database, for the pollers may be processes on several machines. */
export interface PollLeases {
  /** Takes or prolongs; false while another holds it. */
  take(place: string, holder: string, milliseconds: number): Promise<boolean>;
  release(place: string, holder: string): Promise<void>;
}

export interface Lease {
  /** It could not be prolonged: another may be polling by now, so nothing new is begun. */
  readonly isLost: boolean;
  release(): Promise<void>;
}

/** Takes a folder's lease and prolongs it three times in its length; undefined while another holds it. */
export async function takeLease(leases: PollLeases, place: string, holder: string): Promise<Lease | undefined> {
  if (!(await leases.take(place, holder, remoteLeaseMs))) return undefined;
  let isLost = false;
  let prolonging: Promise<void> = Promise.resolve();
  const prolong = async (): Promise<void> => {
    // A database that is away for a moment does not lose us the lease; the time does, and then taking it again says so.
    isLost = !(await leases.take(place, holder, remoteLeaseMs).catch(() => true));
  };
  const timer = setInterval(() => {
    prolonging = prolonging.then(prolong);
  }, remoteLeaseMs / 3);
  return {
    get isLost() {
      return isLost;
    },
    async release() {
      clearInterval(timer);
      await prolonging;
      // One that is not released runs out by itself.
      await leases.release(place, holder).catch(() => undefined);
    },
  };
}
