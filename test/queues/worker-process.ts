import { leaveEffect, type Place, pause, startMachinery } from './gateway.ts';

/*
 * A gateway's process to be killed: says "ready", then "start <subject>" for each job. Subjects that begin with "hang" are never ended
 * here; the others leave their effect.
 */
const { place, leaseMs, relay } = JSON.parse(process.argv[2] ?? '') as {
  place: Place;
  leaseMs: number;
  relay: boolean;
};

const say = (text: string) => process.send?.(text);

await startMachinery(place, {
  workers: { leaseMs },
  ...(relay ? {} : { relay: false }),
  handler: (database) => async (work) => {
    say(`start ${work.subjectId}`);
    if (work.subjectId.startsWith('hang')) await pause(600_000);
    if (work.subjectId.startsWith('die')) process.kill(process.pid, 'SIGKILL');
    await leaveEffect(database)(work);
  },
});
say('ready');
