import { readFileSync } from 'node:fs';
import { FailureError } from '../core/failure.ts';
import type { Restrictions } from '../parsers/restrictions.ts';
import { describeFault } from '../partners/fault.ts';
import { readGuide } from '../partners/rule-files.ts';
import { unreadable } from './file-events.ts';

/** Reads the guide `--guide` names, a YAML file with the rows of `restrictions`. Throws FailureError `config-invalid` with every fault. */
export function loadGuide(path: string, name: string): Restrictions {
  const { restrictions, faults } = readGuide({ path: name, text: textOf(path) });
  if (restrictions === null) throw new FailureError('config-invalid', faults.map(describeFault).join('\n'));
  return restrictions;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}
