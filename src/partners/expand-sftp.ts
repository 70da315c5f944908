import { directoryDefaults } from './defaults.ts';
import { faultOfFileName } from './file-name.ts';
import type { Draft, Faults } from './gathering.ts';
import { bareCertificates } from './line-settings.ts';
import type {
  FtpsEntry,
  FtpsSettings,
  RemoteFolderSettings,
  SftpEntry,
  SftpMailboxEntry,
  SftpMailboxSettings,
  SftpSettings,
} from './sftp-settings.ts';

export const sftpDefaults = {
  port: 22,
  /** 30 s: a server behind a slow directory of users takes some. */
  timeoutMs: 30_000,
  takeWhen: 'settled',
  /** 15 s at one size: producers pause, and modification times have whole seconds. */
  settleMs: 15_000,
  markerSuffix: '.done',
  /** A minute: partners' servers count logins. */
  pollIntervalMs: 60_000,
  upload: 'rename',
} as const;

/** RFC 4217 uses FTP's own port; 990 was never standard, and everybody's. */
export const ftpsPorts = { explicit: 21, implicit: 990 } as const;

export const sftpMailboxDefaults = {
  login: 'either',
  inboxName: 'in',
  outboxName: 'out',
  leavesWhen: 'read',
  takeWhen: 'closed',
  /** As where we poll: a client that adds to a file opens it again at once. */
  settleMs: 15_000,
  mayList: true,
  mayDelete: true,
  mayRename: true,
  mayOverwrite: true,
  quotaBytes: 10_000_000_000,
  quotaFiles: 100_000,
} as const;

/** A channel by which we are the client. Whatever it lacks to do anything joins the faults. */
export function expandSftp(
  { source, lacks }: Draft<unknown>,
  path: readonly string[],
  entry: SftpEntry,
  faults: Faults,
): SftpSettings {
  const { passwordVariable = null, privateKeyVariable = null, passphraseVariable = null } = entry;
  if (passwordVariable === null && privateKeyVariable === null && !lacks(path))
    faults.push(
      source.faultAt(
        path,
        'This channel has nothing to log in with: neither privateKeyVariable nor passwordVariable is given.',
      ),
    );
  return {
    kind: 'sftp',
    username: entry.username,
    hostKeys: entry.hostKeys,
    passwordVariable,
    privateKeyVariable,
    passphraseVariable,
    legacyAlgorithms: entry.legacyAlgorithms ?? [],
    ...expandFolders({ source, lacks }, path, entry, faults, sftpDefaults.port),
  };
}

/** A channel by which we are the client of an FTPS server. */
export function expandFtps(
  draft: Pick<Draft<unknown>, 'source' | 'lacks'>,
  path: readonly string[],
  entry: FtpsEntry,
  faults: Faults,
): FtpsSettings {
  const { security = 'explicit', username, passwordVariable, serverCertificates = [] } = entry;
  const tell = (key: string, message: string): void => {
    if (!draft.lacks(path)) faults.push(draft.source.faultAt([...path, key], message));
  };
  return {
    kind: 'ftps',
    security,
    username,
    passwordVariable,
    serverCertificates: bareCertificates(serverCertificates, 'serverCertificates', tell),
    ...expandFolders(draft, path, entry, faults, ftpsPorts[security]),
  };
}

/** What is the same of every partner's file server. */
function expandFolders(
  { source, lacks }: Pick<Draft<unknown>, 'source' | 'lacks'>,
  path: readonly string[],
  entry: Omit<FtpsEntry, 'kind' | 'username' | 'passwordVariable'>,
  faults: Faults,
  port: number,
): RemoteFolderSettings {
  const { inbox = null, outbox = null, archive = null, fileName = directoryDefaults.fileName } = entry;
  const tell = (key: string | null, message: string): void => {
    if (!lacks(path)) faults.push(source.faultAt(key === null ? path : [...path, key], message));
  };
  if (inbox === null && outbox === null) tell(null, 'This channel does nothing: neither inbox nor outbox is given.');
  if (inbox !== null && entry.afterPickUp === undefined && archive === null)
    tell('inbox', 'What becomes of files that are picked up? Give archive, or afterPickUp: delete or leave.');
  if (entry.afterPickUp === 'archive' && archive === null)
    tell('afterPickUp', 'To archive files, archive must name their folder.');
  const wrongName = faultOfFileName(fileName);
  if (wrongName !== null) tell('fileName', `'${fileName}' makes no file name: ${wrongName}.`);
  return {
    host: entry.host,
    port: entry.port ?? port,
    timeoutMs: entry.timeoutMs ?? sftpDefaults.timeoutMs,
    inbox,
    files: entry.files ?? [],
    takeWhen: entry.takeWhen ?? sftpDefaults.takeWhen,
    settleMs: entry.settleMs ?? sftpDefaults.settleMs,
    markerSuffix: entry.markerSuffix ?? sftpDefaults.markerSuffix,
    afterPickUp: entry.afterPickUp ?? 'archive',
    archive,
    pollIntervalMs: entry.pollIntervalMs ?? sftpDefaults.pollIntervalMs,
    outbox,
    upload: entry.upload ?? sftpDefaults.upload,
    temporaryFolder: entry.temporaryFolder ?? null,
    fileName,
  };
}

/** A channel by which we are the server. */
export function expandSftpMailbox(
  { source, lacks }: Draft<unknown>,
  path: readonly string[],
  entry: SftpMailboxEntry,
  faults: Faults,
): SftpMailboxSettings {
  const { keys = [], passwords = [], fileName = directoryDefaults.fileName } = entry;
  const settings = { ...sftpMailboxDefaults, ...entry };
  const tell = (key: string | null, message: string): void => {
    if (!lacks(path)) faults.push(source.faultAt(key === null ? path : [...path, key], message));
  };
  const wantsKey = settings.login === 'key' || settings.login === 'both';
  const wantsPassword = settings.login === 'password' || settings.login === 'both';
  if (
    keys.length + passwords.length === 0 ||
    (wantsKey && keys.length === 0) ||
    (wantsPassword && passwords.length === 0)
  )
    tell(null, `Nobody can log in here: login '${settings.login}' needs what keys and passwords do not hold.`);
  if (settings.inboxName === settings.outboxName) tell('outboxName', 'Inbox and outbox must have different names.');
  const wrongName = faultOfFileName(fileName);
  if (wrongName !== null) tell('fileName', `'${fileName}' makes no file name: ${wrongName}.`);
  return {
    kind: 'sftp-mailbox',
    username: entry.username,
    keys: keys.map(({ publicKey, expiresOn }) => ({ publicKey, expiresOn: expiresOn ?? null })),
    passwords: passwords.map(({ scrypt, expiresOn }) => ({ scrypt, expiresOn: expiresOn ?? null })),
    login: settings.login,
    inboxName: settings.inboxName,
    outboxName: settings.outboxName,
    leavesWhen: settings.leavesWhen,
    takeWhen: settings.takeWhen,
    settleMs: settings.settleMs,
    mayList: settings.mayList,
    mayDelete: settings.mayDelete,
    mayRename: settings.mayRename,
    mayOverwrite: settings.mayOverwrite,
    quotaBytes: settings.quotaBytes,
    quotaFiles: settings.quotaFiles,
    fileName,
  };
}
