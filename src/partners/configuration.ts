import type { CompanyId, PartnerId } from '../core/company.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Policy } from '../core/problem.ts';
import type { Usage } from '../core/usage.ts';
import type { DocumentKind } from '../documents/index.ts';
import type { CharacterSetName } from '../parsers/character-sets.ts';
import type { DelimiterInData, UnwritableCharacter } from '../parsers/draft.ts';
import type { SyntaxName } from '../parsers/transaction.ts';
import type { As2Settings } from './as2-settings.ts';
import type { Identity } from './identity.ts';
import type { LineSettings } from './line-settings.ts';
import type { FtpsSettings, SftpMailboxSettings, SftpSettings } from './sftp-settings.ts';
import type { SourceFile } from './yaml-source.ts';

/*
 * Company    one of our own identities: envelope ids, legal entity, GS1 prefix, money and time zone.
 * Partner    who we trade with.
 * Channel    a configured endpoint: kind, address, credentials, limits, and the identities it may speak for.
 * Agreement  what we agreed for one message in one direction and one usage.
 *
 * This is what `company/` and `partners/<name>/` hold once read, checked and expanded: every default is filled in,
 * so that whoever reads an Agreement never asks "and if it is absent?".
 */
export interface Company {
  readonly id: CompanyId;
  readonly name: string;
  readonly identities: readonly Identity[];
  /** GS1 company prefix, 7–10 digits (GS1 General Specifications): SSCC-18 come from it. Null: we ship without SSCC. */
  readonly gs1Prefix: string | null;
  readonly currency: string;
  /** IANA name: envelope dates and due dates are wall-clock dates here. */
  readonly zone: string;
  readonly address: {
    readonly lines: readonly string[];
    readonly city: string | null;
    readonly region: string | null;
    readonly postalCode: string | null;
    readonly country: string | null;
  };
  /** Ids partners know us by, beside the envelope: {scheme: "gln", value}. */
  readonly ids: readonly { readonly scheme: string; readonly value: string }[];
}

export interface Partner {
  readonly id: PartnerId;
  readonly name: string;
  readonly identities: readonly Identity[];
  /** Ids by which the partner is known inside documents (payer ids, GLNs): how a remittance finds its payer. */
  readonly ids: readonly { readonly scheme: string; readonly value: string }[];
}

export type ChannelSettings =
  | As2Settings
  | {
      readonly kind: 'directory';
      /** Absolute paths. A file is taken from `inbox` when whole, kept in `archive` after commit (null: deleted); ours are written to `outbox`. */
      readonly inbox: string | null;
      readonly archive: string | null;
      readonly outbox: string | null;
      readonly pollIntervalMs: number;
      /**
       * When a file counts as whole. `settled`: two looks agree on size and time. `renamed`: at first sight, for the partner
       * writes under a hidden or temporary name and renames; surer and faster, but not every partner renames.
       */
      readonly takeWhen: 'settled' | 'renamed';
      /** "{name}" parts: {partner} {message} {usage} {controlNumber} {deliveryId}. Same delivery, same name at every retry. */
      readonly fileName: string;
    }
  | (LineSettings & {
      readonly kind: 'http';
      /** Partner → us: `POST /partners/<channel>/files` with this bearer token's SHA-256 (hex); null: they may not post. */
      readonly tokenSha256: string | null;
      /** Us → partner: we POST there; null: they fetch from their mailbox on our listener. */
      readonly pushUrl: string | null;
      /** Name of the environment variable that holds the token we present; null: none. */
      readonly pushTokenVariable: string | null;
      readonly timeoutMs: number;
    })
  | SftpSettings
  | FtpsSettings
  | SftpMailboxSettings;

export interface Channel {
  /** "<partner>/<name>". */
  readonly id: string;
  readonly partner: PartnerId;
  readonly name: string;
  readonly settings: ChannelSettings;
  /** Senders this channel may speak for; another sender's interchange is quarantined. */
  readonly speaksFor: readonly Identity[];
  readonly fileBytesMax: number;
  /** Deliveries at once; also the fairness bound of its work. */
  readonly inFlightMax: number;
  /** True: everything that arrives here is processed in arrival order. */
  readonly firstInFirstOut: boolean;
}

