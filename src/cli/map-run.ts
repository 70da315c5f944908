import { problemAsJson } from '../core/problem.ts';
import type { Standards } from '../library/standards.ts';
import type { MapOf, MapReading } from '../mappers/index.ts';
import type { GroupHeader, InterchangeHeader, PlacedTransaction, Transaction } from '../parsers/transaction.ts';
import type { Commands, ExitCode } from './commands.ts';
import { eventsOf, namedFile } from './file-events.ts';
import { judgedEvents, standardJudge, type TransactionJudgment } from './file-judge.ts';
import { type Output, openOutput } from './file-output.ts';
import { agreementOf, type OnePartner } from './file-parties.ts';
import { standardsFor } from './file-standards.ts';
import { many, painter, placeOf, printable, problemLine } from './file-words.ts';
import { withExpressions } from './map-expressions.ts';
import { agreementFor, type MapFlags, namedMap, openNamedMaps, valuesWith } from './map-terms.ts';

/**
 * `tallyport map run MAP FILE`: the documents the map makes of a file's transactions, as JSON on stdout; one indented, several one a line.
 * Problems and what no field read go to stderr, with `--json` and `--trace` beside each document instead. 1 when there are errors.
 */
export async function runMapRun(
  commands: Commands,
  mapName: string,
  fileName: string,
  flags: MapFlags,
): Promise<ExitCode> {
  const standards = standardsFor(commands);
  const { maps, parties } = await openNamedMaps(commands, standards, flags.partner);
  const map = namedMap(commands, maps, mapName);
  valuesWith({}, flags.set);
  const run = new MapRun(commands, map, fileName, flags, parties, standards);
  let group: GroupHeader | null = null;
  let header: InterchangeHeader | null = null;
  const file = namedFile(fileName, commands.resolve);
  for (const event of judgedEvents(eventsOf(file), standardJudge(standards))) {
    if (event.kind === 'interchange') header = event.header;
    if (event.kind === 'group') group = event.header;
    if (event.kind !== 'transaction') run.tell(event.problems);
    else if (header !== null && group !== null) await run.take(event.transaction, event, header, group);
  }
  return run.end();
}

class MapRun {
  #errors = 0;
  #read = 0;
  #left = 0;
  /** The first document waits: whether it is the only one decides how it is printed. */
  #first: object | null = null;
  readonly #commands: Commands;
  readonly #map: MapOf;
  readonly #fileName: string;
  readonly #flags: MapFlags;
  readonly #parties: OnePartner | null;
  readonly #standards: Standards;
  readonly #output: Output;

  constructor(
    commands: Commands,
    map: MapOf,
    fileName: string,
    flags: MapFlags,
    parties: OnePartner | null,
    standards: Standards,
  ) {
    this.#commands = commands;
    this.#map = map;
    this.#fileName = fileName;
    this.#flags = flags;
    this.#parties = parties;
    this.#standards = standards;
    this.#output = openOutput(commands);
  }

  /** Problems of the envelope: a map's reader wants to know, though no document has them. */
  tell(problems: TransactionJudgment['problems']): void {
    for (const problem of problems) {
      if (problem.severity === 'error') this.#errors += 1;
      if (this.#flags.json !== true) this.#commands.printError(problemLine(painter(false), this.#fileName, problem));
    }
  }

  async take(
    transaction: Transaction,
    { root, problems, verdict }: TransactionJudgment,
    header: InterchangeHeader,
    group: GroupHeader,
  ): Promise<void> {
    const { syntax, message, version } = transaction;
    const map = this.#map;
    if (root === null || syntax !== map.syntax || message !== map.message || version !== map.version) {
      this.#left += 1;
      return;
    }
    this.#read += 1;
    const placed: PlacedTransaction = { transaction, root, problems, verdict };
    const reading = await withExpressions(map, map.read(placed, this.#values(transaction, header, group)));
    const all = [...problems, ...reading.problems].toSorted((a, b) => a.at.byteOffset - b.at.byteOffset);
    if (this.#flags.json === true) this.#errors += all.filter(({ severity }) => severity === 'error').length;
    else {
      this.tell(all);
      this.#tellUnmapped(transaction, reading);
    }
    await this.#print(this.#result(transaction, verdict, all, reading));
  }

  async end(): Promise<ExitCode> {
    if (this.#first !== null) await this.#output.text(`${JSON.stringify(this.#first, null, 2)}\n`);
    await this.#output.flush();
    const { message, version } = this.#map;
    if (this.#left > 0 && this.#flags.json !== true) {
      this.#commands.printError(`${many(this.#left, 'transaction')} left out: this map reads ${message} ${version}.`);
    }
    if (this.#read === 0) {
      this.#commands.printError(`${this.#fileName} holds no ${message} of ${version} for this map to read.`);
    }
    return this.#errors > 0 || this.#read === 0 ? 1 : 0;
  }

  #values(transaction: Transaction, header: InterchangeHeader, group: GroupHeader): Readonly<Record<string, unknown>> {
    const parties = this.#parties;
    const own = parties === null ? undefined : agreementOf(parties, transaction, header, group);
    const agreement = own ?? agreementFor(parties, this.#map, 'in');
    return valuesWith(agreement?.values ?? {}, this.#flags.set);
  }

  #result(transaction: Transaction, verdict: string, problems: TransactionJudgment['problems'], reading: MapReading) {
    const { json, trace } = this.#flags;
    if (json !== true && trace !== true) return reading.document ?? {};
    const { message, version, controlNumber } = transaction;
    return {
      map: this.#map.name,
      message,
      version,
      controlNumber,
      verdict,
      document: reading.document,
      unmapped: reading.unmapped.map(({ place, value }) => ({ ...place, value })),
      problems: problems.map(problemAsJson),
      ...(trace === true ? { trace: [...reading.trace.entries()].map(({ path, place }) => ({ path, ...place })) } : {}),
    };
  }

  async #print(result: object): Promise<void> {
    if (this.#flags.json !== true && this.#read === 1) {
      this.#first = result;
      return;
    }
    if (this.#first !== null) await this.#output.line(JSON.stringify(this.#first));
    this.#first = null;
    await this.#output.line(JSON.stringify(result));
  }

  #tellUnmapped({ segments }: Transaction, { unmapped }: MapReading): void {
    for (const { place, value } of unmapped) {
      const { segmentNumber, tag, element, component, repetition } = place;
      const segment = segments[segmentNumber - 1];
      const byte = segment?.byteOffsetOf(element, component ?? 1, repetition ?? 1) ?? 0;
      const at = {
        byteOffset: byte,
        segmentNumber,
        tag,
        elementNumber: element,
        componentNumber: component,
        repetition,
      };
      const name = this.#nameOf(tag, element, component);
      const where = `${this.#fileName}:${byte}  seg ${segmentNumber} ${placeOf({ ...at, loop: null })}`;
      this.#commands.printError(`${where}  not mapped: "${printable(value)}"${name === '' ? '' : `  (${name})`}`);
    }
  }

  #nameOf(tag: string, element: number, component: number | null): string {
    const { syntax, version } = this.#map;
    const use = this.#standards.version(syntax, version)?.segments.get(tag)?.elements[element - 1];
    return use?.composite?.components[(component ?? 1) - 1]?.element.name ?? use?.element?.name ?? '';
  }
}
