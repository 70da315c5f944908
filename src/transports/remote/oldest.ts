import type { RemoteEntry } from './remote-files.ts';

export const oldestFirst = (a: RemoteEntry, b: RemoteEntry): number =>
  a.modifiedS - b.modifiedS || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** The oldest `countMax` of however many are offered, never holding more than twice as many: a folder may list 100,000. */
export class Oldest<Entry extends RemoteEntry> {
  readonly #countMax: number;
  #held: Entry[] = [];

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  offer(entry: Entry): void {
    this.#held.push(entry);
    if (this.#held.length >= this.#countMax * 2) this.#cut();
  }

  taken(): readonly Entry[] {
    this.#cut();
    return this.#held;
  }

  #cut(): void {
    this.#held.sort(oldestFirst);
    if (this.#held.length <= this.#countMax) return;
    this.#held = this.#held.slice(0, this.#countMax);
  }
}
