import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FailureError } from '../core/failure.ts';
import { type BalanceRules, balanceRulesOf } from '../parsers/balance-rules.ts';
import { buildVersion, type VersionFile, type VersionTables } from '../parsers/standards/build.ts';
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
}

/** The package's own folder: two levels above src/library as above dist/library. */
const ownFolder = fileURLToPath(new URL('../../standards/', import.meta.url));

/** Whether a name from the wire can be a file name of ours: it never leaves the folder, whatever a partner wrote. */
const isPlainName = (name: string) => /^[A-Za-z0-9]{1,12}$/.test(name);

/** Takes the folder with x12/, edifact/, implied/ and balances/ (ours when absent); gives the tables in it. */
export function openStandards(folder: string = ownFolder): Standards {
  const versions = new Map<string, VersionTables | undefined>();
  const names = new Map<string, ReadonlyMap<string, ReadonlyMap<string, string>>>();
  const implied = new Map<string, ImpliedLoops>();
  const balances = new Map<string, BalanceRules>();

  function version(syntax: SyntaxName, name: string): VersionTables | undefined {
    if (!isPlainName(name)) return undefined;
    return keep(versions, `${syntax}/${name}`, (key) => {
      const file = readJson<VersionFile>(folder, key);
      if (file === undefined) return undefined;
      // Syntax 4's UNH, UNS and UNT take all that syntax 3's do, and a directory may come under either.
      return buildVersion(file, syntax === 'edifact' && name !== '41' ? version('edifact', '41') : undefined);
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
        const file = readJson<Record<string, Record<string, string>>>(folder, key) ?? {};
        return new Map(Object.entries(file).map(([id, list]) => [id, new Map(Object.entries(list))]));
      });
      return lists.get(elementId) ?? new Map();
    },
    implied: (message) =>
      keep(implied, message, () =>
        impliedLoopsOf(isPlainName(message) ? readJson(folder, `implied/${message}`) : undefined, message),
      ),
    balances: (message) =>
      keep(balances, message, () =>
        balanceRulesOf(isPlainName(message) ? readJson(folder, `balances/${message}`) : undefined, message),
      ),
  };
}

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

function readJson<Content>(folder: string, name: string): Content | undefined {
  const path = join(folder, `${name}.json`);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content;
  } catch (cause) {
    throw new FailureError('config-invalid', `${path} cannot be read as JSON`, { cause });
  }
}
