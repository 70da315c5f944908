import type { Standards } from '../../library/standards.ts';
import type { GroupVerdict, TransactionVerdict } from '../../parsers/acknowledgment.ts';
import type { OutboundEnvelope } from '../../parsers/draft.ts';
import type { GroupHeader } from '../../parsers/transaction.ts';
import { IMPLEMENTATION_999, write997, write999 } from '../../parsers/x12/acknowledge.ts';
import { type DataElementOf, type FunctionalKind, groupVerdict } from '../../parsers/x12/verdicts.ts';
import { writeX12 } from '../../parsers/x12/write.ts';
import type { AnsweredGroup } from '../../store/deliveries/acknowledgment.ts';

type Tables = Pick<Standards, 'table' | 'version'>;

/** The data elements a 997 about this group names: those of the group's own version. */
export function dataElementsOf(standards: Tables, { version }: GroupHeader): DataElementOf {
  const tables = standards.version('x12', (version ?? '').slice(0, 6));
  return (tag, element, component) => {
    const use = tables?.segments.get(tag)?.elements[element - 1];
    return (component === null ? use?.element?.id : use?.composite?.components[component - 1]?.element.id) ?? null;
  };
}

/**
 * Above so many sets only those with errors are told one by one: a 997 is one transaction, which a reader holds whole, and two segments a set
 * would pass what readers take (ours: 1,000,000 segments, 32 MB).
 */
export const listedSetsMax = 200_000;

const VERSION_UNKNOWN = '2';

/** The interchange with the 997 or 999 that answers a group: what the gateway sends, and what `tallyport ack` shows beforehand. */
export function functionalAnswer(
  standards: Tables,
  { header, claimed, counted, accepted, with_errors, problems }: Omit<AnsweredGroup, 'interchange'>,
  verdicts: Iterable<TransactionVerdict>,
  how: {
    readonly kind: FunctionalKind;
    readonly envelopeFor: (version: string) => OutboundEnvelope;
    readonly controlNumber: string;
    /** Whether sets that were accepted are listed too. */
    readonly acceptedSets: boolean;
  },
): Iterable<Uint8Array> {
  const acceptedSets = how.acceptedSets ? 'listed' : 'omitted';
  const tally = { claimed, counted, accepted, withErrors: with_errors };
  const verdictUnder = (named: GroupHeader): GroupVerdict => {
    const verdict = groupVerdict(named, tally, problems);
    // AK905 2, "functional group version not supported": the sets of such a group are refused for nothing else.
    const held = standards.version('x12', (header.version ?? '').slice(0, 6)) !== undefined;
    return held || verdict.verdict !== 'rejected'
      ? verdict
      : { ...verdict, codes: [VERSION_UNKNOWN, ...verdict.codes] };
  };
  if (how.kind === '999') {
    const envelope = how.envelopeFor(IMPLEMENTATION_999);
    const options = { delimiters: envelope.delimiters, acceptedSets } as const;
    const draft = write999(verdictUnder(header), verdicts, options);
    return writeX12(envelope, [{ draft, controlNumber: how.controlNumber }]);
  }
  const version = (header.version ?? '').slice(0, 6);
  // Reply in the version of the received group; what is not held is answered in the one that every X12 partner reads.
  const answerVersion = standards.table('x12', version, '997') === undefined ? '004010' : version;
  const envelope = how.envelopeFor(answerVersion);
  // What a version that is not held would add to a 997 is not known either.
  const known = answerVersion === version ? header : { ...header, version: answerVersion };
  const draft = write997(verdictUnder(known), verdicts, {
    delimiters: envelope.delimiters,
    acceptedSets,
  });
  return writeX12(envelope, [{ draft: { ...draft, version: answerVersion }, controlNumber: how.controlNumber }]);
}
