/** Where what arrives meets who waits for it, whichever comes first. */
export interface Pigeonholes<Arrival> {
  /** Hands it to the longest waiting under its key, or keeps it. */
  deliver(key: string, one: Arrival): void;
  /** The next arrival under a key ("855:4500000101"), whether it is here already or comes later: whoever waits has a limit. */
  take(key: string): Promise<Arrival>;
  /** Keys of what arrived and nobody took: whatever a buyer did not wait for should not have come. */
  leftovers(): readonly string[];
  /** Keys that are waited for in vain so far. */
  wanted(): readonly string[];
}

export function openPigeonholes<Arrival>(): Pigeonholes<Arrival> {
  const arrived = new Map<string, Arrival[]>();
  const waiting = new Map<string, ((one: Arrival) => void)[]>();
  return {
    deliver(key, one) {
      const waiter = waiting.get(key)?.shift();
      if (waiter !== undefined) waiter(one);
      else arrived.set(key, [...(arrived.get(key) ?? []), one]);
    },
    take(key) {
      const [first, ...others] = arrived.get(key) ?? [];
      if (others.length > 0) arrived.set(key, others);
      else arrived.delete(key);
      if (first !== undefined) return Promise.resolve(first);
      return new Promise((resolve) => waiting.set(key, [...(waiting.get(key) ?? []), resolve]));
    },
    leftovers: () => [...arrived.keys()],
    wanted: () => [...waiting].flatMap(([key, waiters]) => waiters.map(() => key)),
  };
}
