import { type Static, type TSchema, Type } from 'typebox';
import { CHARACTER_SETS } from '../parsers/character-sets.ts';
import { as2Entry } from './as2-schema.ts';
import { DOCUMENT_OF_MESSAGE } from './defaults.ts';
import { lineEntry } from './line-settings.ts';
import { ftpsChannel, sftpChannel, sftpMailboxChannel } from './sftp-settings.ts';

/*
 * The shape of each file, as JSON Schema: what `partners apply` checks and what an editor can complete from.
 * Only shapes stand here; what ties one place to another is in cross-checks.ts, what fills the gaps in expand.ts.
 */
const object = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
const optional = Type.Optional;

const text = Type.String({ minLength: 1, maxLength: 300 });
const pattern = (expression: string, description: string) => Type.String({ pattern: expression, description });
const oneOf = <const T extends readonly string[]>(...values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: values });
const orNull = <S extends TSchema & { type: string }>(schema: S) =>
  Type.Unsafe<Static<S> | null>({ ...schema, type: [schema.type, 'null'] });
const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });

const identity = pattern('^(x12|edifact):', 'an identity: x12:<qualifier>:<id> or edifact:<qualifier>:<id>');
const decimal = pattern('^-?(\\d{1,60}(\\.\\d{0,40})?|\\.\\d{1,40})$', 'a decimal number like 12.50');
const amount = pattern('^(\\d{1,60}(\\.\\d{0,40})?|\\.\\d{1,40})$', 'a decimal number of zero or more like 12.50');
const currency = pattern('^[A-Z]{3}$', 'a currency of three capital letters (ISO 4217)');
const country = pattern('^[A-Z]{2}$', 'a country of two capital letters (ISO 3166)');
const variable = pattern('^[A-Z][A-Z0-9_]{0,99}$', 'the name of an environment variable like BRIGHTMART_TOKEN');
const url = pattern('^https?://[^\\s/?#@]+([/?#]\\S*)?$', 'an http or https address without credentials');
const delimiter = pattern('^[^A-Za-z0-9 ]$', 'one character, neither letter, digit nor blank');
const name = pattern('^[a-z0-9][a-z0-9-]{0,39}$', 'a name of small letters, digits and hyphens, at most 40');
const schemed = Type.Array(object({ scheme: text, value: text }), { maxItems: 50 });
const policy = oneOf('reject', 'accept-with-errors', 'warn', 'off');
const minutes = orNull(whole(1, 525_600));

export const CompanyFile = object({
  id: name,
  name: text,
  identities: Type.Array(identity, { minItems: 1, maxItems: 50 }),
  gs1Prefix: optional(orNull(pattern('^\\d{7,10}$', '7 to 10 digits'))),
  currency,
  zone: text,
  address: optional(
    object({
      lines: optional(Type.Array(text, { maxItems: 6 })),
      city: optional(orNull(text)),
      region: optional(orNull(text)),
      postalCode: optional(orNull(text)),
      country: optional(orNull(country)),
    }),
  ),
  ids: optional(schemed),
});

export const ItemsFile = object({
  items: Type.Array(
    object({
      id: text,
      description: text,
      products: optional(schemed),
      unit: pattern('^[A-Za-z0-9-]{1,30}$', 'a unit of maps/tables/unit.yaml like each, or a code like EA'),
      price: amount,
      currency: optional(currency),
      stock: optional(Type.Array(object({ location: text, quantity: decimal }), { maxItems: 1_000 })),
      leadTimeDays: optional(whole(0, 3_650)),
    }),
  ),
});

export const PartnerFile = object({
  name: text,
  identities: Type.Array(identity, { minItems: 1, maxItems: 50 }),
  ids: optional(schemed),
});

const everyChannel = {
  speaksFor: optional(Type.Array(identity, { minItems: 1, maxItems: 1_000 })),
  fileBytesMax: optional(whole(1, 64 * 1024 * 1024 * 1024)),
  inFlightMax: optional(whole(1, 100)),
  firstInFirstOut: optional(Type.Boolean()),
};
const directoryChannel = object({
  kind: oneOf('directory'),
  inbox: optional(orNull(text)),
  archive: optional(orNull(text)),
  outbox: optional(orNull(text)),
  // 100 ms: below it a poller only lists; a day: above it nobody waits.
  pollIntervalMs: optional(whole(100, 86_400_000)),
  takeWhen: optional(oneOf('settled', 'renamed')),
  fileName: optional(text),
  ...everyChannel,
});
const httpChannel = object({
  kind: oneOf('http'),
  tokenSha256: optional(orNull(pattern('^[0-9a-f]{64}$', "a token's SHA-256 in 64 small hexadecimal digits"))),
  pushUrl: optional(orNull(url)),
  pushTokenVariable: optional(orNull(variable)),
  timeoutMs: optional(whole(1_000, 600_000)),
  ...lineEntry,
  ...everyChannel,
});
const as2Channel = object({ ...as2Entry, ...everyChannel });
const sftp = object({ ...sftpChannel, ...everyChannel });
const ftps = object({ ...ftpsChannel, ...everyChannel });
const sftpMailbox = object({ ...sftpMailboxChannel, ...everyChannel });
export type ChannelEntry =
  | Static<typeof directoryChannel>
  | Static<typeof httpChannel>
  | Static<typeof as2Channel>
  | Static<typeof sftp>
  | Static<typeof ftps>
  | Static<typeof sftpMailbox>;

