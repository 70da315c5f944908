import type { Clock } from '../core/clock.ts';
import { FailureError } from '../core/failure.ts';
import type { Maps } from '../library/maps.ts';
import { openRuleBook, type PartnerRules, type RuleBook } from '../library/rule-book.ts';
import type { Agreement, Channel, Company, Configuration, Partner } from '../partners/configuration.ts';
import { type Identity, identityKey } from '../partners/identity.ts';
import { configurationVersion, readConfiguration, type StoredConfiguration } from '../store/configuration/read.ts';
import type { Database } from '../store/database.ts';

/**
 * How stale a process's view of the configuration may be: four small queries a second. `putInForce` waits as long, so that what it has put in
 * force is in force everywhere when it returns.
 */
export const configurationAgeMsMax = 250;

/** The configuration in force, at most `configurationAgeMsMax` old; 'now': as the database has it at this moment. */
export type WatchedConfiguration = (asOf?: 'now') => Promise<KnownConfiguration>;

/** The configuration in force, indexed by what the flows ask. */
export interface KnownConfiguration {
  readonly version: number;
  readonly agreements: readonly Agreement[];
  readonly channels: readonly Channel[];
  /** Ids of channels that stand in an order of fallback: whether they carry what they should is kept. */
  readonly inFallback: ReadonlySet<string>;
  company(id: string): Company;
  partner(id: string): Partner;
  channel(id: string): Channel | undefined;
  agreement(id: string): Agreement;
  companyWith(identity: Identity): Company | undefined;
  partnerWith(identity: Identity): Partner | undefined;
  /** The partner's own maps and guides over the base maps. */
  rulesOf(partner: string, base: Maps): PartnerRules;
  /** What concerns one company and one partner: small, however many partners there are. */
  between(company: string, partner: string): Pick<Configuration, 'company' | 'partners' | 'agreements'>;
}

/** Gives the configuration in force; asks the database at most once per `configurationAgeMsMax`, but for those who want it as it is now. */
export function watchConfiguration(database: Database, clock: Clock): WatchedConfiguration {
  let known: KnownConfiguration | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<KnownConfiguration> | undefined;
  let next: Promise<KnownConfiguration> | undefined;

  const ask = async (): Promise<KnownConfiguration> => {
    // Not when the answer is there: what was put in force while it was on its way is not in it.
    const askedAt = clock.now().getTime();
    const version = await configurationVersion(database);
    if (known === undefined || known.version !== version) known = indexConfiguration(await readConfiguration(database));
    checkedAt = askedAt;
    return known;
  };
  const begin = (): Promise<KnownConfiguration> => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  /** One question for all who ask while another is on its way: whoever sends us names that nobody has makes one query at a time. */
  const afresh = (): Promise<KnownConfiguration> => {
    if (asking === undefined) return begin();
    const ended = asking.then(
      () => undefined,
      () => undefined,
    );
    next ??= ended.then(() => {
      next = undefined;
      return begin();
    });
    return next;
  };
  return async (asOf) => {
    if (asOf === 'now') return afresh();
    if (known !== undefined && clock.now().getTime() - checkedAt < configurationAgeMsMax) return known;
    return begin();
  };
}

/** What is found in the configuration; before nobody is found, in the one of this moment: what was put in force just now is never unknown. */
export async function findConfigured<T>(
  configuration: WatchedConfiguration,
  find: (known: KnownConfiguration) => T | undefined,
): Promise<T | undefined> {
  return find(await configuration()) ?? find(await configuration('now'));
}

function indexConfiguration(stored: StoredConfiguration): KnownConfiguration {
  const byId = <T extends { readonly id: string }>(list: readonly T[]) =>
    new Map(list.map((entry) => [entry.id, entry]));
  const byIdentity = <T extends { readonly identities: readonly Identity[] }>(list: readonly T[]) =>
    new Map(list.flatMap((entry) => entry.identities.map((identity) => [identityKey(identity), entry] as const)));
  const companies = byId(stored.companies);
  const partners = byId(stored.partners);
  const channels = byId(stored.channels);
  const agreements = byId(stored.agreements);
  const companyIdentities = byIdentity(stored.companies);
  const partnerIdentities = byIdentity(stored.partners);
  let book: RuleBook | undefined;
  const pairs = new Map<string, ReturnType<KnownConfiguration['between']>>();
  return {
    version: stored.version,
    agreements: stored.agreements,
    channels: stored.channels,
    inFallback: new Set(stored.agreements.flatMap((agreement) => orderOf(agreement, stored.channels))),
    company: (id) => companies.get(id) ?? gone('company', id),
    partner: (id) => partners.get(id) ?? gone('partner', id),
    channel: (id) => channels.get(id),
    agreement: (id) => agreements.get(id) ?? gone('agreement', id),
    rulesOf(partner, base) {
      book ??= openRuleBook(base, stored.rules);
      return book.of(partner);
    },
    companyWith: (identity) => companyIdentities.get(identityKey(identity)),
    partnerWith: (identity) => partnerIdentities.get(identityKey(identity)),
    between(company, partner) {
      const key = `${company}/${partner}`;
      const found = pairs.get(key) ?? {
        company: companies.get(company) ?? gone('company', company),
        partners: [partners.get(partner) ?? gone('partner', partner)],
        agreements: stored.agreements.filter((one) => one.company === company && one.partner === partner),
      };
      pairs.set(key, found);
      return found;
    },
  };
}

/** The channels of an agreement with a fallback. Acknowledgments without a channel of their own may go out by any of the partner's. */
function orderOf(
  { direction, channel, fallback, partner, acknowledgment }: Agreement,
  channels: readonly Channel[],
): readonly string[] {
  if (fallback === undefined) return [];
  const own = direction === 'out' ? channel : acknowledgment.channel;
  if (own !== null) return [own, ...fallback.channels];
  return channels.map(({ id }) => id).filter((id) => id.startsWith(`${partner}/`));
}

function gone(what: string, id: string): never {
  throw new FailureError('agreement-missing', `The configuration no longer has the ${what} ${id}.`, {
    remedy: 'Apply a configuration that has it, then release the parked work.',
  });
}
