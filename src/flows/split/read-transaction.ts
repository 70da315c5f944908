import { type FailureError, failureOf } from '../../core/failure.ts';
import { positionAt } from '../../core/position.ts';
import { type Problem, problem, type Verdict } from '../../core/problem.ts';
import type { Document, DocumentKind } from '../../documents/index.ts';
import { traceToJson } from '../../mappers/index.ts';
import type { Acknowledgment } from '../../parsers/acknowledgment.ts';
import { parserNamed } from '../../parsers/index.ts';
import type { Restrictions } from '../../parsers/restrictions.ts';
import type { Transaction, UnlistedCount } from '../../parsers/transaction.ts';
import { validate, validateUnknown } from '../../parsers/validate.ts';
import type { Agreement } from '../../partners/configuration.ts';
import { baseMapName } from '../../partners/defaults.ts';
import type { FlowContext } from '../context.ts';
import { numberOf } from '../document-number.ts';
import { hasReadExpressions, withReadExpressions } from '../map-expressions.ts';

/** What became of one transaction, before its group is closed. */
export interface TransactionReading {
  readonly verdict: Verdict;
  readonly problems: readonly Problem[];
  readonly document: ReadDocument | null;
  readonly acknowledgment: Acknowledgment | null;
  /** How many more problems there are than a list holds; absent when none. */
  readonly unlisted?: UnlistedCount;
  /** Why the map failed: our fault, so the transaction is accepted and parked. */
  readonly failure: FailureError | null;
}

export interface ReadDocument {
  readonly kind: DocumentKind;
  readonly number: string;
  readonly body: Document;
  readonly trace: unknown;
  readonly unmapped: unknown;
  readonly mapName: string;
  readonly mapHash: string;
}

const nothing = { document: null, acknowledgment: null, failure: null };

/**
 * Validates (by the guide's restrictions too) and maps one transaction under its agreement (undefined: none fits), but for the expressions of
 * its map. Pure but for the caches behind the context's tables and maps.
 */
export function readTransaction(
  { standards, maps }: Pick<FlowContext, 'standards' | 'maps'>,
  read: Transaction,
  agreement: Agreement | undefined,
  isAcknowledgment: boolean,
  restrictions: Restrictions | null = null,
): TransactionReading {
  // X12 names no character set: the agreement does.
  const set = agreement?.envelope.characterSet;
  const transaction = set === undefined || read.syntax !== 'x12' ? read : read.decodedAs(set);
  const { syntax, version, message } = transaction;
  // Too large to be held: only its envelope was kept, and judging that against the tables would name everything as missing.
  if (transaction.problems.some(({ code }) => code === 'transaction/too-large')) {
    return { verdict: 'rejected', problems: transaction.problems, ...nothing };
  }
  const table = standards.table(syntax, version, message);
  if (table === undefined)
    return { ...validateUnknown(transaction, standards.version(syntax, version) !== undefined), ...nothing };
  const placed = validate(transaction, table, {
    ...(agreement === undefined ? {} : { policies: agreement.validation }),
    implied: standards.implied(message),
    balances: standards.balances(message),
    ...(restrictions === null ? {} : { restrictions }),
  });
  const unlisted = placed.unlisted === undefined ? {} : { unlisted: placed.unlisted };
  if (isAcknowledgment) {
    const acknowledgment = placed.verdict === 'rejected' ? null : parserNamed(syntax).readAcknowledgment(transaction);
    return { verdict: placed.verdict, problems: placed.problems, ...nothing, ...unlisted, acknowledgment };
  }
  if (agreement === undefined) {
    const notAgreed = problem('transaction/not-agreed', positionAt(transaction.byteOffset, { segmentNumber: 1 }), {
      message: `No agreement covers ${message} of version ${version}.`,
      found: `${message} ${version}`,
    });
    return { verdict: 'rejected', problems: [...placed.problems, notAgreed], ...nothing, ...unlisted };
  }
  if (placed.verdict === 'rejected') return { verdict: 'rejected', problems: placed.problems, ...nothing, ...unlisted };
  try {
    const map = maps.map(mapOf(maps, agreement, transaction));
    const reading = map.read(placed, agreement.values);
    const problems = [...placed.problems, ...reading.problems];
    if (reading.document === null) return { verdict: 'rejected', problems, ...nothing, ...unlisted };
    return {
      verdict:
        placed.verdict === 'accepted' && problems.some(({ severity }) => severity === 'error')
          ? 'accepted-with-errors'
          : placed.verdict,
      problems,
      acknowledgment: null,
      failure: null,
      ...unlisted,
      document: {
        kind: map.document,
        number: numberOf(map.document, reading.document),
        body: reading.document,
        trace: traceToJson(reading.trace),
        unmapped: reading.unmapped.length === 0 ? null : reading.unmapped,
        mapName: map.name,
        mapHash: map.versionHash,
      },
    };
  } catch (thrown) {
    return { verdict: placed.verdict, problems: placed.problems, ...nothing, ...unlisted, failure: failureOf(thrown) };
  }
}

/**
 * The agreement's map; where that is the plain base map, and the sender says by which association's rules it writes (UNH 0057, EANCOM's EAN008), the
 * overlay that knows its codes.
 */
function mapOf(
  maps: Pick<FlowContext['maps'], 'has' | 'map'>,
  { map }: Agreement,
  { syntax, version, message, association }: Transaction,
): string {
  if (syntax !== 'edifact' || association === null || map !== baseMapName(message, version)) return map;
  const overlay = `edifact/${association}/${message}`;
  return maps.has(overlay) && maps.map(overlay).version === version ? overlay : map;
}

/**
 * A reading with the `read:` expressions of its map evaluated; undefined when there are none, and nothing is to be waited for. What fails in
 * them is a problem; an expression that makes no document parks the transaction.
 */
export function readExpressions(
  context: Pick<FlowContext, 'maps' | 'evaluate' | 'clock'>,
  reading: TransactionReading,
): Promise<TransactionReading> | undefined {
  const { document } = reading;
  if (document === null) return undefined;
  const map = context.maps.map(document.mapName);
  if (!hasReadExpressions(map)) return undefined;
  return withReadExpressions(context, map, document.body).then(
    ({ document: body, problems }) => ({
      ...reading,
      problems: [...reading.problems, ...problems],
      verdict: reading.verdict === 'accepted' && problems.length > 0 ? 'accepted-with-errors' : reading.verdict,
      document: { ...document, body, number: numberOf(document.kind, body) },
    }),
    (thrown) => ({ ...reading, document: null, failure: failureOf(thrown) }),
  );
}
