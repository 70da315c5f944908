import { createHash, type Hash } from 'node:crypto';
import { FailureError, withNothingSent } from '../../core/failure.ts';
import type { OutboundDelivery, Receipt, Transport } from '../transport.ts';
import type { SharedConnection } from './connection.ts';
import { pathIn, type RemoteFiles, RemoteRefusal, type RemoteStat } from './remote-files.ts';

/*
 * A delivery's way into a partner's folder, `rename`:
 *
 *   .NAME.part written ─▶ its size looked at ─▶ journal: ready ─▶ renamed to NAME ─▶ receipt
 *
 * The journal stands in our database. An attempt that finds `ready` and no temporary file knows that the rename was done, though its
 * answer was lost and the partner has taken the file since: without it a second one would be sent. `direct` and `marker` write NAME itself
 * (for partners who give no right to rename), journal `writing` before and `ready` after; `marker` then writes NAME.done, empty.
 *
 * The temporary name is the same at every attempt, so the next one overwrites what a killed one left: attempts at one delivery do not
 * overlap, for its work is held by one worker at a time.
 */
export type UploadStage = 'none' | 'writing' | 'ready';

export interface UploadJournal {
  stageOf(deliveryId: string): Promise<UploadStage>;
  /** Committed when it returns. */
  record(deliveryId: string, stage: UploadStage): Promise<void>;
}

export interface RemoteOutboxOptions {
  readonly connection: SharedConnection;
  readonly journal: UploadJournal;
  /** As people name the server: "sftp://user@host:22". */
  readonly place: string;
  readonly folder: string;
  readonly mode: 'rename' | 'direct' | 'marker';
  /** Where temporary files go; null: beside the final ones. */
  readonly temporaryFolder: string | null;
  /** What a marker is called: the file's name and this. */
  readonly markerSuffix: string;
}

/** Plain characters, not hidden, no way out of the folder: as in a directory's outbox. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/** Uploads deliveries into a folder of a partner's server, whole or not at all, and never over another file. */
export function remoteOutbox(options: RemoteOutboxOptions): Transport {
  return {
    async send(delivery) {
      if (!FILE_NAME.test(delivery.fileName))
        throw new FailureError('partner-refused', `'${delivery.fileName}' cannot be the name of a file.`);
      // Before the first step that could show the partner a file, a failure is certain to have left them nothing.
      let isVisible = false;
      const becomesVisible = (): void => {
        isVisible = true;
      };
      try {
        return await options.connection.use((files) => upload(options, files, delivery, becomesVisible));
      } catch (error) {
        const failure = error instanceof RemoteRefusal ? refused(options, error) : error;
        throw isVisible ? failure : withNothingSent(failure);
      }
    },
  };
}

async function upload(
  options: RemoteOutboxOptions,
  files: RemoteFiles,
  delivery: OutboundDelivery,
  becomesVisible: () => void,
): Promise<Receipt> {
  const final = pathIn(options.folder, delivery.fileName);
  const stage = await options.journal.stageOf(delivery.id);
  if (stage !== 'none') becomesVisible(); // an earlier attempt came that far
  const there = await seen(files, final);
  if (options.mode === 'rename')
    return uploadByRename(options, files, delivery, { final, stage, there, becomesVisible });
  const detail = `${options.place}${final}`;
  if (stage === 'none' && there !== undefined) await expectOurs(files, final, there, delivery);
  else if (stage !== 'ready') {
    becomesVisible();
    await options.journal.record(delivery.id, 'writing');
    // From `writing` on the half-written file is our own; before, whatever bears the name is not.
    await files.write(final, exact(delivery), { isNew: stage === 'none' });
    expectSize(final, await seen(files, final), delivery);
    await options.journal.record(delivery.id, 'ready');
  }
  // No file any more: they have taken it, so they have seen the marker.
  if (options.mode === 'marker' && (stage !== 'ready' || there !== undefined))
    await files.write(final + options.markerSuffix, nothing(), { isNew: false });
  return { kind: 'uploaded', detail };
}

interface Found {
  readonly final: string;
  readonly stage: UploadStage;
  readonly there: RemoteStat | undefined;
  readonly becomesVisible: () => void;
}