export interface ValidationSettings {
  readonly envelope: Policy;
  readonly tree: Policy;
  readonly elements: Policy;
  readonly codes: Policy;
  readonly characters: Policy;
  readonly notes: Policy;
  readonly balancing: Policy;
  readonly guide: Policy;
}

/** The smallest unit that is refused. */
export type RejectedUnit = 'transaction' | 'group' | 'interchange';

/** How we answer what they send in this agreement's group. */
export interface AcknowledgmentSettings {
  /** TA1: when ISA14 asks, always, only for what is rejected, or never. */
  readonly ta1: 'requested' | 'always' | 'rejected' | 'never';
  /** X12: a 997 or a 999 (005010X231A1) for each group. */
  readonly functional: '997' | '999' | 'none';
  /** EDIFACT: a CONTRL when UNB 0031 asks, always, also for what is rejected, or never. */
  readonly contrl: 'requested' | 'always' | 'rejected' | 'never';
  /** AK2/AK5 also for accepted sets, which most partners want; UCM also for accepted messages, which UCI implies. */
  readonly acceptedSets: boolean;
  /** What falls with one bad transaction: itself, its group, or all that came with it. */
  readonly rejects: RejectedUnit;
  /** The channel our acknowledgments leave by, "<partner>/<name>"; null: the one the interchange came by. */
  readonly channel: string | null;
  /** The same file again: send the earlier acknowledgment again? */
  readonly repeatOnDuplicate: boolean;
}

export interface DuplicateSettings {
  /** Same control numbers, other bytes: hold for an operator, or reject with TA1 025 / AK905 19 / AK502 23. */
  readonly controlNumber: 'quarantine' | 'reject';
  /** A group number used before: many senders begin again at 1 in every interchange, so it is looked at only by agreement (AK905 19). */
  readonly groupControlNumber: 'ignore' | 'reject';
  /** A second original with a known order number. */
  readonly orderNumber: 'hold' | 'reject';
}

/** How a buyer's changes of orders are read (messages 860, ORDCHG). */
export interface ChangeSettings {
  /** What the quantity of an increase or decrease says: what the line shall be, or by how much it changes. */
  readonly quantityMeans: 'total' | 'difference';
  /** A line is taken back of which part is picked or shipped: take back the rest, or leave it whole. */
  readonly onPartlyCommitted: 'take-back-rest' | 'refuse';
}

/** How orders under this agreement are decided. */
export interface OrderDecisionSettings {
  readonly decideBy: 'rules' | 'back-office';
  /** Price tolerance: the stricter of the two. */
  readonly priceTolerancePercent: Decimal;
  readonly priceToleranceAmount: Decimal;
  /** What a wrong price does: answer with our price, or hold for a person. */
  readonly onPriceMismatch: 'answer-our-price' | 'hold' | 'accept-theirs';
  /** What a shortage does. */
  readonly onShortage: 'backorder' | 'cut' | 'reject-line';
  /** Where decisions of a back office are announced (POST, webhook-shaped); null: it polls. */
  readonly announceUrl: string | null;
  /** When rules decide, ship what is promised at once (the demo's warehouse does it by API instead). */
  readonly defaultLeadTimeDays: number;
}

/** Of an agreement to send a 940: the partner is a third-party warehouse. */
export interface WarehouseSettings {
  /** Whose orders it ships. It ships no other, whatever its 945 names. */
  readonly shipsFor: readonly PartnerId[];
  /** When it is told: with our decision, all that is promised; or with each pick a back office posts, what is picked. */
  readonly releaseWhen: 'decided' | 'picked';
}

