import type { TreePath } from './fault.ts';
import type { YamlSource } from './yaml-source.ts';

const pointer = (path: TreePath): string => JSON.stringify(path);

/**
 * A file's values with some left out. Lists close up behind what went, so a place in `value` is not the place it has in the file: `source` knows
 * both. Paths are those of `value` as it is when they are given.
 */
export class Trimmed {
  readonly value: unknown;
  readonly #source: YamlSource;
  /** By the place of a list in the file: which of its items are left, by their numbers there. */
  readonly #left = new Map<string, number[]>();
  /** What was left out, by places in the file. */
  readonly #gone: TreePath[] = [];

  constructor(value: unknown, source: YamlSource) {
    this.value = value;
    this.#source = source;
  }

  leaveOut(paths: readonly TreePath[]): void {
    // The last items of a list go first, and what is within something before it: no path is then moved by another.
    const ordered = [...new Map(paths.map((path) => [pointer(path), path])).values()].toSorted(backwards);
    for (const path of ordered) {
      const last = path.at(-1);
      const above = path.slice(0, -1);
      const holder = above.reduce<unknown>((at, step) => Reflect.get(Object(at), step), this.value);
      if (last === undefined || typeof holder !== 'object' || holder === null) continue;
      this.#gone.push(this.#inFile(path));
      if (!Array.isArray(holder)) Reflect.deleteProperty(holder, last);
      else {
        const list = pointer(this.#inFile(above));
        const left = this.#left.get(list) ?? holder.map((_item, index) => index);
        this.#left.set(list, left);
        left.splice(Number(last), 1);
        holder.splice(Number(last), 1);
      }
    }
  }

  lacks(path: TreePath): boolean {
    const place = this.#inFile(path);
    return this.#gone.some((gone) => place.every((step, index) => gone[index] === step));
  }

  source(): YamlSource {
    return {
      ...this.#source,
      faultAt: (path, message, more) => this.#source.faultAt(this.#inFile(path), message, more),
    };
  }

  #inFile(path: TreePath): TreePath {
    const place: (string | number)[] = [];
    for (const step of path)
      place.push(typeof step === 'number' ? (this.#left.get(pointer(place))?.[step] ?? step) : step);
    return place;
  }
}

/** Later before earlier, deeper before what holds it. */
function backwards(a: TreePath, b: TreePath): number {
  for (const [index, step] of a.entries()) {
    const other = b[index];
    if (other === undefined) return -1;
    if (step === other) continue;
    if (typeof step === 'number' && typeof other === 'number') return other - step;
    return String(step) < String(other) ? 1 : -1;
  }
  return a.length - b.length === 0 ? 0 : 1;
}
