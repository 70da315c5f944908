import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { FailureError } from '../core/failure.ts';
import { compileRestrictions, type Restrictions } from '../parsers/restrictions.ts';
import { checkShape } from '../partners/check-shape.ts';
import { describeFault } from '../partners/fault.ts';
import { readYaml } from '../partners/yaml-source.ts';
import { unreadable } from './file-events.ts';

const whole = Type.Integer({ minimum: 0 });
const presence = Type.Unsafe<'required' | 'forbidden'>({ type: 'string', enum: ['required', 'forbidden'] });
const row = Type.Object(
  {
    at: Type.String({ minLength: 1 }),
    presence: Type.Optional(presence),
    timesMax: Type.Optional(whole),
    codes: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    lengthMin: Type.Optional(whole),
    lengthMax: Type.Optional(whole),
  },
  { additionalProperties: false },
);
const GuideFile = Type.Object({ restrictions: Type.Array(row) }, { additionalProperties: false });

/** Reads the guide `--guide` names, a YAML file with the rows of `restrictions`. Throws FailureError `config-invalid` with every fault. */
export function loadGuide(path: string, name: string): Restrictions {
  const source = readYaml({ path: name, text: textOf(path) });
  const { value, faults } = checkShape(GuideFile, source);
  if (value === null || faults.length > 0)
    throw new FailureError('config-invalid', faults.map(describeFault).join('\n'));
  return compileRestrictions(value.restrictions);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}
