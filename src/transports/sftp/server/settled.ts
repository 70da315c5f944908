import { deliver, type InboxParts } from './inbox-files.ts';
import { isUnfinished } from './names.ts';
import { readSpool, removeSpool } from './spool-file.ts';

/** 200 files a channel and turn; the next turn comes a second later. */
const filesAtOnceMax = 200;

/**
 * Delivers what has lain closed for `settleMs`, where a channel is `settled`: for partners whose clients close a file and open it again to add
 * to it. Done again after a kill: what was delivered then is known by its hash.
 */
export async function takeSettled(parts: InboxParts, settleMs: number): Promise<void> {
  const { account, inbox, holder, writers, disk } = parts;
  for (const { name } of await inbox.closed(account.channelId, holder, settleMs, filesAtOnceMax)) {
    if (isUnfinished(name)) continue; // it waits for its rename
    if (await disk.look()) return;
    await writers.inTurn(account.channelId, [name], () => takeOne(parts, name));
  }
}

async function takeOne(parts: InboxParts, name: string): Promise<void> {
  const { account, inbox, spoolFolder, holder, writers, audit } = parts;
  const { channelId } = account;
  const found = await inbox.find(channelId, name);
  // Opened again meanwhile, removed or renamed.
  if (found?.part?.isClosed !== true || found.part.holder !== holder || writers.of(channelId, name) !== undefined)
    return;
  await deliver(parts, name, readSpool(spoolFolder, found.part.spool));
  await inbox.put(channelId, { ...found, part: null });
  await removeSpool(spoolFolder, found.part.spool);
  audit({ operation: 'upload', name, byteLength: found.byteLength, outcome: 'ok, settled' });
}
