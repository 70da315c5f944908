// Seconds of processor time a process and its children have used, from /proc (Linux); null elsewhere.
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100; // USER_HZ, the same on every Linux that Node runs on

function statOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets and may hold blanks; what follows it is plain.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    own: Number(fields[11]) + Number(fields[12]),
    ended: Number(fields[13]) + Number(fields[14]),
  };
}

/** Of one process, without its children. */
export function secondsOf(pid) {
  try {
    return statOf(pid).own / ticksPerSecond;
  } catch {
    return null;
  }
}

/** Of a process and all its children, also those that have ended. */
export function secondsOfFamily(pid) {
  try {
    const { own, ended } = statOf(pid);
    let ticks = own + ended;
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const child = statOf(name);
        if (child.parent === pid) ticks += child.own;
      } catch {
        // it ended between listing and looking; its parent counts it from now on
      }
    }
    return ticks / ticksPerSecond;
  } catch {
    return null;
  }
}
