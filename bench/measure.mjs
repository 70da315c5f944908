// Medians, and how they are printed.

/** How often something of so many bytes is measured: a gigabyte once, hundreds of megabytes three times, anything else five. */
export const repeatsFor = (bytes) => (bytes > 5e8 ? 1 : bytes > 5e7 ? 3 : 5);

/** Seconds of a run, the median over the repeats; a run of small inputs goes on for at least a fifth of a second. */
export async function secondsOf(run, bytes, clock = () => performance.now()) {
  const rounds = bytes < 1e6 ? await roundsIn(run, 0.2) : 1;
  if (bytes < 5e8 && rounds === 1) await run(); // warm
  const seconds = [];
  for (let repeat = 0; repeat < repeatsFor(bytes); repeat++) {
    const from = clock();
    for (let round = 0; round < rounds; round++) await run();
    seconds.push((clock() - from) / 1000 / rounds);
  }
  return seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)];
}

async function roundsIn(run, secondsMin) {
  const from = performance.now();
  let rounds = 0;
  while (performance.now() - from < secondsMin * 1000) {
    await run();
    rounds++;
  }
  return rounds;
}

export function print(what, figure, more = '') {
  console.log(`  ${what.padEnd(52)} ${figure}${more === '' ? '' : `   ${more}`}`);
}

export const megabytesPerSecond = (bytes, seconds) => `${(bytes / 1e6 / seconds).toFixed(1).padStart(6)} MB/s`;

/** Milliseconds of processor time of this process, its collector's included: what other work on the machine does not stretch as it does the clock. */
export const processorTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
