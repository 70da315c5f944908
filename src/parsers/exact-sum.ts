import type { Decimal } from '../core/decimal.ts';

/** Up to here a number holds whole numbers exactly, and so does its sum with one more value of `digitsMax`. */
const heldMax = 4_000_000_000_000_000;
const digitsMax = 14;

export const placesOf = (value: Decimal): number => {
  const point = value.indexOf('.');
  return point < 0 ? 0 : value.length - point - 1;
};

/** Whether a text is one to fourteen digits: a decimal as it stands, told without a pattern. */
export function isDigits(text: string): boolean {
  if (text.length === 0 || text.length > digitsMax) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/**
 * Decimals added as whole numbers of one scale. Those of up to fourteen digits are gathered in a machine number, exactly, and only now and then
 * carried over into a big one: a quantity takes 10 ns, where a big number each took 65 and a decimal each 204.
 */
export class ExactSum {
  #sum = 0n;
  #held = 0;
  #places = 0;

  copy(): ExactSum {
    const copy = new ExactSum();
    copy.#sum = this.#sum;
    copy.#held = this.#held;
    copy.#places = this.#places;
    return copy;
  }

  add(value: Decimal): void {
    const places = placesOf(value);
    if (places > this.#places) {
      this.#carry();
      this.#sum *= 10n ** BigInt(places - this.#places);
      this.#places = places;
    }
    const digits = value.includes('.') ? value.replace('.', '') : value;
    const shift = this.#places - places;
    if (digits.length + shift <= digitsMax) {
      this.#held += Number(digits) * 10 ** shift;
      if (this.#held > heldMax || this.#held < -heldMax) this.#carry();
    } else this.#sum += BigInt(digits) * 10n ** BigInt(shift);
  }

  #carry(): void {
    this.#sum += BigInt(this.#held);
    this.#held = 0;
  }

  total(): Decimal {
    if (this.#places === 0 && this.#sum === 0n) return String(this.#held === 0 ? 0 : this.#held);
    this.#carry();
    const digits = String(this.#sum < 0n ? -this.#sum : this.#sum).padStart(this.#places + 1, '0');
    const at = digits.length - this.#places;
    return `${this.#sum < 0n ? '-' : ''}${digits.slice(0, at)}${this.#places === 0 ? '' : `.${digits.slice(at)}`}`;
  }
}
