import type { Static, TSchema } from 'typebox';
import { checkShape } from './check-shape.ts';
import { tellWarehouses, type WarehouseEntry, warehousesIn } from './check-warehouses.ts';
import type { Agreement, Channel, Company, Configuration, Item, Partner } from './configuration.ts';
import { expandAgreements } from './expand-agreements.ts';
import { expandChannels, expandCompany, expandItems, expandPartner } from './expand-partner.ts';
import { type ConfigurationFault, inOrder, type TreePath } from './fault.ts';
import { AgreementsFile, ChannelsFile, CompanyFile, ItemsFile, PartnerFile } from './file-schemas.ts';
import type { ConfigurationChecks, Draft, Faults } from './gathering.ts';
import { type Identity, identityKey, identityOf, sameIdentity } from './identity.ts';
import { readGuide, rulePlace } from './rule-files.ts';
import { readYaml, type SourceFile } from './yaml-source.ts';

export type { ConfigurationChecks } from './gathering.ts';

export type ParsedConfiguration =
  | { readonly configuration: Configuration; readonly faults: readonly [] }
  | { readonly configuration: null; readonly faults: readonly ConfigurationFault[] };

const PARTNER_PATH = /^partners\/([a-z0-9][a-z0-9-]{0,39})\/(partner|channels|agreements)\.yaml$/;

/**
 * Reads one whole configuration: `company/company.yaml`, `company/items.yaml`, `partners/<name>/{partner,channels,agreements}.yaml`.
 * Gives it fully expanded, or every fault of every file, in the order of files and lines. Directory paths stay as written.
 */
export function parseConfiguration(
  files: readonly SourceFile[],
  checks: ConfigurationChecks = {},
): ParsedConfiguration {
  const reading = new Reading(files, checks);
  const company = reading.company();
  const items = reading.items(company);
  const folders = new Set(files.flatMap(({ path }) => PARTNER_PATH.exec(path)?.[1] ?? rulePlace(path)?.partner ?? []));
  const parts = [...folders].toSorted().map((folder) => reading.partner(folder, company));
  const rules = reading.rules();
  reading.tellStrangers();
  reading.tellSharedIdentities();
  reading.tellSharedInboxes();
  tellWarehouses(reading.warehouses, folders, reading.faults);
  const faults = inOrder(reading.faults);
  if (company === null || faults.length > 0) return { configuration: null, faults };
  const configuration = {
    company,
    items,
    partners: parts.flatMap(({ partner }) => partner ?? []),
    channels: parts.flatMap(({ channels }) => channels),
    agreements: parts.flatMap(({ agreements }) => agreements),
    rules,
  };
  return { configuration, faults: [] };
}

interface PartnerParts {
  readonly partner: Partner | null;
  readonly channels: readonly Channel[];
  readonly agreements: readonly Agreement[];
}

/** One pass over the files; remembers where identities and inboxes were claimed, to tell who claims one twice. */
class Reading {
  readonly faults: Faults = [];
  private readonly files: readonly SourceFile[];
  private readonly checks: ConfigurationChecks;
  private readonly identities: { owner: string; identity: Identity; draft: Draft<unknown>; path: TreePath }[] = [];
  readonly warehouses: WarehouseEntry[] = [];
  private readonly inboxes: { channel: Channel; inbox: string; draft: Draft<unknown>; path: TreePath }[] = [];

  constructor(files: readonly SourceFile[], checks: ConfigurationChecks) {
    this.files = files;
    this.checks = checks;
  }

  company(): Company | null {
    const draft = this.read('company/company.yaml', CompanyFile, true, COMPANY_STAND_INS);
    if (draft === null) return null;
    const company = expandCompany(draft, this.faults);
    this.claim('the company', draft);
    return draft.lacks(['identities']) ? null : company;
  }

  items(company: Company | null): readonly Item[] {
    const draft = this.read('company/items.yaml', ItemsFile, false);
    return draft === null ? [] : expandItems(draft, company?.currency ?? '', this.faults);
  }

  /** Each file is read whatever became of the others; what hangs on one that is at fault is not judged. */
  partner(folder: string, company: Company | null): PartnerParts {
    const file = (name: string) => `partners/${folder}/${name}.yaml`;
    const partnerDraft = this.read(file('partner'), PartnerFile, true, { name: folder });
    const channelsDraft = this.read(file('channels'), ChannelsFile, true);
    const agreementsDraft = this.read(file('agreements'), AgreementsFile, true);
    const partner = partnerDraft === null ? null : expandPartner(folder, partnerDraft, this.faults);
    if (partnerDraft !== null) this.claim(folder, partnerDraft);
    const channels =
      channelsDraft === null ? [] : expandChannels(folder, partner?.identities ?? [], channelsDraft, this.faults);
    for (const channel of channels) if (channelsDraft !== null) this.watch(channel, channelsDraft);
    const surroundings = {
      company,
      partner: partnerDraft?.lacks(['identities']) ? null : partner,
      folder,
      channels,
      unsure: (name: string) => channelsDraft === null || channelsDraft.lacks(['channels', name]),
      mapExists: this.checks.mapExists,
      mapReads: this.checks.mapReads,
      guideExists: (name: string) =>
        this.files.some(({ path }) => {
          const place = rulePlace(path);
          return place?.kind === 'guide' && place.partner === folder && place.name === name;
        }),
    };
    const agreements = agreementsDraft === null ? [] : expandAgreements(agreementsDraft, surroundings, this.faults);
    if (agreementsDraft !== null) this.warehouses.push(...warehousesIn(agreements, agreementsDraft));
    return { partner, channels, agreements };
  }

