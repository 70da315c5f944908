import { join } from 'node:path';
import type { BackOfficeOptions, Role, RoleOptions } from './index.ts';

/**
 * What the back office does for whom; built-in rules decide and bill for brightmart. Cedar Supply's
 * agreement announces orders: were it not so, they would never be decided here.
 */
const DUTIES: BackOfficeOptions['partners'] = {
  brightmart: { decides: 'never', ships: true, bills: false, disputes: true },
  cedarsupply: { decides: 'when-told', ships: true, bills: true },
  nordhandel: { decides: 'when-seen', ships: true, bills: true },
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

/** Where the companies of a demo listen, each on a port of this machine. */
export interface DemoPorts {
  /** For announcements. */
  readonly backOffice: number;
  /** For AS2 messages and receipts. */
  readonly brightmart: number;
  readonly cedarsupply: number;
  /** Its SFTP server. */
  readonly nordhandel: number;
}

/** What each side knows the other by over AS2 and SFTP; the demo agrees it when it applies the examples. */
export const DEMO_NAMES = {
  supplier: 'HARBORTOOLS',
  brightmart: 'BRIGHTMART',
  cedarsupply: 'CEDARSUPPLY',
  /** The gateway's login at the distributor's server, and the distributor's at the gateway's. */
  atDistributor: 'harbortools',
  atGateway: 'nordhandel',
} as const;

export interface DemoPlaces {
  readonly dataFolder: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly partnersUrl: string;
  /** The gateway's SFTP server. */
  readonly sftp: { readonly url: string; readonly fingerprints: readonly string[] };
  readonly ports: DemoPorts;
  /** PEM: what the gateway signs with and is encrypted for. */
  readonly gatewayCertificate: string;
  /** As authorized_keys has it: what the gateway logs in with. */
  readonly gatewaySshKey: string;
  readonly only?: readonly string[];
}

/** Where a company keeps its keys. */
export const keyFolderOf = (dataFolder: string, party: string): string => join(dataFolder, 'simulator', party, 'keys');

/** The companies of a demo and what each is told: who of the buyers is wanted, and always the back office. */
export function companiesOf(demo: DemoPlaces, buying: ReadonlySet<string>): readonly CompanyPlan[] {
  const { apiUrl, apiKey, partnersUrl } = demo;
  const folder = (...parts: string[]) => join(demo.dataFolder, ...parts);
  const common = { pollIntervalMs: 200, ...(demo.only === undefined ? {} : { only: demo.only }) };
  const as2 = (party: 'brightmart' | 'cedarsupply', receipts: 'sync' | 'async') => ({
    kind: 'as2' as const,
    party,
    ourName: DEMO_NAMES[party],
    theirName: DEMO_NAMES.supplier,
    url: `${partnersUrl}/as2`,
    listenPort: demo.ports[party],
    theirCertificate: demo.gatewayCertificate,
    keyFolder: keyFolderOf(demo.dataFolder, party),
    receipts,
    contentType: 'application/EDI-X12',
    taken: folder('simulator', party),
  });
  const server = new URL(demo.sftp.url);
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
        listenPort: demo.ports.backOffice,
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
        postbox: as2('brightmart', 'sync'),
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
        postbox: as2('cedarsupply', 'async'),
      },
    },
    {
      name: 'nordhandel',
      role: 'distributor',
      options: {
        ...common,
        memoryFile: memoryOf('nordhandel'),
        quietMs,
        postbox: {
          party: 'nordhandel',
          listenPort: demo.ports.nordhandel,
          root: folder('simulator', 'nordhandel', 'server'),
          username: DEMO_NAMES.atDistributor,
          publicKey: demo.gatewaySshKey,
          account: {
            host: server.hostname,
            port: Number(server.port),
            username: DEMO_NAMES.atGateway,
            fingerprints: demo.sftp.fingerprints,
          },
          keyFolder: keyFolderOf(demo.dataFolder, 'nordhandel'),
          taken: folder('simulator', 'nordhandel'),
        },
      },
    },
  ];
  return plans.filter(({ name }) => name === 'back office' || buying.has(name));
}
