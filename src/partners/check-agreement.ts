import type { Agreement, Channel } from './configuration.ts';
import { tablesVersion } from './defaults.ts';
import type { TreePath } from './fault.ts';
import { type EntryTerms, type Faults, isTold, type Surroundings, unknownVersion } from './gathering.ts';
import { identityKey, sameIdentity } from './identity.ts';

type Judged = Omit<Agreement, 'usage'>;
type Tell = (path: TreePath, message: string, found?: string | null, expected?: string | null) => void;

/** What ties one expanded agreement to the rest: its version, maps, channels, envelope. Every fault is told. */
export function checkAgreement(agreement: Judged, entry: EntryTerms, around: Surroundings, faults: Faults): void {
  const tell: Tell = (path, message, found = null, expected = null) =>
    faults.push(entry.draft.source.faultAt(path, message, { found, expected }));
  if (agreement.version !== unknownVersion) checkVersion(agreement, entry, tell);
  checkNames(agreement, entry, around, tell);
  checkChannels(agreement, entry, around, tell);
  checkDelimiters(agreement, entry, tell);
  checkAcknowledgment(agreement, entry, tell);
  checkWarehouse(agreement, entry, tell);
}

function checkVersion({ syntax, version, envelope }: Judged, { pathOf }: EntryTerms, tell: Tell): void {
  const [form, expected] =
    syntax === 'x12'
      ? [/^\d{6}[A-Z0-9]{0,6}$/, 'six digits and up to six more characters like 004010 or 004010VICS (GS08)']
      : [/^[A-Z]\d{2}[A-Z]$/, 'a directory like D96A'];
  if (!form.test(version)) tell(pathOf('version'), `Found '${version}'; expected ${expected}.`, version, expected);
  const { interchangeVersion } = envelope;
  const [envelopeForm, envelopeExpected] =
    syntax === 'x12' ? [/^\d{5}$/, 'five digits like 00401 (ISA12)'] : [/^UNO[A-Z]:[1-4]$/, 'a syntax like UNOC:3'];
  // A wrong GS08 gives a wrong ISA12 by default: one fault is enough.
  if (form.test(version) && !envelopeForm.test(interchangeVersion))
    tell(
      pathOf('envelope', 'interchangeVersion'),
      `Found '${interchangeVersion}'; expected ${envelopeExpected}.`,
      interchangeVersion,
      envelopeExpected,
    );
}

function checkNames(agreement: Judged, entry: EntryTerms, around: Surroundings, tell: Tell): void {
  const { map, guide, partner } = agreement;
  const { pathOf, terms, lacks } = entry;
  const isNamed = terms.map !== undefined || (agreement.version !== unknownVersion && !lacks('map'));
  if (isNamed && around.mapExists !== undefined && !around.mapExists(map, partner))
    tell(
      pathOf('map'),
      `There is no map '${map}', neither among the base maps nor in company/maps or the partner's maps.`,
      map,
    );
  else if (isNamed && agreement.version !== unknownVersion) checkMapReads(agreement, entry, around, tell);
  if (guide !== null && !around.guideExists(guide))
    tell(pathOf('guide'), `There is no guide '${guide}' in the partner's guides folder.`, guide);
}

/** A map of another message reads nothing here, and would write what was not agreed. */
function checkMapReads(agreement: Judged, { pathOf }: EntryTerms, around: Surroundings, tell: Tell): void {
  const reads = around.mapReads?.(agreement.map, agreement.partner);
  if (reads === undefined) return;
  const expected = `${agreement.message} ${tablesVersion(agreement.syntax, agreement.version)}`;
  const found = `${reads.message} ${tablesVersion(reads.syntax, reads.version)}`;
  if (found !== expected)
    tell(pathOf('map'), `The map '${agreement.map}' is one of ${found}, and ${expected} is agreed.`, found, expected);
}

/** Whether anything can leave by this channel. */
export function canSend({ settings }: Channel): boolean {
  if (settings.kind === 'as2') return settings.url !== null;
  return settings.kind === 'http' || settings.kind === 'sftp-mailbox' || settings.outbox !== null;
}
/** Whoever knows an AS2 pair of names may post to it: its policy judges what comes. */
function canReceive({ settings }: Channel): boolean {
  if (settings.kind === 'as2' || settings.kind === 'sftp-mailbox') return true;
  return settings.kind === 'http' ? settings.tokenSha256 !== null : settings.inbox !== null;
}

