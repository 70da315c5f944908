import { type Static, Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import { compileRestrictions, type Restrictions } from '../parsers/restrictions.ts';
import { checkShape } from './check-shape.ts';
import type { ConfigurationFault } from './fault.ts';
import { readYaml, type SourceFile } from './yaml-source.ts';

/*
 * Rules  maps and guides that are the company's own or one partner's: part of the configuration, in force and versioned with it.
 *
 *   company/maps/<name>.yaml              before the base maps, for every partner
 *   partners/<partner>/maps/<name>.yaml   before those, for one partner; `tables/<name>` are code tables, here as among the base maps
 *   partners/<partner>/guides/<name>.yaml what an agreement's `guide:` names
 */
export interface RulePlace {
  /** Null: the company's, for all. */
  readonly partner: string | null;
  readonly kind: 'map' | 'guide';
  readonly name: string;
}

const RULE_PATH =
  /^(?:company|partners\/([a-z0-9][a-z0-9-]{0,39}))\/(maps|guides)\/((?:[A-Za-z0-9][\w-]{0,60}\/){0,5}[A-Za-z0-9][\w-]{0,60})\.yaml$/;

/** What the file at this path is, or undefined when it holds no rules. */
export function rulePlace(path: string): RulePlace | undefined {
  const match = RULE_PATH.exec(path);
  if (match === null) return undefined;
  const [, partner = null, kind, name = ''] = match;
  // What one partner wants restricted is no other's: a company has no guides.
  if (kind === 'guides' && partner === null) return undefined;
  return { partner, kind: kind === 'maps' ? 'map' : 'guide', name };
}

const whole = Type.Integer({ minimum: 0 });
const presence = Type.Unsafe<'required' | 'forbidden'>({ type: 'string', enum: ['required', 'forbidden'] });
const Row = Type.Object(
  {
    at: Type.String({ minLength: 1, description: 'a place like BEG02 or N1[N101=ST]' }),
    presence: Type.Optional(presence),
    timesMax: Type.Optional(whole),
    codes: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    lengthMin: Type.Optional(whole),
    lengthMax: Type.Optional(whole),
  },
  { additionalProperties: false },
);
const GuideFile = Type.Object({ restrictions: Type.Array(Row) }, { additionalProperties: false });

export type ReadGuide =
  | { readonly restrictions: Restrictions; readonly faults: readonly [] }
  | { readonly restrictions: null; readonly faults: readonly ConfigurationFault[] };

/** A guide's file: its rows compiled, or every fault of it, each at its line. */
export function readGuide(file: SourceFile): ReadGuide {
  const { value, source, faults } = checkShape(GuideFile, readYaml(file));
  const told: ConfigurationFault[] = [...faults];
  const restrictions = (value?.restrictions ?? []).flatMap((row: Static<typeof Row>, index: number) => {
    try {
      return compileRestrictions([row]);
    } catch (wrong) {
      if (!(wrong instanceof FailureError)) throw wrong;
      const expected = 'a place like BEG02, N1[N101=ST] or PO1/REF02';
      told.push(
        source.faultAt(['restrictions', index, 'at'], `'${row.at}' is no place; ${expected} is expected.`, {
          found: row.at,
          expected,
        }),
      );
      return [];
    }
  });
  return told.length > 0 ? { restrictions: null, faults: told } : { restrictions, faults: [] };
}
