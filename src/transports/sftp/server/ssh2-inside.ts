import type { SFTPWrapper } from 'ssh2';

/* What ssh2 has and shows to nobody: here and nowhere else it is reached for inside. */

/**
 * Exit status 0, as every SFTP server says at its end: scp takes its absence for a failure. ssh2 has it for its other channels and not for
 * this one, so it is reached for inside; should it move, only scp's exit code suffers.
 */
export function sayDone(sftp: SFTPWrapper): void {
  const protocol: unknown = Reflect.get(sftp, '_protocol');
  const outgoing: unknown = Reflect.get(sftp, 'outgoing');
  const exitStatus: unknown = isObject(protocol) ? Reflect.get(protocol, 'exitStatus') : undefined;
  if (typeof exitStatus === 'function' && isObject(outgoing)) exitStatus.call(protocol, Reflect.get(outgoing, 'id'), 0);
}

/** The bytes that ssh2 holds back for a client that opens no window. It keeps them in a list without a limit, and shows it to nobody. */
export function heldBack(sftp: SFTPWrapper): number {
  const buffer: unknown = Reflect.get(sftp, '_buffer');
  return Array.isArray(buffer)
    ? buffer.reduce((sum: number, piece: unknown) => sum + (Buffer.isBuffer(piece) ? piece.byteLength : 0), 0)
    : 0;
}
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
