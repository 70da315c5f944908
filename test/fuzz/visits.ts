import { Window } from '../../src/parsers/window.ts';

/*
 * A counter of the bytes the reader looks at: each index into the window's bytes, each byte decoded or moved. It wraps the window's buffer, so
 * that the reader itself carries no counter. What it bounds is the work per byte given: a hang, or a scan that begins again at each chunk,
 * shows as a number, on any machine.
 */
const counted = { visits: 0, capacity: 0 };
const wrapped = new WeakSet<Buffer>();

function counting(bytes: Buffer): Buffer {
  if (wrapped.has(bytes)) return bytes;
  const proxy = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && property >= '0' && property < ':') {
        counted.visits++;
        return target[Number(property)];
      }
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const [, from, to] = args;
        if (property === 'toString') counted.visits += Number(to) - Number(from);
        return Reflect.apply(value, target, args);
      };
    },
  });
  wrapped.add(proxy);
  return proxy;
}

const append = Window.prototype.append;
let isOn = false;

Window.prototype.append = function countedAppend(chunk, keep) {
  const shift = append.call(this, chunk, keep);
  if (!isOn) return shift;
  if (keep > 0) counted.visits += this.length;
  this.bytes = counting(this.bytes);
  counted.capacity = Math.max(counted.capacity, this.bytes.length);
  return shift;
};

/** Runs a reader; gives how many bytes it looked at, and how large its window became. */
export function visitsOf(run: () => void): { readonly visits: number; readonly capacity: number } {
  counted.visits = 0;
  counted.capacity = 0;
  isOn = true;
  try {
    run();
  } finally {
    isOn = false;
  }
  return { ...counted };
}
