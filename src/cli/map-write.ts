import { FailureError } from '../core/failure.ts';
import type { Problem } from '../core/problem.ts';
import type { Document } from '../documents/index.ts';
import { validateDocument } from '../documents/validate.ts';
import { envelopeOf } from '../flows/outbound/envelope.ts';
import type { MapOf } from '../mappers/index.ts';
import type { OutboundTransaction } from '../parsers/draft.ts';
import { parserNamed } from '../parsers/index.ts';
import type { Agreement } from '../partners/configuration.ts';
import { envelopeDefaults } from '../partners/defaults.ts';
import { type Identity, identityOf } from '../partners/identity.ts';
import { controlNumbersFrom, momentOf } from './ack-terms.ts';
import type { Commands, ExitCode } from './commands.ts';
import { writeOut } from './file-output.ts';
import type { OnePartner } from './file-parties.ts';
import { standardsFor } from './file-standards.ts';
import { placeOf, printable } from './file-words.ts';
import { beforeWriting } from './map-expressions.ts';
import { agreementFor, type MapFlags, namedMap, openNamedMaps, readText, valuesWith } from './map-terms.ts';

/** What an outbound interchange is written under. */
type WritingTerms = Pick<Agreement, 'syntax' | 'ours' | 'theirs' | 'usage' | 'envelope' | 'version' | 'values'>;

/**
 * `tallyport map write MAP DOC`: the interchange the map makes of a document, or of several, one JSON a line. Takes what `map run` prints.
 * Problems and what the map has no place for go to stderr. 1 when there are errors. Throws FailureError `usage-wrong` for a file that is no
 * document at all.
 */
export async function runMapWrite(
  commands: Commands,
  mapName: string,
  fileName: string,
  flags: MapFlags,
): Promise<ExitCode> {
  const standards = standardsFor(commands);
  const { maps, parties } = await openNamedMaps(commands, standards, flags.partner);
  const map = namedMap(commands, maps, mapName);
  const documents = documentsIn(readText(commands.resolve(fileName), fileName), fileName);
  const at = flags.at === undefined ? commands.clock.now() : momentOf(flags.at);
  const take = controlNumbersFrom(flags.control ?? '1', map.syntax);
  const terms = termsFor(parties, map, flags);
  const complaints = new Complaints(commands, fileName);
  const numbers = { interchange: take('interchange'), group: take('group') };
  const transactions: OutboundTransaction[] = [];
  for (const [index, value] of documents.entries()) {
    const document = complaints.checked(map, value, documents.length > 1 ? index + 1 : null);
    if (document === null) continue;
    const evaluated = await beforeWriting(map, document);
    const { draft, problems, unwritten } = map.write(evaluated.document, terms.values);
    complaints.add([...evaluated.problems, ...problems], unwritten);
    transactions.push({ draft, controlNumber: take('transaction') });
  }
  const functionalId =
    map.syntax === 'x12' ? (standards.table('x12', map.version, map.message)?.functionalId ?? null) : null;
  const envelope = envelopeOf(terms, { ...numbers, transaction: '' }, at, parties?.company.zone ?? 'UTC', {
    functionalId,
    version: terms.version,
    asks: true,
  });
  if (transactions.length > 0) {
    try {
      for (const bytes of parserNamed(map.syntax).writeInterchange(envelope, transactions))
        await writeOut(commands, bytes);
    } catch (thrown) {
      if (!(thrown instanceof FailureError) || thrown.kind !== 'document-unwritable') throw thrown;
      complaints.unwritable(thrown);
    }
  }
  return complaints.errors > 0 ? 1 : 0;
}

/** Says on stderr what is wrong with a document or its writing. */
class Complaints {
  errors = 0;
  readonly #commands: Commands;
  readonly #fileName: string;

  constructor(commands: Commands, fileName: string) {
    this.#commands = commands;
    this.#fileName = fileName;
  }

  /** The document, or null when the value is none of the map's kind. */
  checked(map: MapOf, value: unknown, line: number | null): Document | null {
    const check = validateDocument(map.document, value);
    if (check.valid) return check.document;
    const where = `${this.#fileName}${line === null ? '' : ` document ${line}`}`;
    for (const { path, message } of check.faults) {
      this.errors += 1;
      this.#commands.printError(`${where}: ${path === '' ? '' : `${path} `}${message}`);
    }
    return null;
  }

