import { join } from 'node:path';
import type { BackOfficeOptions, Role, RoleOptions } from './index.ts';

/** The public tokens of the example partners: their hashes stand in `partners/<name>/channels.yaml`. */
const EXAMPLE_TOKENS = { cedarsupply: 'cedarsupply-demo-token', nordhandel: 'nordhandel-demo-token' } as const;

/**
 * What the back office does for whom; built-in rules decide and bill for brightmart, and the distributor's order ends decided. Cedar Supply's
 * agreement announces orders: were it not so, they would never be decided here.
 */
const DUTIES: BackOfficeOptions['partners'] = {
  brightmart: { decides: 'never', ships: true, bills: false },
  cedarsupply: { decides: 'when-told', ships: true, bills: true },
  nordhandel: { decides: 'when-seen', ships: false, bills: false },
};

const shelf = (item: string, atLeast: string, fill: string) => ({ item, location: 'PORTLAND', atLeast, fill });

/** Never so little that a run could use it up; but of the screwdriver sets there are as many as the demo wants to run short of. */
const SHELVES: BackOfficeOptions['shelves'] = [
  shelf('HT-1001', '300', '800'),
  shelf('HT-1002', '100', '240'),
  shelf('HT-1003', '200', '500'),
  shelf('HT-2001', '100', '300'),
  shelf('HT-3001', '60', '60'),
  shelf('HT-4001', '300', '1200'),
];

/** How long a buyer waits for what nobody announced before it counts what is left. */
const quietMs = 1_500;

export type CompanyPlan = {
  readonly [R in Role]: { readonly name: string; readonly role: R; readonly options: RoleOptions[R] };
}[Role];

export interface DemoPlaces {
  readonly dataFolder: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly partnersUrl: string;
  /** Where the back office listens for announcements. */
  readonly backOfficePort: number;
  readonly only?: readonly string[];
}

/** The companies of a demo and what each is told: who of the buyers is wanted, and always the back office. */
export function companiesOf(demo: DemoPlaces, buying: ReadonlySet<string>): readonly CompanyPlan[] {
  const { apiUrl, apiKey, partnersUrl } = demo;
  const folder = (...parts: string[]) => join(demo.dataFolder, ...parts);
  const common = { pollIntervalMs: 200, ...(demo.only === undefined ? {} : { only: demo.only }) };
  const mailbox = (party: keyof typeof EXAMPLE_TOKENS, contentType: string) => ({
    url: `${partnersUrl}/partners/${party}/web`,
    token: EXAMPLE_TOKENS[party],
    contentType,
    taken: folder('simulator', party),
  });
  const memoryOf = (party: string) => folder('simulator', `${party}.json`);
  const plans: readonly CompanyPlan[] = [
    {
      name: 'back office',
      role: 'back-office',
      options: {
        apiUrl,
        apiKey,
        pollIntervalMs: 250,
        partners: DUTIES,
        listenPort: demo.backOfficePort,
        shelves: SHELVES,
      },
    },
    {
      name: 'brightmart',
      role: 'buyer',
      options: {
        ...common,
        party: 'brightmart',
        memoryFile: memoryOf('brightmart'),
        quietMs,
        postbox: {
          kind: 'folder',
          inbox: folder('exchange', 'brightmart', 'inbox'),
          outbox: folder('exchange', 'brightmart', 'outbox'),
          taken: folder('simulator', 'brightmart'),
        },
      },
    },
    {
      name: 'cedarsupply',
      role: 'buyer',
      options: {
        ...common,
        party: 'cedarsupply',
        memoryFile: memoryOf('cedarsupply'),
        quietMs,
        postbox: { kind: 'http', ...mailbox('cedarsupply', 'application/EDI-X12') },
      },
    },
    {
      name: 'nordhandel',
      role: 'distributor',
      options: { ...common, memoryFile: memoryOf('nordhandel'), postbox: mailbox('nordhandel', 'application/EDIFACT') },
    },
  ];
  return plans.filter(({ name }) => name === 'back office' || buying.has(name));
}