function checkChannels(agreement: Judged, { pathOf, lacks }: EntryTerms, around: Surroundings, tell: Tell): void {
  const names = around.channels.map(({ name }) => name).join(' or ') || 'none at all';
  const find = (id: string | null, path: TreePath): Channel | undefined => {
    const channel = around.channels.find((each) => each.id === id);
    if (id === null || channel !== undefined) return channel;
    const name = id.slice(agreement.partner.length + 1);
    if (around.unsure(name)) return undefined;
    tell(path, `'${name}' is no channel of ${agreement.partner}; known: ${names}.`, name, names);
    return undefined;
  };
  const sure = (channel: Channel | undefined) =>
    channel === undefined || around.unsure(channel.name) ? undefined : channel;
  const channel = sure(find(agreement.channel, pathOf('channel')));
  const answers = sure(find(agreement.acknowledgment.channel, pathOf('acknowledgment', 'channel')));
  if (answers !== undefined && !canSend(answers))
    tell(pathOf('acknowledgment', 'channel'), `'${answers.name}' cannot send: it has no outbox.`, answers.name);
  for (const [index, id] of (agreement.fallback?.channels ?? []).entries()) {
    const path = pathOf('fallback', 'channels', index);
    const other = sure(find(id, path));
    // Of acknowledgments the own one is passed over: `defaults` may name it for what we send.
    if (agreement.direction === 'out' && id === agreement.channel)
      tell(path, `'${other?.name ?? id}' is the agreement's own channel: it cannot stand in for itself.`, id);
    else if (other !== undefined && !canSend(other))
      tell(path, `'${other.name}' cannot send: it has no outbox.`, other.name);
  }
  if (agreement.direction === 'out') {
    if (agreement.channel === null && !lacks('channel'))
      tell(pathOf('channel'), "'channel' is missing: what we send needs a way out.", null, names);
    if (channel !== undefined && !canSend(channel))
      tell(pathOf('channel'), `'${channel.name}' cannot send: it has no outbox.`, channel.name);
    return;
  }
  if (channel === undefined) return;
  if (!canReceive(channel))
    tell(pathOf('channel'), `'${channel.name}' cannot receive: it has no inbox or token.`, channel.name);
  if (isTold(agreement.theirs) && !channel.speaksFor.some((identity) => sameIdentity(identity, agreement.theirs)))
    tell(
      pathOf('channel'),
      `'${channel.name}' does not speak for ${identityKey(agreement.theirs)}: all of it would be quarantined.`,
      channel.name,
    );
  const { functional, contrl } = agreement.acknowledgment;
  const answer = functional !== 'none' ? functional : contrl !== 'never' ? 'CONTRL' : null;
  if (answer !== null && !lacks('acknowledgment') && agreement.acknowledgment.channel === null && !canSend(channel))
    tell(
      pathOf('acknowledgment', 'channel'),
      `Our ${answer} has no way out: '${channel.name}' has no outbox, and acknowledgment.channel names no other.`,
    );
}

function checkDelimiters({ syntax, envelope, ours, theirs }: Judged, { pathOf }: EntryTerms, tell: Tell): void {
  const given = Object.entries(envelope.delimiters).flatMap(([name, delimiter]) =>
    delimiter === null ? [] : [{ name, delimiter }],
  );
  for (const [index, { name, delimiter }] of given.entries()) {
    const path = pathOf('envelope', 'delimiters', name);
    const twin = given.slice(0, index).find((other) => other.delimiter === delimiter);
    if (twin !== undefined) tell(path, `The ${name} delimiter is that of ${twin.name}: they must differ.`, delimiter);
    // EDIFACT escapes an id that holds a delimiter; an ISA cannot.
    const id = [ours.id, theirs.id, envelope.groupSender, envelope.groupReceiver].find((each) =>
      each.includes(delimiter),
    );
    if (syntax === 'x12' && id !== undefined)
      tell(path, `The ${name} delimiter stands in the id '${id}', and an ISA has no way to escape it.`, delimiter);
  }
  if (syntax !== 'x12') return;
  if (envelope.delimiters.release !== null)
    tell(pathOf('envelope', 'delimiters', 'release'), 'X12 has no release character; null is expected.', null, 'null');
  if (
    envelope.delimiters.repetition !== null &&
    /^\d{5}$/.test(envelope.interchangeVersion) &&
    envelope.interchangeVersion < '00402'
  )
    tell(
      pathOf('envelope', 'delimiters', 'repetition'),
      `ISA11 is no separator before 00402, and ISA12 is ${envelope.interchangeVersion}; null is expected.`,
      envelope.delimiters.repetition,
      'null',
    );
  // Empty only where the identity it comes from cannot be told.
  for (const side of ['groupSender', 'groupReceiver'] as const)
    if (envelope[side] !== '' && !/^[!-~](?:[ -~]{0,13}[!-~])$/.test(envelope[side]))
      tell(
        pathOf('envelope', side),
        `Found '${envelope[side]}'; expected 2 to 15 characters (GS02, GS03).`,
        envelope[side],
      );
}

function checkAcknowledgment({ syntax, acknowledgment }: Judged, { pathOf }: EntryTerms, tell: Tell): void {
  const { functional, ta1, contrl } = acknowledgment;
  const refuse = (setting: string, what: string, found: string, expected: string) =>
    tell(pathOf('acknowledgment', setting), `${what} only; ${expected} is expected here.`, found, expected);
  if (syntax === 'x12') {
    if (contrl !== 'never') refuse('contrl', 'A CONTRL answers EDIFACT', contrl, 'never');
    return;
  }
  if (functional !== 'none') refuse('functional', `A ${functional} answers X12`, functional, 'none');
  if (ta1 !== 'never') refuse('ta1', 'A TA1 answers X12', ta1, 'never');
}

/** What a supplier says, and is never told. */
const OURS_TO_SAY: ReadonlySet<Judged['document']> = new Set(['order-response', 'ship-notice', 'invoice']);

/** Who sends us a 940 would have us for its warehouse, and we are none. */
function checkWarehouse(
  { direction, document, warehouse, message }: Judged,
  { index, pathOf, terms, lacks }: EntryTerms,
  tell: Tell,
): void {
  if (document === 'warehouse-order' && direction === 'in')
    tell(['agreements', index, 'receive'], 'A 940 is sent to a warehouse; we are none, and can only send it.', '940');
  else if (direction === 'in' && OURS_TO_SAY.has(document))
    tell(
      ['agreements', index, 'receive'],
      `A ${message} is ours to send: nothing would be done with one that comes.`,
      message,
    );
  if (warehouse === null && terms.warehouse !== undefined)
    tell(pathOf('warehouse'), "'warehouse' belongs to a 940 that is sent.");
  if (warehouse !== null && warehouse.shipsFor.length === 0 && !lacks('warehouse'))
    tell(pathOf('warehouse', 'shipsFor'), "'warehouse.shipsFor' is missing: whose orders the warehouse ships.");
}
