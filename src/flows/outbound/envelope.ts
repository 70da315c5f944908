import { localTimeOf } from '../../core/local-date.ts';
import type { OutboundEnvelope } from '../../parsers/draft.ts';
import type { Agreement } from '../../partners/configuration.ts';

/** What an interchange of ours is numbered with; a TA1 travels alone, without group and set. */
export interface TakenNumbers {
  readonly interchange: string;
  readonly group: string;
  readonly transaction: string;
}

/** In every character set there is; '?' releases in EDIFACT, and '.' may be a delimiter too. */
const replacementBeside = (delimiters: readonly (string | null)[]): string =>
  ['?', '.', '-'].find((one) => !delimiters.includes(one)) ?? 'X';

/** The envelope an agreement writes with, dated where the company is. `asks`: whether we want an acknowledgment for this one. */
export function envelopeOf(
  agreement: Pick<Agreement, 'syntax' | 'ours' | 'theirs' | 'usage' | 'envelope'>,
  numbers: TakenNumbers,
  at: Date,
  zone: string,
  what: { functionalId: string | null; version: string; asks: boolean },
): OutboundEnvelope {
  const { delimiters, segmentSuffix, onDelimiterInData, characterSet, onUnwritable, interchangeVersion } =
    agreement.envelope;
  const { groupSender, groupReceiver } = agreement.envelope;
  const { date, time } = localTimeOf(at, zone);
  const code = (character: string | null): number | null => (character === null ? null : character.charCodeAt(0));
  return {
    syntax: agreement.syntax,
    delimiters: {
      element: delimiters.element.charCodeAt(0),
      component: delimiters.component.charCodeAt(0),
      repetition: code(delimiters.repetition),
      release: code(delimiters.release),
      terminator: delimiters.terminator.charCodeAt(0),
      decimalMark: 0x2e,
    },
    segmentSuffix,
    onDelimiterInData,
    characterSet,
    // An acknowledgment repeats what they sent, in whatever set that was: it must leave all the same.
    onUnwritable: what.asks ? onUnwritable : { replaceWith: replacementBeside(Object.values(delimiters)) },
    version: interchangeVersion,
    sender: agreement.ours,
    receiver: agreement.theirs,
    date: date.replaceAll('-', ''),
    time: time.replaceAll(':', ''),
    interchangeControlNumber: numbers.interchange,
    acknowledgmentRequested: what.asks && agreement.envelope.requestAcknowledgment,
    usage: agreement.usage,
    group:
      what.functionalId === null
        ? null
        : {
            functionalId: what.functionalId,
            sender: groupSender,
            receiver: groupReceiver,
            controlNumber: numbers.group,
            version: what.version,
          },
  };
}