async function uploadByRename(
  options: RemoteOutboxOptions,
  files: RemoteFiles,
  delivery: OutboundDelivery,
  { final, stage, there, becomesVisible }: Found,
): Promise<Receipt> {
  const temporary = pathIn(options.temporaryFolder ?? options.folder, `.${delivery.fileName}.part`);
  const receipt = { kind: 'renamed', detail: `${options.place}${final}` } as const;
  const left = stage === 'ready' ? await look(files, temporary) : undefined;
  if (stage === 'ready' && left === undefined) return receipt;
  if (there !== undefined) {
    await expectOurs(files, final, there, delivery);
    return receipt;
  }
  // A drop box that lets us look at nothing: the rename tells whether the file is still there. When it is not it may have been renamed, and
  // the folder may be gone as well: then it goes there once more, for what comes twice is known as one, and what is lost is not.
  if (left === 'hidden' && (await renames(files, temporary, final))) return receipt;
  if (left === 'hidden' || left?.byteLength !== delivery.byteLength) {
    await files.write(temporary, exact(delivery), { isNew: false });
    expectSize(temporary, await seen(files, temporary), delivery);
    becomesVisible();
    await options.journal.record(delivery.id, 'ready');
  }
  try {
    await files.rename(temporary, final);
  } catch (error) {
    if (!(error instanceof RemoteRefusal)) throw error;
    // Some servers rename and say no, some lose the answer and are asked again: what stands there decides.
    if ((await look(files, temporary)) !== undefined) throw error;
  }
  return receipt;
}

/** False: there is no such file any more, or no folder. */
async function renames(files: RemoteFiles, from: string, to: string): Promise<boolean> {
  try {
    await files.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof RemoteRefusal && error.reason === 'absent') return false;
    throw error;
  }
}

/** `hidden`: the server does not let us look at it, so it may be there or not. */
async function look(files: RemoteFiles, path: string): Promise<RemoteStat | 'hidden' | undefined> {
  try {
    return await files.stat(path);
  } catch (error) {
    if (error instanceof RemoteRefusal && error.reason !== 'failed') return 'hidden';
    throw error;
  }
}

/** What a server does not let us look at (a write-only drop box) counts as not there. */
async function seen(files: RemoteFiles, path: string): Promise<RemoteStat | undefined> {
  const there = await look(files, path);
  return there === 'hidden' ? undefined : there;
}

function expectSize(path: string, there: RemoteStat | undefined, { byteLength }: OutboundDelivery): void {
  if (there !== undefined && there.byteLength !== byteLength)
    throw new FailureError(
      'partner-refused-for-now',
      `${path} has ${there.byteLength} bytes there; ${byteLength} were sent.`,
    );
}

/** A file of our name: our own from a lost attempt when its bytes are, else nobody's to replace. */
async function expectOurs(
  files: RemoteFiles,
  path: string,
  there: RemoteStat,
  delivery: OutboundDelivery,
): Promise<void> {
  const same =
    there.byteLength === delivery.byteLength &&
    (await digestOf(files.read(path, there.byteLength))).equals(await digestOf(delivery.bytes()));
  if (same) return;
  throw new FailureError('partner-refused', `${path} is there already, with other bytes.`, {
    remedy:
      'Ask the partner to move it away, or give the channel a fileName that differs between deliveries; then release the delivery.',
  });
}

async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const hash: Hash = createHash('sha256');
  for await (const piece of bytes) hash.update(piece);
  return hash.digest();
}

/** The bytes, held to the length that was announced. */
async function* exact({ id, byteLength, bytes }: OutboundDelivery): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const piece of bytes()) {
    sent += piece.byteLength;
    if (sent > byteLength) break;
    yield piece;
  }
  if (sent !== byteLength)
    throw new FailureError('bug', `Delivery ${id} has other than the ${byteLength} bytes that were announced.`);
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A marker says all by being there.
}

function refused({ place, mode }: RemoteOutboxOptions, refusal: RemoteRefusal): FailureError {
  const message = `${place} refuses ${refusal.message}.`;
  // FAILURE is all that version 3 has for a full disk, a quota, a lock: it may pass. The others want a person.
  if (refusal.reason === 'failed') return new FailureError('partner-refused-for-now', message, { cause: refusal });
  const remedy =
    refusal.reason === 'absent'
      ? 'Check the folder with the partner; then release the delivery.'
      : mode === 'rename'
        ? 'Ask the partner for the right to write and rename there, or set upload to direct or marker; then release the delivery.'
        : 'Ask the partner for the right to write there; then release the delivery.';
  return new FailureError('partner-refused', message, { cause: refusal, remedy });
}
