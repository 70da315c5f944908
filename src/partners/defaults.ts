import type { DocumentKind } from '../documents/index.ts';
import type { SyntaxName } from '../parsers/transaction.ts';
import type {
  AcknowledgmentSettings,
  Agreement,
  ChangeSettings,
  DeadlineSettings,
  DuplicateSettings,
  EnvelopeSettings,
  OrderDecisionSettings,
  ValidationSettings,
} from './configuration.ts';

/*
 * What an agreement says when its file does not: the built-in values under a file's own `defaults:`.
 * `docs/reference/partner-files.md` tells each one; a test compares the two.
 */

/** Messages we can agree on, and the document each carries. Acknowledgments (TA1, 997, CONTRL) need no agreement. */
export const DOCUMENT_OF_MESSAGE: Readonly<Record<string, DocumentKind>> = {
  '850': 'order',
  '855': 'order-response',
  '856': 'ship-notice',
  '810': 'invoice',
  '820': 'remittance',
  '812': 'debit-credit-advice',
  '824': 'application-advice',
  '832': 'price-catalogue',
  '846': 'inventory-advice',
  '860': 'order-change',
  '864': 'text-message',
  '870': 'order-status',
  '940': 'warehouse-order',
  '945': 'warehouse-shipment',
  '865': 'order-response',
  ORDERS: 'order',
  ORDCHG: 'order-change',
  ORDRSP: 'order-response',
  DESADV: 'ship-notice',
  INVOIC: 'invoice',
  REMADV: 'remittance',
  APERAK: 'application-advice',
};

/** Which message of ours answers theirs, where two of ours carry the same document. */
export const ANSWER_TO_MESSAGE: Readonly<Record<string, string>> = { '850': '855', '860': '865' };

/** X12 sets are three digits, EDIFACT messages six letters: the message tells the syntax. */
export const syntaxOfMessage = (message: string): SyntaxName => (/^\d{3}$/.test(message) ? 'x12' : 'edifact');

/** The part of a version that chooses tables and base maps: "004010" of "004010VICS"; EDIFACT's is whole. */
export const tablesVersion = (syntax: SyntaxName, version: string): string =>
  syntax === 'x12' ? version.slice(0, 6) : version;

/** "x12/004010/850": the base map that reads or writes a message. */
export const baseMapName = (message: string, version: string): string => {
  const syntax = syntaxOfMessage(message);
  return `${syntax}/${tablesVersion(syntax, version)}/${message}`;
};

/** Without the ids of the two sides, which the agreement brings. */
export function envelopeDefaults(
  syntax: SyntaxName,
  version: string,
): Omit<EnvelopeSettings, 'groupSender' | 'groupReceiver'> {
  if (syntax === 'edifact')
    return {
      delimiters: { element: '+', component: ':', repetition: null, release: '?', terminator: "'" },
      segmentSuffix: '',
      onDelimiterInData: 'refuse', // never asked: EDIFACT escapes what would collide
      characterSet: 'latin1', // never asked: UNB names it
      onUnwritable: 'refuse',
      interchangeVersion: 'UNOC:3',
      requestAcknowledgment: false,
    };
  // ISA11 is a separator from 00402 on; before it is the standards id 'U' (trap 3).
  const interchangeVersion = version.slice(0, 5);
  return {
    delimiters: {
      element: '*',
      component: '>',
      repetition: interchangeVersion >= '00402' ? '^' : null,
      release: null,
      terminator: '~',
    },
    segmentSuffix: '',
    onDelimiterInData: 'refuse',
    characterSet: 'latin1',
    onUnwritable: 'refuse',
    interchangeVersion,
    requestAcknowledgment: false,
  };
}

export const acknowledgmentDefaults = (syntax: SyntaxName): AcknowledgmentSettings => ({
  ta1: syntax === 'x12' ? 'requested' : 'never',
  functional: syntax === 'x12' ? '997' : 'none',
  contrl: syntax === 'x12' ? 'never' : 'requested',
  acceptedSets: syntax === 'x12',
  rejects: 'transaction',
  channel: null,
  repeatOnDuplicate: false,
});

// Codes warn: partners use codes of other versions, and a rejected order costs more than an odd code (trap 18).
// Balances warn: many senders put a plain sum where the standard wants a hash (trap 25).
export const validationDefaults: ValidationSettings = {
  envelope: 'reject',
  tree: 'reject',
  elements: 'reject',
  codes: 'warn',
  // Small letters under UNOA are everywhere, and harm nobody (trap 44).
  characters: 'warn',
  notes: 'reject',
  balancing: 'warn',
  guide: 'reject',
};

export const duplicateDefaults: DuplicateSettings = {
  controlNumber: 'quarantine',
  groupControlNumber: 'ignore',
  orderNumber: 'hold',
};

export const changeDefaults: ChangeSettings = {
  quantityMeans: 'total',
  onPartlyCommitted: 'take-back-rest',
};

// A person decides until rules are asked for: built-in rules promise stock, and only a complete items.yaml makes that true.
export const decisionDefaults: OrderDecisionSettings = {
  decideBy: 'back-office',
  priceTolerancePercent: '0',
  priceToleranceAmount: '0',
  onPriceMismatch: 'hold',
  onShortage: 'backorder',
  announceUrl: null,
  defaultLeadTimeDays: 5,
};

const nothingExpected: DeadlineSettings = {
  acknowledgmentMinutes: null,
  responseMinutes: null,
  shipNoticeMinutes: null,
  invoiceMinutes: null,
};

/** 1,440 minutes: most guides want the 997 and the 855 within a day. The rest is owed only when a partner says so. */
export function deadlineDefaults(
  direction: Agreement['direction'],
  document: DocumentKind,
  acknowledgment: AcknowledgmentSettings,
  requestAcknowledgment: boolean,
): DeadlineSettings {
  // A CONTRL comes when it is asked for (UNB 0031), and otherwise only where both sides always send one.
  const answered =
    acknowledgment.functional !== 'none' ||
    acknowledgment.contrl === 'always' ||
    (acknowledgment.contrl !== 'never' && requestAcknowledgment);
  return {
    ...nothingExpected,
    acknowledgmentMinutes: answered ? 1_440 : null,
    responseMinutes: direction === 'in' && document === 'order' ? 1_440 : null,
  };
}

/** An hour: a partner's restart or maintenance passes, and a document of this morning still leaves this morning. */
export const fallbackDefaults = { afterMinutes: 60, whenUnsure: 'hold' } as const;

export const channelDefaults = {
  /** 1 GiB: the size the readers are proven for. */
  fileBytesMax: 1024 * 1024 * 1024,
  inFlightMax: 4,
  firstInFirstOut: false,
} as const;

export const directoryDefaults = {
  pollIntervalMs: 5_000,
  takeWhen: 'settled',
  fileName: '{message}-{controlNumber}-{deliveryId}.edi',
} as const;

/** 60 s: a partner's server may validate the whole file before it answers. */
export const httpDefaults = { timeoutMs: 60_000 } as const;

/** Used when an item gives none. */
export const itemDefaults = { leadTimeDays: 5 } as const;
