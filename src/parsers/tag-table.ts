/** Slots of the table in front; a message has some dozens of tags. */
const slotBits = 8;

/** A sender can make up 16 million tags; what is over is not kept. */
const tagsMax = 1024;

/**
 * One string per tag instead of one per segment: nothing is made for a tag met before, and the
 * checks look tags up in maps, where a known string hashes once.
 */
export class TagTable {
  readonly #tags = new Map<number, string>();
  readonly #keys = new Int32Array(2 ** slotBits);
  readonly #slots: string[] = new Array<string>(2 ** slotBits).fill('');

  /** The tag that stands in [start, end) of the text. */
  tag(text: string, start: number, end: number): string {
    const length = end - start;
    if (length !== 2 && length !== 3) return text.slice(start, end);
    const third = length === 2 ? 0 : text.charCodeAt(start + 2);
    const key = (text.charCodeAt(start) << 16) | (text.charCodeAt(start + 1) << 8) | third;
    const slot = Math.imul(key, 0x9e3779b1) >>> (32 - slotBits);
    if (this.#keys[slot] === key && key !== 0 && length === (third === 0 ? 2 : 3)) return this.#slots[slot] as string;
    const tag = this.intern(text.slice(start, end));
    if (length === (third === 0 ? 2 : 3)) {
      this.#keys[slot] = key;
      this.#slots[slot] = tag;
    }
    return tag;
  }

  /** The text, or the same text met before. */
  intern(text: string): string {
    if (text.length > 3) return text;
    const key = (text.charCodeAt(0) << 16) | (text.charCodeAt(1) << 8) | text.charCodeAt(2);
    const known = this.#tags.get(key);
    if (known === text) return known;
    if (known !== undefined || this.#tags.size >= tagsMax) return text;
    // A property name is a string V8 keeps once: comparing two of those is comparing two addresses.
    const [once = text] = Object.keys({ [text]: 0 });
    this.#tags.set(key, once);
    return once;
  }
}