export const ChannelsFile = object({
  channels: Type.Record(
    Type.String(),
    // `discriminator` and not anyOf alone: the errors are then those of the kind that was meant.
    Type.Unsafe<ChannelEntry>({
      type: 'object',
      discriminator: { propertyName: 'kind' },
      oneOf: [directoryChannel, httpChannel, as2Channel, sftp, ftps, sftpMailbox],
    }),
  ),
});

const terms = {
  usage: optional(Type.Array(oneOf('production', 'test'), { minItems: 1, uniqueItems: true })),
  version: optional(text),
  ours: optional(identity),
  theirs: optional(identity),
  map: optional(text),
  guide: optional(orNull(text)),
  channel: optional(orNull(name)),
  fallback: optional(
    orNull(
      object({
        channels: Type.Array(name, { minItems: 1, maxItems: 5, uniqueItems: true }),
        // A week: after it somebody has found another way.
        afterMinutes: optional(whole(0, 10_080)),
        whenUnsure: optional(oneOf('hold', 'send')),
      }),
    ),
  ),
  envelope: optional(
    object({
      delimiters: optional(
        object({
          element: optional(delimiter),
          component: optional(delimiter),
          repetition: optional(orNull(delimiter)),
          release: optional(orNull(delimiter)),
          terminator: optional(delimiter),
        }),
      ),
      segmentSuffix: optional(oneOf('', '\n', '\r\n')),
      /** What stands in for a delimiter in data where the syntax has no release character; null: the document is refused. */
      replaceDelimiterWith: optional(orNull(Type.String({ maxLength: 1 }))),
      /** X12 only: how they write and how we do; EDIFACT names it in UNB. */
      characterSet: optional(oneOf(...CHARACTER_SETS)),
      /** What a character does that the set has not: 'refuse', 'nearest', or the one character written instead. */
      unwritableCharacters: optional(
        Type.Union([oneOf('refuse', 'nearest'), Type.String({ minLength: 1, maxLength: 1 })]),
      ),
      interchangeVersion: optional(text),
      requestAcknowledgment: optional(Type.Boolean()),
      groupSender: optional(text),
      groupReceiver: optional(text),
    }),
  ),
  acknowledgment: optional(
    object({
      ta1: optional(oneOf('requested', 'always', 'rejected', 'never')),
      functional: optional(oneOf('997', '999', 'none')),
      contrl: optional(oneOf('requested', 'always', 'rejected', 'never')),
      rejects: optional(oneOf('transaction', 'group', 'interchange')),
      acceptedSets: optional(Type.Boolean()),
      channel: optional(orNull(name)),
      repeatOnDuplicate: optional(Type.Boolean()),
    }),
  ),
  validation: optional(
    object({
      envelope: optional(policy),
      tree: optional(policy),
      elements: optional(policy),
      codes: optional(policy),
      characters: optional(policy),
      notes: optional(policy),
      balancing: optional(policy),
      guide: optional(policy),
    }),
  ),
  duplicates: optional(
    object({
      controlNumber: optional(oneOf('quarantine', 'reject')),
      groupControlNumber: optional(oneOf('ignore', 'reject')),
      orderNumber: optional(oneOf('hold', 'reject')),
    }),
  ),
  changes: optional(
    object({
      quantityMeans: optional(oneOf('total', 'difference')),
      onPartlyCommitted: optional(oneOf('take-back-rest', 'refuse')),
    }),
  ),
  decision: optional(
    object({
      decideBy: optional(oneOf('rules', 'back-office')),
      priceTolerancePercent: optional(amount),
      priceToleranceAmount: optional(amount),
      onPriceMismatch: optional(oneOf('answer-our-price', 'hold', 'accept-theirs')),
      onShortage: optional(oneOf('backorder', 'cut', 'reject-line')),
      announceUrl: optional(orNull(url)),
      defaultLeadTimeDays: optional(whole(0, 3_650)),
    }),
  ),
  deadlines: optional(
    object({
      acknowledgmentMinutes: optional(minutes),
      responseMinutes: optional(minutes),
      shipNoticeMinutes: optional(minutes),
      invoiceMinutes: optional(minutes),
    }),
  ),
  warehouse: optional(
    object({
      shipsFor: optional(Type.Array(name, { minItems: 1, maxItems: 1_000, uniqueItems: true })),
      releaseWhen: optional(oneOf('decided', 'picked')),
    }),
  ),
  values: optional(Type.Record(Type.String(), Type.Unknown())),
};
const message = oneOf(...Object.keys(DOCUMENT_OF_MESSAGE));
const Terms = object(terms);
const Entry = object({ receive: optional(message), send: optional(message), name: optional(name), ...terms });

export const AgreementsFile = object({
  defaults: optional(Terms),
  agreements: Type.Array(Entry, { minItems: 1, maxItems: 500 }),
});

export type CompanyFile = Static<typeof CompanyFile>;
export type ItemsFile = Static<typeof ItemsFile>;
export type PartnerFile = Static<typeof PartnerFile>;
export type ChannelsFile = Static<typeof ChannelsFile>;
export type AgreementsFile = Static<typeof AgreementsFile>;
export type AgreementTerms = Static<typeof Terms>;
export type AgreementEntry = Static<typeof Entry>;
