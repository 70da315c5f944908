import { FailureError, type FailureKind } from '../../core/failure.ts';
import { codeOf } from './names.ts';

/** What a file system's error means for the work that met it. */
export function diskFailure(what: string, cause: unknown): FailureError {
  if (cause instanceof FailureError) return cause;
  const code = codeOf(cause);
  const remedy = REMEDIES[code];
  return new FailureError(kindOf(code), `${what} failed: ${code === '' ? String(cause) : code}.`, {
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function kindOf(code: string): FailureKind {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'disk-full';
  // What no retry mends: a person gives the right or mounts the folder writable.
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENAMETOOLONG') return 'partner-refused';
  // A folder that is gone, a share that hangs, too many open files: passing, as networks are.
  return code === '' ? 'bug' : 'partner-unreachable';
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Give the gateway the right to read, write and rename in this folder.',
  EPERM: 'Give the gateway the right to read, write and rename in this folder.',
  EROFS: 'Mount the folder so that the gateway may write to it.',
  ENOENT: 'Check that the folder exists and is mounted.',
};
