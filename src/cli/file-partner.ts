import { basename, dirname, join } from 'node:path';
import { FailureError } from '../core/failure.ts';
import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import { readTransaction } from '../flows/split/read-transaction.ts';
import { answeringAgreement } from '../flows/split/whose.ts';
import { mapFunctions } from '../library/map-functions.ts';
import { openMaps } from '../library/maps.ts';
import { loadConfiguration } from '../library/partners.ts';
import { openGuides } from '../library/rule-book.ts';
import type { Standards } from '../library/standards.ts';
import type { Restrictions } from '../parsers/restrictions.ts';
import type { InterchangeHeader } from '../parsers/transaction.ts';
import type { Agreement } from '../partners/configuration.ts';
import { describeFault } from '../partners/fault.ts';
import { type Identity, identityKey, sameIdentity } from '../partners/identity.ts';
import { isFolder } from './file-events.ts';
import { type Judge, standardJudge } from './file-judge.ts';
import { agreementOf, isOurs, type OnePartner } from './file-parties.ts';

/**
 * Loads what `--partner` names: a partner's folder, `…/partners/brightmart`, with `company/` beside `partners/`; or the bare name of one
 * below the current folder. Throws FailureError `config-invalid` with every fault, `not-found` or `usage-wrong`.
 */
export async function loadPartner(name: string, resolve: (...paths: string[]) => string): Promise<OnePartner> {
  const folder = /[\\/]|^\.+$/.test(name) ? resolve(name) : resolve('partners', name);
  if (!isFolder(folder, `--partner ${name}: ${folder}`))
    throw new FailureError('usage-wrong', `--partner ${name}: ${folder} is no folder.`);
  const root = dirname(dirname(folder));
  const { configuration, faults } = await loadConfiguration({ root, base: root });
  if (configuration === null) {
    throw new FailureError('config-invalid', `${root} has faults:\n${faults.map(describeFault).join('\n')}`);
  }
  const id = basename(folder);
  const partner = configuration.partners.find((each) => each.id === id);
  if (partner === undefined || basename(dirname(folder)) !== 'partners') {
    throw new FailureError('not-found', `${folder} is no partner's folder: partners/<name>/partner.yaml is wanted.`);
  }
  const agreements = configuration.agreements.filter((agreement) => agreement.partner === id);
  return {
    company: configuration.company,
    partners: [partner],
    agreements,
    mapsFolders: [join(folder, 'maps'), join(root, 'company', 'maps')],
    guide: openGuides(configuration.rules, id),
  };
}

/** Judges by the agreement each transaction falls under: its policies, and its map, as the gateway does. */
export function agreementJudge(standards: Standards, parties: OnePartner, restrictions?: Restrictions): Judge {
  const maps = openMaps({ standards, functions: mapFunctions, folders: parties.mapsFolders });
  const standard = standardJudge(standards, restrictions);
  let foreign = false;
  let answering: Agreement | undefined;
  return {
    get rejects() {
      return answering?.acknowledgment.rejects ?? 'transaction';
    },
    get envelope() {
      return answering?.validation.envelope ?? 'reject';
    },
    interchange(header) {
      const problems = strangers(parties, header);
      foreign = problems.length > 0;
      answering = answeringThem(parties, header);
      return problems;
    },
    transaction(transaction, header, group, acknowledges) {
      // The gateway would not read it: whoever looks at it here wants to see the rest all the same.
      if (foreign) return standard.transaction(transaction, header, group, acknowledges);
      const agreement = acknowledges ? undefined : agreementOf(parties, transaction, header, group);
      const { problems, verdict, failure, unlisted } = readTransaction(
        { standards, maps },
        transaction,
        agreement,
        acknowledges,
        restrictions ?? parties.guide(agreement?.guide ?? null),
      );
      if (failure !== null) throw failure;
      return { problems, verdict, root: null, ...(unlisted === undefined ? {} : { unlisted }) };
    },
  };
}

/** The agreement that answers what they send: what falls with one bad transaction, and what a wrong trailer weighs. */
function answeringThem(
  { company, partners, agreements }: OnePartner,
  header: InterchangeHeader,
): Agreement | undefined {
  const { syntax, usage } = header;
  const ours = { syntax, ...header.receiver };
  const theirs = { syntax, ...header.sender };
  const between = { company: company.id, partner: partners[0]?.id ?? '', usage, syntax, ours, theirs };
  return answeringAgreement({ agreements }, between);
}

/** An interchange that is not between this partner and us: the gateway holds it in quarantine and answers nobody. */
function strangers(parties: OnePartner, header: InterchangeHeader): Problem[] {
  const sides: readonly [Identity, Identity] = [
    { syntax: header.syntax, ...header.sender },
    { syntax: header.syntax, ...header.receiver },
  ];
  const [theirs, ours] = isOurs(parties, header) ? [sides[1], sides[0]] : sides;
  const at = positionAt(header.byteOffset, { tag: header.syntax === 'x12' ? 'ISA' : 'UNB' });
  const codeOf = (identity: Identity) =>
    identity === sides[0] ? 'interchange/sender-unknown' : 'interchange/receiver-unknown';
  const [partner] = parties.partners;
  if (!partner?.identities.some((each) => sameIdentity(each, theirs))) {
    const found = identityKey(theirs);
    const expected = partner?.identities.map(identityKey).join(' or ') ?? null;
    return [problem(codeOf(theirs), at, { message: `${found} is no identity of ${partner?.id}.`, found, expected })];
  }
  if (!parties.company.identities.some((each) => sameIdentity(each, ours))) {
    const found = identityKey(ours);
    const expected = parties.company.identities.map(identityKey).join(' or ');
    return [problem(codeOf(ours), at, { message: `${found} is no identity of ours.`, found, expected })];
  }
  return [];
}
