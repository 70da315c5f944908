import type { AskFlags, Commands, ExitCode } from './commands.ts';
import { askedGateway } from './gateway-client.ts';

/** `tallyport status`: unfinished work by state, what is quarantined, overdue or undelivered. Exit 1 when something needs a person. */
export async function runStatus(commands: Commands, flags: AskFlags): Promise<ExitCode> {
  const client = await askedGateway(commands, flags);
  const lists = {
    parked: '/work?state=parked&limit=100',
    quarantined: '/interchanges?state=quarantined&limit=100',
    undecided: '/orders?state=awaiting-decision&limit=100',
    heldOrders: '/orders?state=held&limit=100',
    overdue: '/expectations?state=overdue&limit=100',
    held: '/documents?state=held&limit=100',
    waiting: '/documents?state=waiting&limit=100',
    review: '/remittances?state=review&limit=100',
    partlyApplied: '/remittances?state=partly-applied&limit=100',
  };
  const found: Record<string, Readonly<Record<string, unknown>>[]> = {};
  for (const [name, path] of Object.entries(lists)) {
    const { items } = await client.get(path);
    found[name] = Array.isArray(items) ? items : [];
  }
  const needsPerson = Object.entries(found).some(([name, items]) => name !== 'waiting' && items.length > 0);
  if (flags.json === true) commands.print(JSON.stringify(found));
  else {
    for (const [name, items] of Object.entries(found)) {
      commands.print(`${name.padEnd(14)} ${items.length === 100 ? '100 or more' : items.length}`);
      for (const item of items.slice(0, 10)) commands.print(`  ${lineOf(item)}`);
      if (items.length > 10) commands.print(`  … --json lists them all`);
    }
    if (!needsPerson) commands.print('nothing waits for a person');
  }
  return needsPerson ? 1 : 0;
}

const lineOf = (item: Readonly<Record<string, unknown>>): string =>
  [
    'kind',
    'partner',
    'usage',
    'number',
    'controlNumber',
    'sender',
    'channel',
    'quarantineReason',
    'stateReason',
    'failureMessage',
    'dueAt',
    'id',
  ]
    .map((key) => item[key])
    .filter((value) => value !== undefined && value !== null && value !== '')
    .join('  ');
