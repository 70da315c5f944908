import { FailureError } from '../core/failure.ts';
import type { SyntaxName } from '../parsers/transaction.ts';
import { checkAgreement } from './check-agreement.ts';
import type { Agreement, Company, EnvelopeSettings, Partner } from './configuration.ts';
import {
  acknowledgmentDefaults,
  baseMapName,
  changeDefaults,
  DOCUMENT_OF_MESSAGE,
  deadlineDefaults,
  decisionDefaults,
  duplicateDefaults,
  envelopeDefaults,
  fallbackDefaults,
  syntaxOfMessage,
  validationDefaults,
} from './defaults.ts';
import type { AgreementEntry, AgreementsFile, AgreementTerms } from './file-schemas.ts';
import {
  type Draft,
  type EntryTerms,
  type Faults,
  identityAt,
  type Surroundings,
  unknownVersion,
  untold,
} from './gathering.ts';
import { type Identity, identityKey, sameIdentity } from './identity.ts';

/** `partners/<name>/agreements.yaml`: every entry over the file's defaults over the built-in ones, once per usage. */
export function expandAgreements(
  draft: Draft<AgreementsFile>,
  surroundings: Surroundings,
  faults: Faults,
): readonly Agreement[] {
  const { defaults = {}, agreements } = draft.value;
  const places = new Map<string, number>();
  return agreements.flatMap((entry, index) => {
    const message = messageOf(draft, entry, index, faults);
    if (message === undefined) return [];
    const lacks = (term: keyof AgreementTerms) =>
      draft.lacks(['agreements', index, term]) || draft.lacks(['defaults', term]);
    const entryTerms: EntryTerms = {
      draft,
      index,
      terms: merge(defaults, entry),
      lacks,
      pathOf: (term, ...more) =>
        entry[term] !== undefined || defaults[term] === undefined
          ? ['agreements', index, term, ...more]
          : ['defaults', term, ...more],
    };
    const agreement = expandEntry(entryTerms, entry, message, surroundings, faults);
    checkAgreement(agreement, entryTerms, surroundings, faults);
    const usages = entryTerms.terms.usage ?? (['production'] as const);
    return usages.map((usage) => {
      const id = `${agreement.id}/${usage}${entry.name === undefined ? '' : `/${entry.name}`}`;
      tellDuplicate(draft, places, id, index, faults);
      return { ...agreement, id, usage };
    });
  });
}

/** Two entries of one id would answer one message: they differ by `name`, or one of them is a mistake. */
function tellDuplicate(draft: Draft<unknown>, places: Map<string, number>, id: string, index: number, faults: Faults) {
  const earlier = places.get(id);
  places.set(id, earlier ?? index);
  // What was left out of either may be what tells them apart.
  if (earlier === undefined || [earlier, index].some((each) => draft.lacks(['agreements', each]))) return;
  const { line } = draft.source.faultAt(['agreements', earlier], '');
  faults.push(
    draft.source.faultAt(
      ['agreements', index],
      `This agreement is there already: ${id} stands in line ${line}. Two that differ in version or identity carry a name.`,
      { found: id },
    ),
  );
}

function messageOf(draft: Draft<unknown>, { receive, send }: AgreementEntry, index: number, faults: Faults) {
  if ((receive === undefined) !== (send === undefined)) return receive ?? send;
  if (['receive', 'send'].some((way) => draft.lacks(['agreements', index, way]))) return undefined;
  const found = receive === undefined ? 'neither' : 'both';
  faults.push(
    draft.source.faultAt(['agreements', index], `Found ${found} of 'receive' and 'send'; expected one of them.`, {
      found,
      expected: 'receive or send',
    }),
  );
  return undefined;
}

/** Sections are merged key by key, delimiters within them too; what an entry says wins. */
function merge(defaults: AgreementTerms, entry: AgreementTerms): AgreementTerms {
  const section = <K extends keyof AgreementTerms>(name: K) =>
    entry[name] === undefined && defaults[name] === undefined
      ? {}
      : { [name]: { ...Object(defaults[name]), ...Object(entry[name]) } };
  const envelope = section('envelope');
  const delimiters = { ...defaults.envelope?.delimiters, ...entry.envelope?.delimiters };
  return {
    ...defaults,
    ...entry,
    ...section('acknowledgment'),
    ...section('validation'),
    ...section('duplicates'),
    ...section('changes'),
    ...section('decision'),
    ...section('deadlines'),
    ...section('warehouse'),
    ...section('values'),
    ...('envelope' in envelope ? { envelope: { ...Object(envelope.envelope), delimiters } } : {}),
  };
}

