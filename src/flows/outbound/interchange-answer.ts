import type { Problem, Verdict } from '../../core/problem.ts';
import type { OutboundEnvelope } from '../../parsers/draft.ts';
import { type ContrlPart, writeContrl } from '../../parsers/edifact/acknowledge.ts';
import { contrlSyntaxOf, uciVerdict } from '../../parsers/edifact/verdicts.ts';
import { writeEdifact } from '../../parsers/edifact/write.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Agreement } from '../../partners/configuration.ts';

/** An interchange of theirs that was judged to its end. */
export interface JudgedInterchange {
  readonly header: InterchangeHeader;
  readonly verdict: Verdict | null;
  readonly problems: readonly Problem[];
}

/** Syntax 4 is answered in syntax 4; the level of characters is that of our agreement. */
export const contrlVersion = (header: InterchangeHeader, agreed: string): string =>
  contrlSyntaxOf(header) === '4' ? `${agreed.slice(0, 4)}:4` : agreed.replace(/:4$/, ':3');

/** 0085 18, "unspecified error". */
const UNSPECIFIED = '18';

/** The interchange with the CONTRL that answers one: what the gateway sends, and what `tallyport ack` shows beforehand. */
export function interchangeAnswer(
  { header, verdict, problems }: JudgedInterchange,
  parts: Iterable<ContrlPart>,
  acknowledgment: Pick<Agreement['acknowledgment'], 'rejects'>,
  how: {
    readonly envelope: OutboundEnvelope;
    readonly controlNumber: string;
    /** Whether messages that were accepted are listed too. */
    readonly acceptedMessages: boolean;
    /** What is refused can't be named one by one (`unnamedPart`), and all is refused: it is told of the whole. */
    readonly asWhole?: boolean;
  },
): Iterable<Uint8Array> {
  // All messages may be rejected, each for itself: only by agreement does the interchange then fall as a whole.
  const whole = acknowledgment.rejects === 'interchange' && verdict === 'rejected' ? 'rejected' : 'accepted';
  const own = uciVerdict(header, problems, how.asWhole === true ? 'rejected' : whole);
  const uci = how.asWhole === true && own.code === '' ? { ...own, code: UNSPECIFIED } : own;
  const draft = writeContrl(uci, how.asWhole === true ? [] : parts, {
    syntax: contrlSyntaxOf(header),
    receiptOnly: header.acknowledgmentRequested === '2',
    acceptedMessages: how.acceptedMessages ? 'listed' : 'omitted',
  });
  const envelope = { ...how.envelope, version: contrlVersion(header, how.envelope.version) };
  return writeEdifact(envelope, [{ draft, controlNumber: how.controlNumber }]);
}
