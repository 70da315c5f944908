import { FTPError } from 'basic-ftp';
import { type RefusalReason, RemoteRefusal } from '../remote/remote-files.ts';
import { firstLineOf } from './endpoint.ts';

/** A server's "no" to one command; undefined when what was thrown is something else, or says that the connection is of no use any more. */
export function refusalOf(what: string, error: unknown): RemoteRefusal | undefined {
  if (error instanceof FTPError && !ofTheConnection.has(error.code))
    return new RemoteRefusal(reasonOf(error), `${what}: ${firstLineOf(error)}`);
  if (error instanceof Error && error.message.startsWith('Invalid command'))
    return new RemoteRefusal('unsupported', `${what}: no such name can be asked for`);
  return undefined;
}

/** Going away; no data connection, or none with the session it wants: a new login gives another. */
const ofTheConnection: ReadonlySet<number> = new Set([421, 425, 522]);

const ABSENT = /no such|not found|does ?n.t exist|does not exist|cannot find|can.t find/i;
const DENIED = /denied|not permitted|permission|not allowed|forbidden|access/i;

/** Whether the words of a refusal say that the file is not there. */
export const isClear = ({ reason, message }: RemoteRefusal): boolean => reason === 'absent' && ABSENT.test(message);

/** RFC 959, 4.2, and RFC 3659: 550 and 553 are what servers make of them. */
function reasonOf({ code, message }: FTPError): RefusalReason {
  if ([500, 501, 502, 503, 504].includes(code)) return 'unsupported';
  if (code === 550 && /exists|in use|busy|quota|space|full/i.test(message) && !ABSENT.test(message)) return 'failed';
  if (code === 530 || code === 532 || code === 534 || code === 553) return ABSENT.test(message) ? 'absent' : 'denied';
  if (code === 550) return DENIED.test(message) && !ABSENT.test(message) ? 'denied' : 'absent';
  return 'failed';
}
