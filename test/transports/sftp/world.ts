import { createHash } from 'node:crypto';
import { type SharedConnection, shareConnection } from '../../../src/transports/remote/connection.ts';
import type { SeenFiles } from '../../../src/transports/remote/inbox.ts';
import type { PollLeases } from '../../../src/transports/remote/lease.ts';
import type { UploadJournal, UploadStage } from '../../../src/transports/remote/outbox.ts';
import type { SftpEndpoint } from '../../../src/transports/sftp/client/connect.ts';
import { connectSftp } from '../../../src/transports/sftp/client/sftp-files.ts';
import type { Intake, OfferedFile, OutboundDelivery } from '../../../src/transports/transport.ts';
import type { Sshd } from './openssh.ts';

export const endpointOf = (sshd: Sshd, more: Partial<SftpEndpoint> = {}): SftpEndpoint => ({
  host: '127.0.0.1',
  port: sshd.port,
  username: sshd.username,
  hostKeys: [sshd.fingerprint],
  password: null,
  privateKey: sshd.privateKey,
  passphrase: null,
  timeoutMs: 5_000,
  legacyAlgorithms: [],
  ...more,
});

export const shared = (endpoint: SftpEndpoint): SharedConnection => shareConnection(() => connectSftp(endpoint), 200);

/** What the store keeps, in memory: unique source keys, leases by a clock, stages of uploads. */
export class Kept implements SeenFiles, PollLeases, UploadJournal, Intake {
  readonly received = new Map<string, { readonly file: OfferedFile; readonly text: string }>();
  readonly #leases = new Map<string, { readonly holder: string; readonly until: number }>();
  readonly #stages = new Map<string, UploadStage>();
  /** Called before a file is committed; may throw. */
  beforeCommit: (file: OfferedFile) => Promise<void> | void = () => undefined;

  async receive(file: OfferedFile) {
    const key = file.sourceKey ?? String(this.received.size);
    const transmissionId = createHash('sha256').update(key).digest('hex').slice(0, 12);
    if (this.received.has(key)) return { transmissionId, isNew: false };
    const pieces: Uint8Array[] = [];
    for await (const piece of file.bytes) pieces.push(piece);
    await this.beforeCommit(file);
    const isNew = !this.received.has(key);
    if (isNew) this.received.set(key, { file, text: Buffer.concat(pieces).toString('latin1') });
    return { transmissionId, isNew };
  }
  async known(_channelId: string, keys: readonly string[]) {
    return new Set(keys.filter((key) => this.received.has(key)));
  }
  async take(place: string, holder: string, milliseconds: number) {
    const held = this.#leases.get(place);
    if (held !== undefined && held.holder !== holder && held.until > Date.now()) return false;
    this.#leases.set(place, { holder, until: Date.now() + milliseconds });
    return true;
  }
  async release(place: string, holder: string) {
    if (this.#leases.get(place)?.holder === holder) this.#leases.delete(place);
  }
  async stageOf(id: string) {
    return this.#stages.get(id) ?? 'none';
  }
  async record(id: string, stage: UploadStage) {
    this.#stages.set(id, stage);
  }
  texts(): readonly string[] {
    return [...this.received.values()].map(({ text }) => text);
  }
}

export const deliveryOf = (text: string, more: Partial<OutboundDelivery> = {}): OutboundDelivery => ({
  id: 'd-1',
  channelId: 'shop/sftp',
  fileName: '855-1.edi',
  byteLength: Buffer.byteLength(text),
  async *bytes() {
    for (let at = 0; at < text.length; at += 100_000) yield Buffer.from(text.slice(at, at + 100_000));
  },
  idempotencyKey: 'd-1',
  contentType: 'application/EDI-X12',
  ...more,
});
