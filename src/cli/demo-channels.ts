import { parseDocument } from 'yaml';
import { FailureError } from '../core/failure.ts';
import type { SourceFile } from '../partners/yaml-source.ts';
import { DEMO_NAMES, type DemoPorts } from '../simulator/companies.ts';

/*
 * The channels over which the demo's partners trade. They name ports, certificates and host keys that exist only while and where a demo runs,
 * so they cannot stand in the examples: they are added to them, in memory, and shown under `demo/` of the data folder.
 */
export interface DemoTrade {
  readonly ports: DemoPorts;
  /** The gateway's address for receipts that come by themselves. */
  readonly receiptsUrl: string;
  /** PEM, of the partners' AS2 keys. */
  readonly certificates: Readonly<Record<'brightmart' | 'cedarsupply', string>>;
  /** "SHA256:…", pinned. */
  readonly distributorHostKey: string;
  /** With which it logs in at our server, as authorized_keys has it. */
  readonly distributorSshKey: string;
}

/** The name of the gateway's AS2 key. */
export const demoKeyName = 'harbor-tools-demo';
/** In which the gateway finds the path of its key for the distributor's server. */
export const sftpKeyVariable = 'TALLYPORT_DEMO_SFTP_KEY';
/** As `announceUrl` of the example agreements has it. */
const exampleBackOffice = 'http://127.0.0.1:8490/';

/** Test and production count apart, so the usage stands in the name. */
const fileName = '{usage}-{message}-{controlNumber}.edi';

type Change = readonly [path: readonly string[], value: unknown];

/** The example files with the demo's channels in them, each agreement over its partner's. FailureError `bug` when a file to change is not there. */
export function demoFiles(examples: readonly SourceFile[], trade: DemoTrade): readonly SourceFile[] {
  const changes = changesFor(trade);
  const missing = [...changes.keys()].find((path) => !examples.some((example) => example.path === path));
  if (missing !== undefined) throw new FailureError('bug', `The examples have no ${missing}.`);
  return examples.map(({ path, text }) => {
    // The examples name the port a back office of this machine would keep; the demo's may not meet another demo's.
    const own = text.replaceAll(exampleBackOffice, `http://127.0.0.1:${trade.ports.backOffice}/`);
    const wanted = changes.get(path);
    if (wanted === undefined) return { path, text: own };
    const document = parseDocument(own);
    for (const [at, value] of wanted) document.setIn(at, document.createNode(value));
    return { path, text: document.toString() };
  });
}

function changesFor({ ports, ...trade }: DemoTrade): ReadonlyMap<string, readonly Change[]> {
  const as2 = (party: 'brightmart' | 'cedarsupply') => ({
    kind: 'as2',
    ourName: DEMO_NAMES.supplier,
    theirName: DEMO_NAMES[party],
    url: `http://127.0.0.1:${ports[party]}/`,
    ourKeys: [{ name: demoKeyName }],
    theirCertificates: [{ pem: trade.certificates[party] }],
    compress: 'before-signing',
    // They live on this machine.
    allowLoopback: true,
  });
  const distributor = {
    sftp: {
      kind: 'sftp',
      host: '127.0.0.1',
      port: ports.nordhandel,
      username: DEMO_NAMES.atDistributor,
      hostKeys: [trade.distributorHostKey],
      privateKeyVariable: sftpKeyVariable,
      inbox: '/outgoing',
      takeWhen: 'renamed',
      archive: '/outgoing/done',
      outbox: '/incoming',
      pollIntervalMs: 1_000,
      fileName,
    },
    mailbox: {
      kind: 'sftp-mailbox',
      username: DEMO_NAMES.atGateway,
      keys: [{ publicKey: trade.distributorSshKey }],
      fileName,
    },
  };
  return new Map<string, readonly Change[]>([
    ['partners/brightmart/channels.yaml', [[['channels', 'as2'], as2('brightmart')]]],
    ['partners/brightmart/agreements.yaml', [[['defaults', 'channel'], 'as2']]],
    [
      'partners/cedarsupply/channels.yaml',
      [[['channels', 'as2'], { ...as2('cedarsupply'), mdnUrl: trade.receiptsUrl }]],
    ],
    ['partners/cedarsupply/agreements.yaml', [[['defaults', 'channel'], 'as2']]],
    [
      'partners/nordhandel/channels.yaml',
      [
        [['channels', 'sftp'], distributor.sftp],
        [['channels', 'mailbox'], distributor.mailbox],
      ],
    ],
    ['partners/nordhandel/agreements.yaml', [[['defaults', 'channel'], 'mailbox']]],
  ]);
}