  add(problems: readonly Problem[], unwritten: readonly string[]): void {
    for (const { at, severity, message, code } of problems) {
      if (severity === 'error') this.errors += 1;
      const place = placeOf(at);
      const label = severity === 'warning' ? 'warning: ' : '';
      this.#commands.printError(`${place === '' ? '' : `${place}  `}${label}${printable(message)}  [${code}]`);
    }
    for (const path of unwritten) this.#commands.printError(`not written: ${path}`);
  }

  unwritable({ message }: FailureError): void {
    this.errors += 1;
    this.#commands.printError(message);
  }
}

/** One document, indented or not; or one a line. */
function documentsIn(text: string, fileName: string): readonly unknown[] {
  const whole = parsed(text);
  if (whole.ok) return [withoutWrapper(whole.value)];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    const one = parsed(line);
    if (one.ok && lines.length > 1) return withoutWrapper(one.value);
    const place = lines.length > 1 && index > 0 ? ` line ${index + 1}` : '';
    throw new FailureError('usage-wrong', `${fileName}${place} is not JSON: ${whole.message}`);
  });
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

function parsed(text: string): Parsed & { readonly message?: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** `map run --json` and `--trace` print the document inside an object that tells about it. */
const withoutWrapper = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'document' in value && 'unmapped' in value ? value.document : value;

const ENVELOPE_SETTINGS = ['sender', 'receiver', 'usage', 'version'] as const;

/** The partner's agreement, or stand-ins that `--set sender=ZZ:US` and its like replace; every other `--set` is the map's. */
function termsFor(parties: OnePartner | null, map: MapOf, { set = [] }: MapFlags): WritingTerms {
  const nameOf = (text: string) => text.slice(0, text.indexOf('='));
  const isOfEnvelope = (text: string) => ENVELOPE_SETTINGS.some((name) => nameOf(text) === name);
  const settings = new Map(set.filter(isOfEnvelope).map((text) => [nameOf(text), text.slice(nameOf(text).length + 1)]));
  const agreement = agreementFor(parties, map, 'out') ?? agreementFor(parties, map, 'in');
  if (parties !== null && agreement === undefined) {
    throw new FailureError('usage-wrong', `${parties.partners[0]?.id} agreed on no ${map.message} ${map.version}.`);
  }
  const ours = identityFrom(settings.get('sender'), map, agreement?.ours ?? { ...standIn(map), id: 'SENDER' });
  const theirs = identityFrom(settings.get('receiver'), map, agreement?.theirs ?? { ...standIn(map), id: 'RECEIVER' });
  const usage = settings.get('usage') ?? agreement?.usage ?? 'test';
  if (usage !== 'test' && usage !== 'production') {
    throw new FailureError('usage-wrong', `--set usage='${usage}' is none: test and production are.`);
  }
  const version = settings.get('version') ?? agreement?.version ?? map.version;
  const defaults = { ...envelopeDefaults(map.syntax, map.version), segmentSuffix: '\n' as const };
  const envelope = agreement?.envelope ?? { ...defaults, groupSender: ours.id, groupReceiver: theirs.id };
  const values = valuesWith(
    agreement?.values ?? {},
    set.filter((text) => !isOfEnvelope(text)),
  );
  return { syntax: map.syntax, ours, theirs, usage, envelope, version, values };
}

const standIn = ({ syntax }: MapOf): Pick<Identity, 'syntax' | 'qualifier'> => ({
  syntax,
  qualifier: syntax === 'x12' ? 'ZZ' : '14',
});

/** "ZZ:HARBORTOOLS", with or without "x12:" before it. */
function identityFrom(text: string | undefined, { syntax }: MapOf, otherwise: Identity): Identity {
  if (text === undefined) return otherwise;
  const identity = identityOf(text) ?? identityOf(`${syntax}:${text}`);
  if (identity?.syntax === syntax) return identity;
  throw new FailureError('usage-wrong', `'${text}' is no ${syntax} identity: <qualifier>:<id> is one.`);
}
