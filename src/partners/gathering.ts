import type { Agreement, Channel, Company, Partner } from './configuration.ts';
import type { ConfigurationFault, TreePath } from './fault.ts';
import type { AgreementsFile, AgreementTerms } from './file-schemas.ts';
import { type Identity, identityOf } from './identity.ts';
import type { YamlSource } from './yaml-source.ts';

export type MapReads = Pick<Agreement, 'syntax' | 'message' | 'version'>;

/** Questions about maps, which are not this reading's to compile; what is absent is not asked. */
export interface ConfigurationChecks {
  /** Is there a map of this name, the partner's, the company's or a base map? */
  readonly mapExists?: (name: string, partner: string) => boolean;
  /** What a map of this name reads and writes; undefined when that cannot be told. */
  readonly mapReads?: (name: string, partner: string) => MapReads | undefined;
}

/** A checked file, and where in it each value stands. */
export interface Draft<T> {
  readonly source: YamlSource;
  readonly value: T;
  /** Whether something at this place, or below it, was at fault and is left out: what follows from its absence is then not told. */
  lacks(path: TreePath): boolean;
}

/** Where the faults of one reading gather. */
export type Faults = ConfigurationFault[];

/** What agreements are read against. */
export interface Surroundings {
  /** Null when the company's own file is at fault, or its identities are: what depends on them is then not judged. The same holds for the partner. */
  readonly company: Company | null;
  readonly partner: Partner | null;
  /** The partner's folder. */
  readonly folder: string;
  readonly channels: readonly Channel[];
  /** Whether something of the channel of this name was at fault: what it can do is then not judged. */
  unsure(channel: string): boolean;
  readonly mapExists: ConfigurationChecks['mapExists'];
  readonly mapReads: ConfigurationChecks['mapReads'];
  /** Whether the partner's folder has a guide of this name. */
  guideExists(name: string): boolean;
}

/** One entry over its file's defaults, and where each term was written. */
export interface EntryTerms {
  readonly draft: Draft<AgreementsFile>;
  readonly index: number;
  readonly terms: AgreementTerms;
  /** The path of a term, in the entry or in the defaults it came from: where mending it begins. */
  pathOf(term: keyof AgreementTerms, ...more: readonly (string | number)[]): TreePath;
  /** Whether something of this term was at fault and left out, in the entry or in the defaults. */
  lacks(term: keyof AgreementTerms): boolean;
}

/** Stands for a version that is not told: the faults say so. */
export const unknownVersion = '';

/** Reads an identity out of a file; a wrong one is a fault, told at its place. */
export function identityAt({ source }: Draft<unknown>, path: TreePath, text: string, faults: Faults) {
  const identity = identityOf(text);
  if (identity === undefined) {
    const expected = text.startsWith('x12:')
      ? 'x12:<2 characters>:<1 to 15 characters>'
      : 'edifact:<up to 4 characters>:<1 to 35 characters>';
    faults.push(source.faultAt(path, `'${text}' is no identity; ${expected} is expected.`, { found: text, expected }));
    return undefined;
  }
  if (identity.syntax === 'edifact' && identity.qualifier === '14') checkGln(source, path, identity.id, faults);
  return identity;
}

/** Every readable identity of a list, in its order. */
export const identitiesAt = (
  draft: Draft<unknown>,
  path: TreePath,
  texts: readonly string[],
  faults: Faults,
): readonly Identity[] => texts.flatMap((text, index) => identityAt(draft, [...path, index], text, faults) ?? []);

/** Stands for an identity that cannot be told: the faults say why, and what hangs on it is not judged. */
export const untold = (syntax: Identity['syntax']): Identity => ({ syntax, qualifier: null, id: '' });
export const isTold = ({ id }: Identity): boolean => id !== '';

/** Ids as the files give them; a GLN must have its check digit right, for partners refuse it otherwise. */
export function idsAt(
  { source }: Draft<unknown>,
  ids: readonly { readonly scheme: string; readonly value: string }[],
  faults: Faults,
) {
  for (const [index, { scheme, value }] of ids.entries())
    if (scheme === 'gln') checkGln(source, ['ids', index, 'value'], value, faults);
  return ids;
}

function checkGln(source: YamlSource, path: TreePath, gln: string, faults: Faults): void {
  const expected = /^\d{13}$/.test(gln) ? `${gln.slice(0, -1)}${checkDigitOf(gln.slice(0, -1))}` : '13 digits';
  if (gln !== expected)
    faults.push(
      source.faultAt(path, `'${gln}' is no GLN; ${expected} is expected (GS1 check digit).`, { found: gln, expected }),
    );
}

/** Modulo 10 of the GS1 General Specifications 7.9: from the right, weights 3, 1, 3, … */
function checkDigitOf(digits: string): string {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}
