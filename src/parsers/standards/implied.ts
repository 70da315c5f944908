import { FailureError } from '../../core/failure.ts';

/** Loops that real senders leave unopened, as paths of triggers from the root: "ENT", "ENT/RMR". */
export type ImpliedLoops = ReadonlySet<string>;

/** Takes a parsed standards/implied/<message>.json, or undefined when there is none; gives its loops. FailureError `config-invalid` when it is no such file. */
export function impliedLoopsOf(file: unknown, message: string): ImpliedLoops {
  if (file === undefined) return new Set();
  const loops = typeof file === 'object' && file !== null && 'loops' in file ? file.loops : undefined;
  if (!Array.isArray(loops) || !loops.every((loop): loop is string => typeof loop === 'string')) {
    throw new FailureError('config-invalid', `standards/implied/${message}.json has no list of loops`);
  }
  return new Set(loops);
}
