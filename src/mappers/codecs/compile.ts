import { compareDecimals, divideDecimals, isDecimal, multiplyDecimals, normalDecimal } from '../../core/decimal.ts';
import type { Formula } from '../formula/formula.ts';
import type { AgreementValues } from '../map.ts';
import { dateOf, dateText } from '../wire-type.ts';
import type { CodecSpec } from './codec.ts';
import { edifactDateOf, edifactDateText } from './edifact-date.ts';
import { momentOf, momentParts } from './moment.ts';
import { ssccOf } from './sscc.ts';
import { typedDateOf, typedPeriod } from './typed-date.ts';

/** What a codec may ask while it works. */
export interface CodecWorld {
  readonly agreement: AgreementValues;
  /** Whether a condition over the document holds, as far as it is read. */
  holds(formula: Formula): boolean;
}

/** One or several elements' texts to a value, and back; undefined when the one cannot become the other. */
export interface Codec {
  decode(parts: readonly string[], world: CodecWorld): unknown;
  /** `lengths`: how much each element holds. */
  encode(value: unknown, world: CodecWorld, lengths: readonly number[]): readonly string[] | undefined;
  /** True when texts of this form are certain to be written again as they are: then nobody need try. */
  isFaithful?(parts: readonly string[]): boolean;
}

/** A chain as one codec: reading from first to last, writing from last to first. */
export function compileCodecs(specs: readonly CodecSpec[]): Codec {
  const codecs = specs.map(codecOf);
  const [only] = codecs;
  if (codecs.length === 1 && only !== undefined) return only;
  return {
    decode(parts, world) {
      let value: unknown = parts.length === 1 ? parts[0] : parts;
      for (const codec of codecs) {
        value = codec.decode(Array.isArray(value) ? value : [String(value)], world);
        if (value === undefined) return undefined;
      }
      return value;
    },
    encode(value, world, lengths) {
      let parts: readonly string[] | undefined;
      let current: unknown = value;
      for (let index = codecs.length - 1; index >= 0; index--) {
        parts = codecs[index]?.encode(current, world, lengths);
        if (parts === undefined) return undefined;
        current = parts[0];
      }
      return parts;
    },
  };
}

const scalar = (
  decode: (text: string, world: CodecWorld) => string | undefined,
  encode: (text: string, world: CodecWorld, length: number) => string | undefined,
): Codec => ({
  decode: ([text = ''], world) => decode(text, world),
  encode(value, world, lengths) {
    const text = typeof value === 'string' ? encode(value, world, lengths[0] ?? 0) : undefined;
    return text === undefined ? undefined : [text];
  },
});

function codecOf(spec: CodecSpec): Codec {
  switch (spec.kind) {
    case 'trim':
      return scalar(
        (text) => text.trim() || undefined,
        (text) => (text === text.trim() ? text : undefined),
      );
    case 'strip':
      return scalar(
        (text) => stripped(text, spec.character),
        (text) =>
          text.length > 1 && text.startsWith(spec.character) ? undefined : text.padStart(spec.width, spec.character),
      );
    case 'prefix':
      return scalar(
        (text) => `${spec.text}${text}`,
        (text) =>
          text.startsWith(spec.text) && text.length > spec.text.length ? text.slice(spec.text.length) : undefined,
      );
    case 'table':
      return scalar(
        (text) => spec.table.byOriginal.get(text)?.code,
        (text) => spec.table.byCode.get(text),
      );
    case 'sscc':
      return scalar(ssccOf, (text) =>
        ssccOf(text) === text ? `${spec.withIdentifier ? '00' : ''}${text}` : undefined,
      );
    case 'percent-or-fraction':
      return scalar(percentOf, percentText);
    case 'sign': {
      const turn = (text: string, world: CodecWorld) => (turns(spec, world) ? negated(text) : text);
      return scalar(turn, turn);
    }
    case 'date':
      return scalar(dateOf, (text, _world, length) => dateText(text, length));
    case 'date-time':
      return dateTime;
    case 'edifact-date':
      return {
        decode: ([text = '', format = '']) => edifactDateOf(text, format),
        encode: (value) => edifactDateText(value),
        isFaithful: ([text = '', format = '']) => ['102', '203', '204', '718'].includes(format) && !text.includes('-'),
      };
  }
}

/** Date, time, zone, and where there are five elements the typed form of X12 1250 and 1251: the only one that holds a period. */
const dateTime: Codec = {
  isFaithful: ([date = '', _time, zone = '', format = '']) => date.length === 8 && zone === '' && format === '',
  decode: ([date = '', time = '', zone = '', format = '', typed = '']) =>
    date === '' ? typedDateOf(format, typed) : momentOf(date, time, zone),
  encode(value, _world, lengths) {
    const period = lengths.length > 3 ? typedPeriod(value) : undefined;
    if (period !== undefined) return ['', '', '', ...period];
    const moment = typeof value === 'string' ? momentParts(value) : undefined;
    if (moment === undefined) return undefined;
    const date = (lengths[0] ?? 8) >= 8 ? moment.date : moment.date.slice(2);
    const parts = [date, moment.time, moment.zone];
    // What the map has no element for must be empty: a zone without a place would be lost in silence.
    return parts.slice(lengths.length).some((part) => part !== '') ? undefined : parts.slice(0, lengths.length);
  },
};

/** A text of nothing but the character keeps its last one: zero is a number too. */
function stripped(text: string, character: string): string {
  let start = 0;
  while (start < text.length - 1 && text[start] === character) start++;
  return text.slice(start);
}

/**
 * X12 954 is sent as 8.25 and as .0825. What is below 1 is read as a fraction; so a percentage below 1 must be written as one. A fraction
 * of 1 or more (100 % and above) cannot be told from a percentage: nobody's tax is that.
 */
function percentOf(text: string): string | undefined {
  if (!isDecimal(text)) return undefined;
  return isBelowOne(text) ? normalDecimal(multiplyDecimals(text, '100')) : text;
}
function percentText(text: string): string | undefined {
  if (!isDecimal(text)) return undefined;
  return isBelowOne(text) ? normalDecimal(divideDecimals(text, '100', 40)) : text;
}
const isBelowOne = (text: string) => compareDecimals(text, '1') < 0 && compareDecimals(text, '-1') > 0;

function turns(spec: CodecSpec & { kind: 'sign' }, world: CodecWorld): boolean {
  const said = agreementValue(world.agreement, spec.agreement);
  return said === 'negate' && (spec.when === null || world.holds(spec.when));
}

/** Keeps the zeros: -1.50 ↔ 1.50. Zero has no sign to turn. */
function negated(text: string): string | undefined {
  if (!isDecimal(text)) return undefined;
  if (text.startsWith('-')) return text.slice(1);
  return /[1-9]/.test(text) ? `-${text}` : text;
}

/** "shipNotice.shape" in the agreement's values; a flat key of that very name wins. */
export function agreementValue(values: AgreementValues, name: string): unknown {
  if (Object.hasOwn(values, name)) return values[name];
  let here: unknown = values;
  for (const step of name.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[step];
  }
  return here;
}
