import { decryptionFailures as limits } from '../limits.ts';

/**
 * How fast failed decryptions are answered. Everything that cannot be decrypted has one answer, which leaves at a tick of a clock and so tells
 * little of how long it took. Beyond what a partner with a wrong certificate sends, each is answered late; beyond what may wait, with 429.
 *
 * It counts the failures of a pair and slows failures alone: under somebody else's flood, what a partner sends and we can open is taken at once.
 */
export interface FailurePace {
  /** Resolves when the answer may leave; null when too many wait already. */
  pause(channelId: string, remote: string | null): Promise<void> | null;
  /** Whether so many answers to this address wait that it may not have another message opened. */
  isCrowded(channelId: string, remote: string | null): boolean;
}

interface Bucket {
  left: number;
  filledAt: number;
}

/** `monotonicMs` and `sleep` are a clock; a test has one of its own. */
export function openFailurePace(
  monotonicMs: () => number = () => performance.now(),
  sleep: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
): FailurePace {
  const buckets = new Map<string, Bucket>();
  const waiting = new Map<string, number>();
  const add = (key: string, count: number): void => {
    const now = (waiting.get(key) ?? 0) + count;
    if (now > 0) waiting.set(key, now);
    else waiting.delete(key);
  };
  const countOf = (key: string): number => waiting.get(key) ?? 0;
  const addressed = (channelId: string, remote: string | null): string => `${channelId} ${remote ?? ''}`;

  function takesToken(channelId: string): boolean {
    const now = monotonicMs();
    const bucket = buckets.get(channelId) ?? { left: limits.promptCountMax, filledAt: now };
    const refilled = Math.floor((now - bucket.filledAt) / limits.refillMs);
    bucket.left = Math.min(limits.promptCountMax, bucket.left + refilled);
    bucket.filledAt += refilled * limits.refillMs;
    buckets.set(channelId, bucket); // one of each channel that is configured: names that have none never come here
    if (bucket.left === 0) return false;
    bucket.left--;
    return true;
  }

  async function wait(keys: readonly string[], ms: number): Promise<void> {
    for (const key of keys) add(key, 1);
    await sleep(ms);
    for (const key of keys) add(key, -1);
  }

  return {
    pause(channelId, remote) {
      const isPrompt = takesToken(channelId);
      if (!isPrompt && countOf(channelId) >= limits.waitingPerChannelCountMax) return null;
      const now = monotonicMs();
      const soonest = now + (isPrompt ? limits.tickMs / 2 : limits.lateMs);
      const leavesAt = Math.ceil(soonest / limits.tickMs) * limits.tickMs;
      return wait([channelId, addressed(channelId, remote)], leavesAt - now);
    },
    isCrowded: (channelId, remote) => countOf(addressed(channelId, remote)) >= limits.waitingPerAddressCountMax,
  };
}
