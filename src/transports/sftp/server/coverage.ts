/** Which bytes of a file were written or read: a few stretches, for clients pipeline out of order by a little. */
export class Coverage {
  // Sorted, apart from each other: [from, to).
  #stretches: [number, number][] = [];

  add(from: number, to: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && from === last[1]) {
      last[1] = to; // in order, as nearly always
      return;
    }
    if (to <= from) return;
    const kept: [number, number][] = [];
    let [low, high] = [from, to];
    for (const [a, b] of this.#stretches) {
      if (b < low || a > high) kept.push([a, b]);
      else {
        low = Math.min(low, a);
        high = Math.max(high, b);
      }
    }
    kept.push([low, high]);
    this.#stretches = kept.toSorted(([a], [b]) => a - b);
  }

  /** How many stretches: a client that makes thousands is not writing a file. */
  get stretchCount(): number {
    return this.#stretches.length;
  }

  /** The first byte that is missing. */
  get wholeUntil(): number {
    const first = this.#stretches[0];
    return first?.[0] === 0 ? first[1] : 0;
  }

  /** Where the last byte ends. */
  get end(): number {
    return this.#stretches.at(-1)?.[1] ?? 0;
  }

  covers(byteLength: number): boolean {
    return byteLength === 0 || this.wholeUntil >= byteLength;
  }
}
