import { appendFileSync } from 'node:fs';
import { openDirectoryInbox } from '../../../src/transports/directory/inbox.ts';
import { diskIntake } from './disk-intake.ts';

// A poller of its own process, killed by itself at a given step (kill -9: no handler runs), or by the test at any moment.
const settings: { inbox: string; archive: string; store: string; killAt: string; report: string } = JSON.parse(
  process.argv[2] ?? '{}',
);
const killAt = (step: string): void => {
  if (settings.killAt === step) process.kill(process.pid, 'SIGKILL');
};
const inbox = openDirectoryInbox({
  channelId: 'shop/folder',
  inbox: settings.inbox,
  archive: settings.archive,
  takeWhen: 'renamed',
  fileBytesMax: 1_000_000,
  firstInFirstOut: false,
  intake: diskIntake(settings.store, killAt),
  clock: { now: () => new Date() },
  report: (event) => {
    if (event.kind === 'taken') appendFileSync(settings.report, `${event.name} ${event.isNew}\n`);
    else process.send?.(JSON.stringify(event));
    killAt(event.kind);
  },
});
process.send?.('started');
for (;;) {
  await inbox.look();
  await new Promise((resolve) => setTimeout(resolve, 1));
}