/** By which other channels a document of ours, or an acknowledgment, leaves when its own cannot carry it. */
export interface FallbackSettings {
  /** "<partner>/<name>", in this order; the last one is tried like a channel without a fallback. */
  readonly channels: readonly string[];
  /** How long a channel must have failed without a success between, before it is passed over. */
  readonly afterMinutes: number;
  /** A lost answer: the document may have arrived. Stay with the channel, where a repeat is known as one, or risk that it arrives twice. */
  readonly whenUnsure: 'hold' | 'send';
}

export interface DeadlineSettings {
  /** Minutes; null: nothing is expected. Inbound: what we owe. Outbound: what we are owed. */
  readonly acknowledgmentMinutes: number | null;
  readonly responseMinutes: number | null;
  readonly shipNoticeMinutes: number | null;
  readonly invoiceMinutes: number | null;
}

/** Everything about the envelope of what we send. */
export interface EnvelopeSettings {
  readonly delimiters: {
    readonly element: string;
    readonly component: string;
    readonly repetition: string | null;
    readonly release: string | null;
    readonly terminator: string;
  };
  readonly segmentSuffix: '' | '\n' | '\r\n';
  readonly onDelimiterInData: DelimiterInData;
  /** Of X12, both ways; EDIFACT names its own in UNB. */
  readonly characterSet: CharacterSetName;
  readonly onUnwritable: UnwritableCharacter;
  /** ISA12 or "UNOC:3". */
  readonly interchangeVersion: string;
  /** ISA14 / UNB 0031 on what we send. */
  readonly requestAcknowledgment: boolean;
  /** GS02/GS03 when they differ from the interchange ids. */
  readonly groupSender: string;
  readonly groupReceiver: string;
}

export interface Agreement {
  /** "<partner>/<in|out>/<message>/<usage>", and "/<name>" after it when its entry has a name. */
  readonly id: string;
  readonly company: CompanyId;
  readonly partner: PartnerId;
  readonly usage: Usage;
  readonly direction: 'in' | 'out';
  readonly document: DocumentKind;
  readonly syntax: SyntaxName;
  /** "850", "ORDERS". */
  readonly message: string;
  /** GS08 whole ("004010VICS") or "D96A"; its first six characters choose the tables. */
  readonly version: string;
  readonly ours: Identity;
  readonly theirs: Identity;
  /** Name of a base map or of a map in the partner's folder. */
  readonly map: string;
  /** The partner's guide by name, or null. */
  readonly guide: string | null;
  /** Where it goes (out) or is awaited (in: null means any of the partner's). */
  readonly channel: string | null;
  /** Of what we send, or of our acknowledgments of what we receive; absent: only their own channel. */
  readonly fallback?: FallbackSettings;
  readonly envelope: EnvelopeSettings;
  readonly acknowledgment: AcknowledgmentSettings;
  readonly validation: ValidationSettings;
  readonly duplicates: DuplicateSettings;
  readonly changes: ChangeSettings;
  readonly decision: OrderDecisionSettings;
  readonly deadlines: DeadlineSettings;
  /** Null but for a 940 we send. */
  readonly warehouse: WarehouseSettings | null;
  /** `$agreement.*` of the map: currency, shipNotice.shape, creditSign, adxSign… */
  readonly values: Readonly<Record<string, unknown>>;
}

/** An item we sell; read only by the built-in rules. */
export interface Item {
  readonly id: string;
  readonly description: string;
  readonly products: readonly { readonly scheme: string; readonly value: string }[];
  readonly unit: string;
  readonly price: Decimal;
  readonly currency: string;
  /** On hand per location. */
  readonly stock: readonly { readonly location: string; readonly quantity: Decimal }[];
  readonly leadTimeDays: number;
}

/** One whole configuration, as `partners apply` stores it. */
export interface Configuration {
  readonly company: Company;
  readonly items: readonly Item[];
  readonly partners: readonly Partner[];
  readonly channels: readonly Channel[];
  readonly agreements: readonly Agreement[];
  /** Maps and guides of the company's and its partners' own, as text (see rule-files.ts). */
  readonly rules: readonly SourceFile[];
}
