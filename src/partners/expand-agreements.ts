import type { SyntaxName } from '../parsers/transaction.ts';
import { checkAgreement } from './check-agreement.ts';
import type { Agreement, Company, EnvelopeSettings, Partner } from './configuration.ts';
import {
  acknowledgmentDefaults,
  baseMapName,
  DOCUMENT_OF_MESSAGE,
  deadlineDefaults,
  decisionDefaults,
  duplicateDefaults,
  envelopeDefaults,
  syntaxOfMessage,
  validationDefaults,
} from './defaults.ts';
import type { AgreementEntry, AgreementsFile, AgreementTerms } from './file-schemas.ts';
import { type Draft, type EntryTerms, type Faults, identityAt, type Surroundings } from './gathering.ts';
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
    const entryTerms: EntryTerms = {
      draft,
      index,
      terms: merge(defaults, entry),
      pathOf: (term, ...more) =>
        entry[term] !== undefined || defaults[term] === undefined
          ? ['agreements', index, term, ...more]
          : ['defaults', term, ...more],
    };
    const agreement = expandEntry(entryTerms, entry, message, surroundings, faults);
    if (agreement === undefined) return [];
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
  if (earlier === undefined) return;
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
    ...section('decision'),
    ...section('deadlines'),
    ...section('values'),
    ...('envelope' in envelope ? { envelope: { ...Object(envelope.envelope), delimiters } } : {}),
  };
}

function expandEntry(
  { draft, index, terms, pathOf }: EntryTerms,
  entry: AgreementEntry,
  message: string,
  { company, partner }: Surroundings,
  faults: Faults,
): Omit<Agreement, 'usage'> | undefined {
  const syntax = syntaxOfMessage(message);
  const direction = entry.receive === undefined ? 'out' : 'in';
  const document = DOCUMENT_OF_MESSAGE[message];
  const { version } = terms;
  if (version === undefined) {
    const expected = syntax === 'x12' ? 'a GS08 like 004010' : 'a directory like D96A';
    faults.push(
      draft.source.faultAt(['agreements', index], `'version' is missing: ${expected} is expected.`, { expected }),
    );
  }
  const ours = sideOf('ours', company, { draft, index, terms, pathOf }, syntax, faults);
  const theirs = sideOf('theirs', partner, { draft, index, terms, pathOf }, syntax, faults);
  if (document === undefined || version === undefined || ours === undefined || theirs === undefined) return undefined;
  if (company === null) return undefined;
  const acknowledgment = { ...acknowledgmentDefaults(syntax), ...terms.acknowledgment };
  const channelId = (name: string | null) => (name === null ? null : `${partner.id}/${name}`);
  return {
    id: `${partner.id}/${direction}/${message}`,
    company: company.id,
    partner: partner.id,
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
    envelope: expandEnvelope(syntax, version, terms, ours, theirs),
    acknowledgment: { ...acknowledgment, channel: channelId(acknowledgment.channel) },
    validation: { ...validationDefaults, ...terms.validation },
    duplicates: { ...duplicateDefaults, ...terms.duplicates },
    decision: { ...decisionDefaults, ...terms.decision },
    deadlines: { ...deadlineDefaults(direction, document, acknowledgment), ...terms.deadlines },
    values: { currency: company.currency, ...terms.values },
  };
}

function expandEnvelope(
  syntax: SyntaxName,
  version: string,
  { envelope = {} }: AgreementTerms,
  ours: Identity,
  theirs: Identity,
): EnvelopeSettings {
  const { delimiters, replaceDelimiterWith, ...given } = envelope;
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
  };
}

/** The identity one side uses here: the one named, else the only one it has in this syntax. */
function sideOf(
  side: 'ours' | 'theirs',
  owner: Company | Partner | null,
  { draft, index, terms, pathOf }: EntryTerms,
  syntax: SyntaxName,
  faults: Faults,
): Identity | undefined {
  if (owner === null) return undefined;
  const who = side === 'ours' ? 'the company' : owner.id;
  const known = owner.identities.filter((identity) => identity.syntax === syntax);
  const list = known.map(identityKey).join(' or ') || `no ${syntax} identity at all`;
  const text = terms[side];
  if (text === undefined) {
    if (known.length === 1) return known[0];
    const message = `'${side}' is missing: ${who} has ${known.length === 0 ? list : `${list}, so one must be named`}.`;
    faults.push(draft.source.faultAt(['agreements', index], message, { expected: list }));
    return undefined;
  }
  const named = identityAt(draft, pathOf(side), text, faults);
  if (named === undefined) return undefined;
  const same = known.find((identity) => sameIdentity(identity, named));
  if (same === undefined)
    faults.push(
      draft.source.faultAt(pathOf(side), `'${text}' is no ${syntax} identity of ${who}; known: ${list}.`, {
        found: text,
        expected: list,
      }),
    );
  return same;
}
