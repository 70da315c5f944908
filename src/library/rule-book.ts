import { FailureError } from '../core/failure.ts';
import { checkCodeTable } from '../mappers/index.ts';
import type { Restrictions } from '../parsers/restrictions.ts';
import { type ConfigurationFault, describeFault } from '../partners/fault.ts';
import { type RulePlace, readGuide, rulePlace } from '../partners/rule-files.ts';
import type { SourceFile } from '../partners/yaml-source.ts';
import { checkExpressions } from './expressions.ts';
import type { Maps } from './maps.ts';

/** Maps and guides as they are for one partner: its own before the company's, and those before the base maps. */
export interface PartnerRules {
  readonly maps: Maps;
  /** Null for no guide. Throws FailureError `config-invalid` when there is none of this name, or it has faults. */
  guide(name: string | null): Restrictions | null;
}

/** The rules of one configuration; each partner's are opened when first asked for, and kept. */
export interface RuleBook {
  of(partner: string): PartnerRules;
}

/** Takes the base maps and a configuration's files of rules. */
export function openRuleBook(base: Maps, files: readonly SourceFile[]): RuleBook {
  const opened = new Map<string, PartnerRules>();
  return {
    of(partner) {
      const known = opened.get(partner);
      if (known !== undefined) return known;
      const rules = openRules(base, files, partner);
      opened.set(partner, rules);
      return rules;
    },
  };
}

function openRules(base: Maps, files: readonly SourceFile[], partner: string): PartnerRules {
  // The partner's own last: of one name, the last is found.
  const maps = new Map([...placed(files, 'map', null), ...placed(files, 'map', partner)]);
  return { maps: maps.size === 0 ? base : base.under(maps), guide: openGuides(files, partner) };
}

/** A partner's guides among a configuration's files of rules, each compiled when first asked for. */
export function openGuides(files: readonly SourceFile[], partner: string): PartnerRules['guide'] {
  const guides = new Map(placed(files, 'guide', partner));
  const compiled = new Map<string, Restrictions>();
  return (name) => {
    if (name === null) return null;
    const known = compiled.get(name);
    if (known !== undefined) return known;
    const file = guides.get(name);
    if (file === undefined) throw new FailureError('config-invalid', `${partner} has no guide '${name}'.`);
    const { restrictions, faults } = readGuide(file);
    if (restrictions === null) throw new FailureError('config-invalid', faults.map(describeFault).join('\n'));
    compiled.set(name, restrictions);
    return restrictions;
  };
}

const placed = (files: readonly SourceFile[], kind: RulePlace['kind'], owner: string | null) =>
  files.flatMap((file): [string, SourceFile][] => {
    const place = rulePlace(file.path);
    return place?.kind === kind && place.partner === owner ? [[place.name, file]] : [];
  });

/** What is wrong with the maps of a configuration, in their own places. Guides are judged with the configuration's other files. */
export async function mapFaultsIn(
  book: RuleBook,
  files: readonly SourceFile[],
): Promise<readonly ConfigurationFault[]> {
  const found: ConfigurationFault[] = [];
  for (const { path, text } of files) {
    const place = rulePlace(path);
    if (place?.kind !== 'map') continue;
    const { maps } = book.of(place.partner ?? '');
    const faults = place.name.startsWith('tables/')
      ? checkCodeTable(text, path)
      : maps.check(place.name).filter(({ severity }) => severity === 'error');
    const broken = faults.length > 0 || place.name.startsWith('tables/');
    for (const { file, line, column, message } of broken ? faults : await checkExpressions(maps.map(place.name)))
      found.push({ file, line, column, at: '', message, found: null, expected: null });
  }
  return found;
}
