import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FailureError } from '../core/failure.ts';
import { type BalanceRules, balanceRulesOf } from '../parsers/balance-rules.ts';
import { buildVersion, type VersionFile, type VersionTables } from '../parsers/standards/build.ts';
import { extendVersion, tableFaults } from '../parsers/standards/check-file.ts';
import type { MessageTable } from '../parsers/standards/definitions.ts';
import { type ImpliedLoops, impliedLoopsOf } from '../parsers/standards/implied.ts';
import type { SyntaxName } from '../parsers/transaction.ts';

/** The standards' files, read when first asked for and kept. Throws FailureError `config-invalid` for a file that cannot be understood. */
export interface Standards {
  /** The table of one message; undefined when the version or the message is not held. `version`: first six of GS08, or 0052+0054 ("D96A"). */
  table(syntax: SyntaxName, version: string, message: string): MessageTable | undefined;
  /** All tables of a version; undefined when it is not held. `envelope` (X12), `D3` and `41` (EDIFACT syntax 3 and 4) hold the service segments. */
  version(syntax: SyntaxName, version: string): VersionTables | undefined;
  /** Short names of an element's codes, for people; empty when none are held. */
  codeNames(version: string, elementId: string): ReadonlyMap<string, string>;
  /** The loops real senders leave unopened in this message. */
  implied(message: string): ImpliedLoops;
  /** What must add up in this message. */
  balances(message: string): BalanceRules;
  /** Reads every version of the further folders now: who starts a gateway wants to hear of a bad table then, not with the first file. */
  readFurther(): void;
}

/** The package's own folder: two levels above src/library as above dist/library. */
const ownFolder = fileURLToPath(new URL('../../standards/', import.meta.url));

/** Whether a name from the wire can be a file name of ours: it never leaves the folder, whatever a partner wrote. */
const isPlainName = (name: string) => /^[A-Za-z0-9]{1,12}$/.test(name);

/**
 * Where a licensee's tables are looked for: what TALLYPORT_STANDARDS lists, then `standards/` in the data folder. Throws FailureError
 * `config-invalid` for a listed folder that is not there: mistyped, it would show as a version that nobody holds.
 */
