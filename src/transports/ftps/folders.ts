import { FailureError } from '../../core/failure.ts';
import { ftpListedMax, remoteEntriesMax } from '../limits.ts';
import { pathIn, type RemoteEntry, RemoteRefusal, type RemoteStat } from '../remote/remote-files.ts';
import { entriesOfList, entryOfFacts, type KnownTimes, type ListedEntry, secondsOf } from './listing.ts';
import { isClear } from './refusal.ts';
import type { FtpsSession } from './session.ts';

/*
 * What lies in a server's folders. "550" stands for "no such file", "no right" and whatever went wrong, in the server's own words. Where the
 * difference decides whether a document is lost, and the words are not clear, the listing of the folder decides.
 */
export class FtpsFolders {
  readonly #session: FtpsSession;
  readonly #times: KnownTimes;
  #home: string | null = null;

  constructor(session: FtpsSession, times: KnownTimes) {
    this.#session = session;
    this.#times = times;
  }

  /** RFC 3659 MLSD, else LIST; `onPage` may take its time, for the server is then made to wait. */
  async list(folder: string, onPage: (page: readonly RemoteEntry[]) => Promise<void> | void): Promise<void> {
    if (this.#session.features.has('MLST')) {
      let count = 0;
      for await (const lines of this.#session.pages('MLSD', `MLSD ${folder}`)) {
        count += lines.length;
        // A server that never says "end" would keep us listing for ever.
        if (count > remoteEntriesMax) throw endless(folder, remoteEntriesMax);
        await onPage(lines.flatMap((line) => entryOfFacts(line) ?? []).filter(isNameable));
      }
      return;
    }
    // No other command may be asked while a listing comes, and every file's time is: so the listing is held, and shorter at most.
    const { pages } = await this.#listForPeople(folder);
    for (const page of pages) {
      const entries: RemoteEntry[] = [];
      for (const listed of page) {
        const entry = await this.#withTime(folder, listed);
        if (entry !== undefined) entries.push(entry);
      }
      await onPage(entries);
    }
  }

  /** Undefined: there is none. RemoteRefusal `denied` when that cannot be told. */
  async stat(path: string): Promise<RemoteStat | undefined> {
    // ProFTPD has no clear word for MLST of what is not there, and one for SIZE.
    const ways = this.#session.features.has('MLST') ? (['facts', 'size'] as const) : (['size'] as const);
    for (const way of ways) {
      try {
        return way === 'facts' ? await this.#facts(path) : await this.#sizeAndTime(path);
      } catch (error) {
        if (!(error instanceof RemoteRefusal) || (error.reason === 'unsupported' && ways.length === 1)) throw error;
        if (isClear(error)) return undefined;
      }
    }
    return this.#lookedUp(path);
  }

