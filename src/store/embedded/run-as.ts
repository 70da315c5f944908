import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { FailureError } from '../../core/failure.ts';

/*
 * PostgreSQL refuses to run as root. A gateway started by root runs it as the owner of the database files, and as `nobody` when
 * there are none yet; any other gateway runs it as itself.
 */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

const remedy = (uid: number) =>
  `Add the user to /etc/passwd (in a container: useradd --uid ${uid} tallyport), or set DATABASE_URL to a PostgreSQL server.`;

/**
 * Who runs the server over `databaseFolder`: undefined for ourselves.
 * Throws FailureError `platform-unsupported` when that user has no name: PostgreSQL looks itself up and stops without one.
 */
export async function whoRuns(databaseFolder: string): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) {
    assertNamed();
    return undefined;
  }
  const owner = await ownerOf(databaseFolder);
  const users = await usersOfThisMachine();
  if (owner === undefined || owner === 0) {
    const nobody = users.find(({ name }) => name === 'nobody');
    if (nobody !== undefined) return nobody;
    throw new FailureError('platform-unsupported', 'PostgreSQL does not run as root, and there is no user "nobody".', {
      remedy: 'Start the gateway as another user, or set DATABASE_URL to a PostgreSQL server.',
    });
  }
  const user = users.find(({ uid }) => uid === owner);
  if (user !== undefined) return user;
  throw new FailureError(
    'platform-unsupported',
    `${databaseFolder} belongs to user id ${owner}, which has no entry in /etc/passwd: PostgreSQL cannot run as it.`,
    { remedy: remedy(owner) },
  );
}

function assertNamed(): void {
  try {
    userInfo();
  } catch (cause) {
    const uid = process.getuid?.() ?? -1;
    throw new FailureError(
      'platform-unsupported',
      `User id ${uid} has no entry in /etc/passwd: the bundled PostgreSQL cannot run as it.`,
      { cause, remedy: remedy(uid) },
    );
  }
}

async function ownerOf(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).uid;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** name:password:uid:gid:… one a line. Only root asks, and a machine's `nobody` stands in the file itself, never in a directory service. */
async function usersOfThisMachine(): Promise<RunAs[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  return lines
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name, , uid, gid]) => ({ name: name ?? '', uid: Number(uid), gid: Number(gid) }));
}
