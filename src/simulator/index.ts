import { isRecord } from './api.ts';
import { type BackOfficeOptions, isBackOfficeOptions, runBackOffice } from './back-office.ts';
import { type BuyerOptions, isBuyerOptions, runBuyer } from './buyer.ts';
import { type DistributorOptions, isDistributorOptions, runDistributor } from './distributor.ts';
import { type Host, hosted, type ProcessStreams } from './process.ts';

export type { BackOfficeOptions } from './back-office.ts';
export type { BuyerOptions } from './buyer.ts';
export type { DistributorOptions } from './distributor.ts';
export type { ProcessStreams } from './process.ts';

/** The environment variable in which a simulated company finds its options, as JSON: an API key has no place in a list of processes. */
export const simulationVariable = 'TALLYPORT_SIMULATION';

export interface RoleOptions {
  readonly buyer: BuyerOptions;
  readonly distributor: DistributorOptions;
  readonly 'back-office': BackOfficeOptions;
}
export type Role = keyof RoleOptions;

/** A role's options, looked at just enough that a parent of another version is told so instead of failing half-way. */
const COMPANIES: Readonly<
  Record<Role, (options: Readonly<Record<string, unknown>>) => ((host: Host) => Promise<void>) | null>
> = {
  buyer: (options) => (isBuyerOptions(options) ? (host) => runBuyer(options, host) : null),
  distributor: (options) => (isDistributorOptions(options) ? (host) => runDistributor(options, host) : null),
  'back-office': (options) => (isBackOfficeOptions(options) ? (host) => runBackOffice(options, host) : null),
};

const isRole = (text: string): text is Role => Object.hasOwn(COMPANIES, text);

/**
 * Runs one simulated company in this process until its parent goes away. Takes the role's name and its options as JSON text; gives the exit
 * code, 2 when either is none of ours.
 */
export async function simulate(role: string, optionsText: string, streams: ProcessStreams): Promise<number> {
  if (!isRole(role)) return 2;
  const options: unknown = JSON.parse(optionsText);
  const run = isRecord(options) ? COMPANIES[role](options) : null;
  return run === null ? 2 : hosted(role, streams, run);
}

/** This process's own streams. Ctrl-C reaches every process of a terminal at once; a company waits for its parent's word instead. */
export const ownStreams = (): ProcessStreams => ({
  stdin: process.stdin,
  stdout: process.stdout,
  onTerminate: (stop) => {
    process.once('SIGTERM', stop);
    process.on('SIGINT', () => undefined);
  },
  now: () => new Date(),
});
