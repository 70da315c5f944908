// A file in the pieces in which it comes off a disk or a socket.
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

export const chunkBytes = 64 * 1024;
/** What is measured without the disk; a larger file is read while it is measured. */
const memoryBytesMax = 2e8;

export const sizeOf = (path) => statSync(path).size;

/** Gives a function that gives the chunks, again at every call. */
export function chunksOf(path) {
  if (sizeOf(path) > memoryBytesMax) return () => fileChunks(path);
  const bytes = readFileSync(path);
  return function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  };
}

function* fileChunks(path) {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      // A new buffer each time: a reader may keep a piece of it until the segment is whole.
      const buffer = Buffer.allocUnsafeSlow(chunkBytes);
      const length = readSync(file, buffer);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
