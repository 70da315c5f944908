import { HttpProblem } from './http-problem.ts';

export interface AdmissionLimits {
  readonly uploadCountMax: number;
  readonly uploadsPerChannelCountMax: number;
}

/** How long one may wait for its turn, and how many may. */
export interface Patience {
  readonly waitMsMax: number;
  readonly waitingPerChannelCountMax: number;
  readonly waitingCountMax: number;
}

type Leave = () => void;

interface Waiter {
  readonly channelId: string;
  readonly admit: () => void;
}

/** Counts uploads under way; the answer to one too many comes before its body. */
export function openAdmission({ uploadCountMax, uploadsPerChannelCountMax }: AdmissionLimits) {
  const underWay = new Map<string, number>();
  let count = 0;
  let waiting: readonly Waiter[] = [];
  const countOf = (channelId: string): number => underWay.get(channelId) ?? 0;
  const hasRoom = (channelId: string): boolean =>
    count < uploadCountMax && countOf(channelId) < uploadsPerChannelCountMax;

  function admitted(channelId: string): Leave {
    count++;
    underWay.set(channelId, countOf(channelId) + 1);
    return () => {
      count--;
      const left = countOf(channelId) - 1;
      if (left > 0) underWay.set(channelId, left);
      else underWay.delete(channelId);
      // The one that has waited longest among those whose channel has room.
      waiting.find((waiter) => hasRoom(waiter.channelId))?.admit();
    };
  }

  function refusal(channelId: string): HttpProblem {
    return countOf(channelId) >= uploadsPerChannelCountMax
      ? new HttpProblem(429, 'Too many uploads at once over this channel.', { 'retry-after': '5' })
      : new HttpProblem(503, 'Too many uploads at once.', { 'retry-after': '5' });
  }

  return {
    /** Gives what ends it. Throws HttpProblem 429 or 503. */
    enter(channelId: string): Leave {
      if (!hasRoom(channelId)) throw refusal(channelId);
      return admitted(channelId);
    },
    /** The same, after waiting for a turn; nothing is read of the body meanwhile, so a waiting one costs its socket. */
    async enterInTurn(channelId: string, patience: Patience): Promise<Leave> {
      if (hasRoom(channelId)) return admitted(channelId);
      const alike = waiting.filter((waiter) => waiter.channelId === channelId).length;
      if (alike >= patience.waitingPerChannelCountMax || waiting.length >= patience.waitingCountMax)
        throw refusal(channelId);
      return new Promise<Leave>((resolve, reject) => {
        const forget = (): void => {
          clearTimeout(timer);
          waiting = waiting.filter((one) => one !== waiter);
        };
        const waiter: Waiter = {
          channelId,
          admit: () => {
            forget();
            resolve(admitted(channelId));
          },
        };
        const timer = setTimeout(() => {
          forget();
          reject(refusal(channelId));
        }, patience.waitMsMax);
        waiting = [...waiting, waiter];
      });
    },
  };
}