  /** Guides are judged here, maps by whoever can compile them. */
  rules(): readonly SourceFile[] {
    const files = this.files.filter(({ path }) => rulePlace(path) !== undefined);
    for (const file of files) {
      if (rulePlace(file.path)?.kind === 'guide') this.faults.push(...readGuide(file).faults);
      if (file.text.includes('\0')) this.faults.push(fileFault(file.path, 'The file holds a NUL, which is no text.'));
    }
    return files;
  }

  /** A file nobody reads is a misspelt one. */
  tellStrangers(): void {
    for (const [index, { path }] of this.files.entries()) {
      if (this.files.findIndex((file) => file.path === path) !== index)
        this.faults.push(fileFault(path, 'The file is given twice.'));
      if (['company/company.yaml', 'company/items.yaml'].includes(path) || PARTNER_PATH.test(path)) continue;
      if (rulePlace(path) !== undefined) continue;
      this.faults.push(
        fileFault(
          path,
          'This file is not known. A partner has partner.yaml, channels.yaml, agreements.yaml, maps/<name>.yaml and guides/<name>.yaml.',
        ),
      );
    }
  }

  /** One sender, two partners: nobody could say whose order it is. */
  tellSharedIdentities(): void {
    for (const [index, { owner, identity, draft, path }] of this.identities.entries()) {
      const earlier = this.identities.slice(0, index).find((other) => sameIdentity(other.identity, identity));
      if (earlier === undefined) continue;
      const key = identityKey(identity);
      const whose = earlier.owner === owner ? 'twice in this list' : `an identity of ${earlier.owner} too`;
      this.faults.push(draft.source.faultAt(path, `'${key}' is ${whose}.`, { found: key }));
    }
  }

  /** Two pollers on one folder, or two mailboxes with one login: each file would go to whichever comes first. */
  tellSharedInboxes(): void {
    for (const [index, { inbox, draft, path }] of this.inboxes.entries()) {
      const earlier = this.inboxes.slice(0, index).find((other) => other.inbox === inbox);
      if (earlier !== undefined)
        this.faults.push(
          draft.source.faultAt(path, `'${inbox}' is the ${path.at(-1)} of ${earlier.channel.id} already.`, {
            found: inbox,
          }),
        );
    }
  }

  private watch(channel: Channel, draft: Draft<unknown>): void {
    const { settings } = channel;
    const add = (inbox: string, key: string): void =>
      void this.inboxes.push({ channel, inbox, draft, path: ['channels', channel.name, key] });
    if (settings.kind === 'directory' && settings.inbox !== null) add(settings.inbox.replace(/\/+$/, ''), 'inbox');
    if ((settings.kind === 'sftp' || settings.kind === 'ftps') && settings.inbox !== null)
      add(
        `${settings.kind}://${settings.username}@${settings.host}:${settings.port}${settings.inbox.replace(/\/+$/, '')}`,
        'inbox',
      );
    // Who logs in is told by the user name alone.
    if (settings.kind === 'sftp-mailbox') add(settings.username, 'username');
  }

  private claim(owner: string, draft: Draft<{ readonly identities: readonly string[] }>): void {
    for (const [index, text] of draft.value.identities.entries()) {
      const identity = identityOf(text);
      if (identity !== undefined) this.identities.push({ owner, identity, draft, path: ['identities', index] });
    }
  }

  private read<S extends TSchema>(
    path: string,
    schema: S,
    mandatory: boolean,
    standIns: Readonly<Record<string, unknown>> = {},
  ): Draft<Static<S>> | null {
    const file = this.files.find((each) => each.path === path);
    if (file === undefined) {
      if (mandatory) this.faults.push(fileFault(path, 'The file is missing.'));
      return null;
    }
    const { value, source, faults, lacks } = checkShape(schema, readYaml(file), standIns);
    this.faults.push(...faults);
    return value === null ? null : { source, value, lacks };
  }
}

/** For what a company's file lacks, so that the rest of it can be judged: never part of a configuration, for there are faults. */
const COMPANY_STAND_INS = { id: 'company', name: 'Company', currency: 'ZZZ', zone: 'UTC' };

const fileFault = (file: string, message: string): ConfigurationFault => ({
  file,
  line: 1,
  column: 1,
  at: '',
  message,
  found: null,
  expected: null,
});