/** What cannot be told of it is told as a fault, and stood in for: what else is wrong with it is then still found. */
function expandEntry(
  entryTerms: EntryTerms,
  entry: AgreementEntry,
  message: string,
  { company, partner, folder }: Surroundings,
  faults: Faults,
): Omit<Agreement, 'usage'> {
  const { draft, index, terms, lacks } = entryTerms;
  const syntax = syntaxOfMessage(message);
  const direction = entry.receive === undefined ? 'out' : 'in';
  const document = DOCUMENT_OF_MESSAGE[message];
  if (document === undefined) throw new FailureError('bug', `${message} carries no document.`);
  const { version = unknownVersion } = terms;
  if (version === unknownVersion && !lacks('version')) {
    const expected = syntax === 'x12' ? 'a GS08 like 004010' : 'a directory like D96A';
    faults.push(
      draft.source.faultAt(['agreements', index], `'version' is missing: ${expected} is expected.`, { expected }),
    );
  }
  const ours = sideOf('ours', company, entryTerms, syntax, faults);
  const theirs = sideOf('theirs', partner, entryTerms, syntax, faults);
  const acknowledgment = { ...acknowledgmentDefaults(syntax), ...terms.acknowledgment };
  const envelope = expandEnvelope(syntax, version, terms, ours, theirs);
  const channelId = (name: string | null) => (name === null ? null : `${folder}/${name}`);
  return {
    id: `${folder}/${direction}/${message}`,
    company: company?.id ?? '',
    partner: folder,
    direction,
    document,
    syntax,
    message,
    version,
    ours,
    theirs,
    map: terms.map ?? baseMapName(message, version),
    guide: terms.guide ?? null,
    channel: channelId(terms.channel ?? null),
    ...(terms.fallback
      ? {
          fallback: {
            ...fallbackDefaults,
            ...terms.fallback,
            channels: terms.fallback.channels.map((each) => `${folder}/${each}`),
          },
        }
      : {}),
    envelope,
    acknowledgment: { ...acknowledgment, channel: channelId(acknowledgment.channel) },
    validation: { ...validationDefaults, ...terms.validation },
    duplicates: { ...duplicateDefaults, ...terms.duplicates },
    changes: { ...changeDefaults, ...terms.changes },
    decision: { ...decisionDefaults, ...terms.decision },
    deadlines: {
      ...deadlineDefaults(direction, document, acknowledgment, envelope.requestAcknowledgment),
      ...terms.deadlines,
    },
    warehouse:
      document === 'warehouse-order' && direction === 'out'
        ? { shipsFor: terms.warehouse?.shipsFor ?? [], releaseWhen: terms.warehouse?.releaseWhen ?? 'decided' }
        : null,
    values: { ...(company === null ? {} : { currency: company.currency }), ...terms.values },
  };
}

function expandEnvelope(
  syntax: SyntaxName,
  version: string,
  { envelope = {} }: AgreementTerms,
  ours: Identity,
  theirs: Identity,
): EnvelopeSettings {
  const { delimiters, replaceDelimiterWith, unwritableCharacters, ...given } = envelope;
  const builtIn = envelopeDefaults(syntax, version);
  return {
    ...builtIn,
    groupSender: ours.id,
    groupReceiver: theirs.id,
    ...given,
    delimiters: { ...builtIn.delimiters, ...delimiters },
    onDelimiterInData:
      replaceDelimiterWith === undefined || replaceDelimiterWith === null
        ? builtIn.onDelimiterInData
        : { replaceWith: replaceDelimiterWith },
    onUnwritable: unwritableCharacters === undefined ? builtIn.onUnwritable : unwritableRuleOf(unwritableCharacters),
  };
}

const unwritableRuleOf = (text: string): EnvelopeSettings['onUnwritable'] =>
  text === 'refuse' || text === 'nearest' ? text : { replaceWith: text };

/** The identity one side uses here: the one named, else the only one it has in this syntax. */
function sideOf(
  side: 'ours' | 'theirs',
  owner: Company | Partner | null,
  { draft, index, terms, pathOf, lacks }: EntryTerms,
  syntax: SyntaxName,
  faults: Faults,
): Identity {
  if (owner === null || lacks(side)) return untold(syntax);
  const who = side === 'ours' ? 'the company' : owner.id;
  const known = owner.identities.filter((identity) => identity.syntax === syntax);
  const list = known.map(identityKey).join(' or ') || `no ${syntax} identity at all`;
  const text = terms[side];
  if (text === undefined) {
    const [only] = known;
    if (only !== undefined && known.length === 1) return only;
    const message = `'${side}' is missing: ${who} has ${known.length === 0 ? list : `${list}, so one must be named`}.`;
    faults.push(draft.source.faultAt(['agreements', index], message, { expected: list }));
    return untold(syntax);
  }
  const named = identityAt(draft, pathOf(side), text, faults);
  if (named === undefined) return untold(syntax);
  const same = known.find((identity) => sameIdentity(identity, named));
  if (same === undefined)
    faults.push(
      draft.source.faultAt(pathOf(side), `'${text}' is no ${syntax} identity of ${who}; known: ${list}.`, {
        found: text,
        expected: list,
      }),
    );
  return same ?? untold(syntax);
}