export function furtherFolders(listed: string | undefined, dataFolder: string): readonly string[] {
  const named = (listed ?? '').split(delimiter).filter((folder) => folder !== '');
  const absent = named.find((folder) => !isFolder(folder));
  if (absent !== undefined) throw new FailureError('config-invalid', `TALLYPORT_STANDARDS: ${absent} is no folder.`);
  return [...named, join(dataFolder, 'standards')];
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A file may extend another, and that a third; more is a circle, or cannot be followed by a person either. */
const extendsMax = 4;
/** The widest version of X12, whole, has some ten million characters. */
const tableBytesMax = 64 * 1024 * 1024;

/**
 * Takes the folder with x12/, edifact/, implied/ and balances/ (ours when absent), and a licensee's of the same form, looked through first.
 * Gives the tables in them. A licensee's version file may extend another version, or ours of the same name: standards/README.md.
 */
export function openStandards(folder: string = ownFolder, further: readonly string[] = []): Standards {
  const versions = new Map<string, VersionTables | undefined>();
  const names = new Map<string, ReadonlyMap<string, ReadonlyMap<string, string>>>();
  const implied = new Map<string, ImpliedLoops>();
  const balances = new Map<string, BalanceRules>();
  const folders = [...further, folder];

  function version(syntax: SyntaxName, name: string): VersionTables | undefined {
    if (!isPlainName(name)) return undefined;
    return keep(versions, `${syntax}/${name}`, () => {
      // Syntax 4's UNH, UNS and UNT take all that syntax 3's do, and a directory may come under either.
      const service = syntax === 'edifact' && name !== '41' ? version('edifact', '41') : undefined;
      const file = versionFile(folders, syntax, name, 0, [...(service?.segments.keys() ?? [])]);
      return file === undefined ? undefined : buildVersion(file, service);
    });
  }

  return {
    version,
    table: (syntax, name, message) => version(syntax, name)?.message(message),
    codeNames(name, elementId) {
      if (!isPlainName(name)) return new Map();
      // X12 versions are six digits, and their meanings do not change between them; a directory of EDIFACT has its own.
      const key = /^\d{6}$/.test(name) ? 'x12/code-names' : `edifact/${name}-code-names`;
      const lists = keep(names, key, () => {
        const file = firstOf<Record<string, Record<string, string>>>(folders, key) ?? {};
        return new Map(Object.entries(file).map(([id, list]) => [id, new Map(Object.entries(list))]));
      });
      return lists.get(elementId) ?? new Map();
    },
    implied: (message) =>
      keep(implied, message, () =>
        impliedLoopsOf(isPlainName(message) ? firstOf(folders, `implied/${message}`) : undefined, message),
      ),
    balances: (message) =>
      keep(balances, message, () =>
        balanceRulesOf(isPlainName(message) ? firstOf(folders, `balances/${message}`) : undefined, message),
      ),
    readFurther() {
      for (const syntax of ['x12', 'edifact'] as const)
        for (const name of further.flatMap((each) => versionsIn(join(each, syntax)))) version(syntax, name);
    },
  };
}

/** The first folder's version file, with what it extends. One that is not ours is checked row by row before anybody builds on it. */
function versionFile(
  folders: readonly string[],
  syntax: SyntaxName,
  name: string,
  depth: number,
  service: readonly string[],
): VersionFile | undefined {
  const at = folders.findIndex((folder) => existsSync(join(folder, syntax, `${name}.json`)));
  const folder = folders[at];
  if (folder === undefined) return undefined;
  const path = join(folder, syntax, `${name}.json`);
  let file: unknown = readJson(path);
  if (folder === ownFolder) return file as VersionFile;
  const base = Object(file).extends;
  if (base !== undefined) {
    if (typeof base !== 'string' || !isPlainName(base)) throw broken(path, ['extends: is no name of a version']);
    if (depth === extendsMax) throw broken(path, [`extends: more than ${extendsMax} files extend one another`]);
    const below = versionFile(base === name ? folders.slice(at + 1) : folders, syntax, base, depth + 1, service);
    if (below === undefined) throw broken(path, [`extends: there is no ${syntax}/${base}.json to extend`]);
    file = extendVersion(below, Object(file));
  }
  const faults = tableFaults(file, { standard: syntax, version: name }, service);
  if (faults.length > 0)
    throw broken(
      path,
      faults.map(({ path: at, message }) => (at === '' ? message : `${at}: ${message}`)),
    );
  return file as VersionFile;
}

const broken = (path: string, faults: readonly string[]) =>
  new FailureError('config-invalid', `${path} is no table of a version:\n${faults.join('\n')}`, {
    remedy: 'standards/README.md describes the format.',
  });

/** Names of the version files of a folder; none when it is not there. */
const versionsIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json') && !name.endsWith('code-names.json'))
        .map((name) => name.slice(0, -'.json'.length))
    : [];

/** At most this many answers are kept: names come from the wire, and a stranger must not fill the memory with them. */
const keptMax = 1_000;

function keep<Value>(kept: Map<string, Value>, key: string, make: (key: string) => Value): Value {
  const known = kept.get(key);
  if (known !== undefined || kept.has(key)) return known as Value;
  if (kept.size >= keptMax) kept.clear();
  const made = make(key);
  kept.set(key, made);
  return made;
}

function firstOf<Content>(folders: readonly string[], name: string): Content | undefined {
  const path = folders.map((folder) => join(folder, `${name}.json`)).find((each) => existsSync(each));
  return path === undefined ? undefined : (readJson(path) as Content);
}

function readJson(path: string): unknown {
  try {
    const { size } = statSync(path);
    if (size > tableBytesMax) throw new RangeError(`it has ${size} bytes, and ${tableBytesMax} are the most`);
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FailureError('config-invalid', `${path} cannot be read as JSON: ${why}`, { cause });
  }
}
