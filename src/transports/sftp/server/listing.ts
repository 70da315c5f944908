import type { FileEntry } from 'ssh2';
import { entryOf, fileAttributes, folderAttributes } from './attributes.ts';
import type { InboxParts } from './inbox-files.ts';
import type { Account, Waiting } from './mailbox.ts';
import type { OutboxParts } from './outbox-files.ts';

/** 100 names a page: 16 KB, under the 34,000 bytes every client must take in a packet. */
const pageCount = 100;

export async function* listRoot({ inbox, outbox }: Account, nowS: number): AsyncGenerator<readonly FileEntry[]> {
  yield ['.', '..', inbox.name, outbox.name].map((name) => entryOf(name, folderAttributes(nowS)));
}

/** A folder's files page by page, each asked for when the client wants it: a mailbox may hold 100,000. */
export async function* listFolder(
  folder: 'inbox' | 'outbox',
  { account, inbox, holder, clock }: InboxParts,
  { outbox }: OutboxParts,
): AsyncGenerator<readonly FileEntry[]> {
  const nowS = Math.floor(clock.now().getTime() / 1_000);
  yield ['.', '..'].map((name) => entryOf(name, folderAttributes(nowS)));
  if (folder === 'outbox') {
    for (let last: Waiting | null = null; ; ) {
      const page: readonly Waiting[] = await outbox.list(account.channelId, last, pageCount);
      if (page.length > 0) yield page.map((waiting) => entryOf(waiting.name, fileAttributes(waiting)));
      last = page.at(-1) ?? null;
      if (page.length < pageCount) return;
    }
  }
  for (let last: string | null = null; ; ) {
    const page = await inbox.list(account.channelId, last, pageCount);
    const shown = page.filter(({ part }) => part === null || part.holder === holder);
    if (shown.length > 0) yield shown.map((upload) => entryOf(upload.name, fileAttributes(upload)));
    last = page.at(-1)?.name ?? null;
    if (page.length < pageCount) return;
  }
}
