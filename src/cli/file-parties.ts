import type { Restrictions } from '../parsers/restrictions.ts';
import type { GroupHeader, InterchangeHeader, Transaction } from '../parsers/transaction.ts';
import type { Agreement, Configuration } from '../partners/configuration.ts';
import { sameIdentity } from '../partners/identity.ts';
import { selectAgreement } from '../partners/select-agreement.ts';

/** One partner's part of a configuration: what stands in for the agreements of a running gateway. */
export interface OnePartner extends Pick<Configuration, 'company' | 'partners' | 'agreements'> {
  /** Where maps are looked for before the base maps: the partner's own, then the company's. */
  readonly mapsFolders: readonly string[];
  /** The partner's guide of this name, as the gateway holds its traffic to it; null for none. */
  guide(name: string | null): Restrictions | null;
}

/** Whether we sent this interchange: then it is judged by what we agreed to send. */
export const isOurs = ({ company }: OnePartner, { syntax, sender }: InterchangeHeader): boolean =>
  company.identities.some((each) => sameIdentity(each, { syntax, ...sender }));

/** The agreement a transaction falls under, or undefined. */
export function agreementOf(
  parties: OnePartner,
  transaction: Transaction,
  header: InterchangeHeader,
  group: GroupHeader,
): Agreement | undefined {
  const { syntax, sender, receiver, usage } = header;
  return selectAgreement(parties, {
    direction: isOurs(parties, header) ? 'out' : 'in',
    syntax,
    sender,
    receiver,
    usage,
    message: transaction.message,
    version: group.version ?? transaction.version,
  }).agreement;
}
