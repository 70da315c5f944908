import { performance } from 'node:perf_hooks';

export interface Progress {
  readonly read: (bytes: number) => void;
  done(): void;
}

/** Smaller files are done before anybody looks. */
const shownFromBytes = 64 * 1024 * 1024;
const shownEveryMs = 200;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000).toLocaleString('en')} MB`;

/** One line that says how far a large file is read, on a terminal only. */
export function progressOn(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  name: string,
  size: number,
): Progress {
  if (stream.isTTY !== true || size < shownFromBytes) return { read: () => undefined, done: () => undefined };
  const begun = performance.now();
  let shownAt = begun;
  let bytes = 0;
  return {
    read(count) {
      bytes += count;
      const now = performance.now();
      if (now - shownAt < shownEveryMs) return;
      shownAt = now;
      const percent = Math.floor((100 * bytes) / size);
      const pace = megabytes((1_000 * bytes) / (now - begun));
      stream.write(`\r\u001b[K${name}  ${percent} %  ${megabytes(bytes)} of ${megabytes(size)}  ${pace}/s`);
    },
    done: () => {
      stream.write('\r\u001b[K');
    },
  };
}
