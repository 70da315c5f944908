// One look of our poller into a remote folder; says how long it took and how many files it would take now.
import { readFileSync } from 'node:fs';
import { shareConnection } from '../dist/transports/remote/connection.js';
import { openRemoteInbox } from '../dist/transports/remote/inbox.js';
import { connectSftp } from '../dist/transports/sftp/client/sftp-files.js';

const { port, username, fingerprint, folder, key } = JSON.parse(process.argv[2]);
const endpoint = {
  ...{ host: '127.0.0.1', port, username, hostKeys: [fingerprint], timeoutMs: 60_000, legacyAlgorithms: [] },
  ...{ password: null, passphrase: null, privateKey: readFileSync(key, 'utf8') },
};
let taken = 0;
const inbox = openRemoteInbox({
  channelId: 'bench/sftp',
  connection: shareConnection(() => connectSftp(endpoint), 100),
  place: 'sftp://bench',
  folder,
  patterns: ['*.edi'],
  takeWhen: 'renamed',
  settleMs: 0,
  markerSuffix: '.done',
  after: { kind: 'leave' },
  fileBytesMax: 1e9,
  firstInFirstOut: false,
  intake: { receive: async () => ({ transmissionId: String(++taken), isNew: true }) },
  seen: { known: async () => new Set() },
  leases: { take: async () => true, release: async () => undefined },
  clock: { now: () => new Date() },
  report: (event) => event.kind === 'failed' && console.error(event.failure),
});
const from = performance.now();
await inbox.look();
console.log(`look ${((performance.now() - from) / 1_000).toFixed(1)} ${taken}`);
await inbox.close();