  async #facts(path: string): Promise<RemoteStat> {
    const message = await this.#session.ask('MLST', `MLST ${path}`);
    const entry = entryOfFacts((message.split('\n')[1] ?? '').trimStart());
    if (entry === undefined) throw this.#session.nonsense('MLST', message);
    const { kind, byteLength, modifiedS } = entry;
    return { kind, byteLength, modifiedS };
  }

  async #sizeAndTime(path: string): Promise<RemoteStat> {
    const size = await this.#session.ask('SIZE', `SIZE ${path}`);
    const found = /^213[ -](\d{1,15})\b/.exec(size);
    if (found === null) throw this.#session.nonsense('SIZE', size);
    const modifiedS = secondsOf((await this.#session.ask('MDTM', `MDTM ${path}`)).slice(4));
    return { kind: 'file', byteLength: Number(found[1]), modifiedS };
  }

  /** What the listing of its folder says. Refused when that says nothing certain: a drop box, or hidden names that are not listed. */
  async #lookedUp(path: string): Promise<RemoteStat | undefined> {
    const slash = path.lastIndexOf('/');
    const folder = slash === 0 ? '/' : slash < 0 ? '.' : path.slice(0, slash);
    const name = path.slice(slash + 1);
    let found: RemoteEntry | undefined;
    let showsHidden = false;
    try {
      if (this.#session.features.has('MLST'))
        for await (const lines of this.#session.pages('MLSD', `MLSD ${folder}`))
          for (const entry of lines.map(entryOfFacts)) {
            if (entry?.name === name) found = entry;
            if (entry?.name.startsWith('.') === true) showsHidden = true;
          }
      const isSure = found !== undefined || showsHidden || !name.startsWith('.');
      if (!this.#session.features.has('MLST') || (!isSure && this.#session.features.has('MDTM'))) {
        const listing = await this.#listForPeople(folder);
        showsHidden = listing.showsHidden;
        const listed = listing.pages.flat().find((entry) => entry.name === name);
        found = listed === undefined ? undefined : await this.#withTime(folder, listed);
      }
    } catch (error) {
      if (error instanceof RemoteRefusal) throw new RemoteRefusal('denied', error.message);
      throw error;
    }
    if (found === undefined && name.startsWith('.') && !showsHidden)
      throw new RemoteRefusal('denied', `${path} cannot be looked at`);
    if (found === undefined) return undefined;
    const { kind, byteLength, modifiedS } = found;
    return { kind, byteLength, modifiedS };
  }

  async #listForPeople(
    folder: string,
  ): Promise<{ readonly pages: readonly (readonly ListedEntry[])[]; readonly showsHidden: boolean }> {
    if (!this.#session.features.has('MDTM'))
      throw new FailureError(
        'partner-refused',
        `${this.#session.endpoint.host} tells no file's time: it has neither MLSD nor MDTM.`,
      );
    // Into the folder, for LIST takes options, patterns and blanks in its argument for what they are not.
    this.#home ??=
      /^257[ -]"((?:[^"]|"")*)"/.exec(await this.#session.ask('PWD', 'PWD'))?.[1]?.replaceAll('""', '"') ?? '/';
    await this.#session.ask('CWD', `CWD ${folder}`);
    try {
      const pages: (readonly ListedEntry[])[] = [];
      let count = 0;
      let showsHidden = false;
      for await (const lines of this.#session.pages('LIST', 'LIST -a')) {
        count += lines.length;
        if (count > ftpListedMax) throw endless(folder, ftpListedMax);
        showsHidden ||= lines.some((line) => /\s\.{1,2}$/.test(line));
        pages.push(entriesOfList(lines).filter(isNameable));
      }
      return { pages, showsHidden };
    } finally {
      if (!this.#session.isLost) await this.#session.ask('CWD', `CWD ${this.#home}`);
    }
  }

  /** Undefined: gone meanwhile. */
  async #withTime(folder: string, listed: ListedEntry): Promise<RemoteEntry | undefined> {
    const { name, kind, byteLength } = listed;
    if (kind === 'folder' || kind === 'other') return { name, kind, byteLength, modifiedS: 0 };
    const path = pathIn(folder, name);
    const now = performance.now();
    const known = this.#times.of(path, listed, now);
    if (known !== undefined) return { name, kind, byteLength, modifiedS: known };
    try {
      const modifiedS = secondsOf((await this.#session.ask('MDTM', `MDTM ${path}`)).slice(4));
      this.#times.learn(path, listed, modifiedS, now);
      return { name, kind, byteLength, modifiedS };
    } catch (error) {
      if (error instanceof RemoteRefusal) return undefined;
      throw error;
    }
  }
}

/** Whether a command can carry this name: a control character would end the line, and begin another. */
const isNameable = ({ name }: RemoteEntry): boolean => [...name].every((one) => one >= ' ' && one !== '\x7f');

const endless = (folder: string, countMax: number): FailureError =>
  new FailureError('partner-refused', `${folder} has more than ${countMax} entries, or its listing has no end.`);
