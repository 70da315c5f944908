import type { Problem, ProblemCode } from '../../src/core/problem.ts';

/* What another strict reader says of a file ("BPR11@2 too short (4<9) 'xxxx'"), in our words: which codes at which place would say the same. */

export type Layer = 'env' | 'struct' | 'elem' | 'code' | 'note';

export interface Verdict {
  readonly path: string;
  readonly syntax: string;
  readonly messages: readonly string[];
  readonly oddities: readonly string[];
  readonly findings: Readonly<Partial<Record<Layer, readonly string[]>>>;
}

export interface Claim {
  readonly codes: readonly ProblemCode[];
  readonly tag?: string;
  readonly segment?: number;
  readonly element?: number;
  readonly component?: number;
  /** The value complained about, where the place does not name its element. */
  readonly value?: string;
}

type Rule = readonly [form: RegExp, codes: readonly ProblemCode[], tag?: string];

const ENVELOPE: readonly Rule[] = [
  [/^UNT 0074/, ['transaction/segment-count-mismatch']],
  [/^UNT 0062/, ['transaction/control-number-mismatch']],
  [/^SE01/, ['transaction/segment-count-mismatch']],
  [/^SE02/, ['transaction/control-number-mismatch']],
  [/^(?:UNE 0060|GE01)/, ['group/count-mismatch']],
  [/^(?:UNE 0048|GE02)/, ['group/control-number-mismatch']],
  [/^(?:UNZ 0036|IEA01)/, ['interchange/count-mismatch']],
  [/^(?:UNZ 0020|IEA02)/, ['interchange/control-number-mismatch']],
  [/^duplicate (?:UNH 0062|ST02)/, ['transaction/control-number-duplicate']],
  [/^GS01 .* does not fit/, ['transaction/not-in-group']],
  [/^GS04 date/, ['group/header-invalid'], 'GS'],
  [/^missing (?:IEA|UNZ)|^UNB before UNZ/, ['interchange/trailer-missing']],
  [/^missing UNT/, ['transaction/trailer-missing', 'file/not-edi']],
  [/^ISA (?:not fixed width|has too few)/, ['interchange/header-unpadded', 'interchange/header-malformed'], 'ISA'],
  [/^no ISA\/UNB header/, ['file/not-edi']],
  [/^segment .* outside a/, ['interchange/segment-unexpected']],
  [/^UNB@1 0020|^UNB@1 element 5/, ['interchange/control-number-invalid'], 'UNB'],
  [/^UNB@1/, ['interchange/field-invalid'], 'UNB'],
];

const VALUES: readonly Rule[] = [
  [/too many elements/, ['element/too-many']],
  [/too many components/, ['element/too-many-components']],
  [/too long/, ['element/too-long']],
  [/too short/, ['element/too-short']],
  [/bad date/, ['element/invalid-date', 'element/invalid-character']],
  [/not N\d|not numeric|not R\b/, ['element/invalid-character']],
  [/mandatory/, ['element/missing', 'segment/empty']],
  [/code '|='/, ['element/invalid-code']],
];

const WRONG_PLACE: readonly ProblemCode[] = [
  'segment/unexpected',
  'segment/out-of-sequence',
  'segment/too-many',
  'segment/not-in-message',
  'segment/unknown',
  'loop/too-many',
];

/** One finding as a claim; throws for a finding of no form known here, so that none is passed over. */
export function claimOf(layer: Layer, finding: string): Claim {
  if (layer === 'env') {
    const [, codes, tag] = ENVELOPE.find(([form]) => form.test(finding)) ?? unknown(layer, finding);
    return tag === undefined ? { codes } : { codes, tag };
  }
  if (layer === 'struct') return treeClaim(finding);
  const place = /^([A-Z0-9]{2,3}?)(?:(\d\d)(?:-(\d+))?)?@(\d+)(?: (\d{4}|C\d{3}|S\d{3}))?/.exec(finding);
  if (place === null) return unknown(layer, finding);
  const [, tag = '', element, component, segment] = place;
  const at = {
    tag,
    segment: Number(segment),
    ...(element === undefined ? {} : { element: Number(element) }),
    ...(component === undefined ? {} : { component: Number(component) }),
  };
  if (layer === 'note') return { ...at, codes: ['note/missing', 'note/excluded'] };
  const [, codes] = VALUES.find(([form]) => form.test(finding)) ?? unknown(layer, finding);
  const value = /'(.*)'(?: not in \S+)?$/s.exec(finding)?.[1];
  return value === undefined ? { ...at, codes } : { ...at, codes, value };
}

function treeClaim(finding: string): Claim {
  const missing = /^\S+: missing mandatory (group )?(\w+) .*before segment (\d+)/.exec(finding);
  if (missing !== null) {
    const [, , tag = '', segment] = missing;
    return { codes: ['segment/missing', 'loop/missing'], tag, segment: Number(segment) };
  }
  const unexpected = /^\S+: unexpected (\w+) at segment (\d+)/.exec(finding);
  if (unexpected === null) return unknown('struct', finding);
  const [, tag = '', segment] = unexpected;
  return { codes: WRONG_PLACE, tag, segment: Number(segment) };
}

function unknown(layer: Layer, finding: string): never {
  throw new Error(`no rule reads the finding ${layer} ${JSON.stringify(finding)}`);
}

/** Whether a problem says what the claim says. */
export function agrees(
  { codes, tag, segment, element, component, value }: Claim,
  { code, at, found }: Problem,
): boolean {
  if (!codes.includes(code)) return false;
  if (tag !== undefined && at.tag !== tag) return false;
  if (segment !== undefined && at.segmentNumber !== segment) return false;
  if (element !== undefined && at.elementNumber !== null && at.elementNumber !== element) return false;
  if (component !== undefined && component !== (at.componentNumber ?? 1)) return false;
  return element !== undefined || value === undefined || code !== 'element/invalid-code' || found === value;
}

/** Whether a problem is about the very value a claim is about: then we told the first fault of it, and the claim is the second. */
export const toldOtherwise = ({ tag, segment, element, value }: Claim, { code, at, found }: Problem): boolean =>
  code.startsWith('element/') &&
  at.tag === tag &&
  at.segmentNumber === segment &&
  (element === undefined ? value !== undefined && found === value : at.elementNumber === element);

/**
 * Where we and the other reader see a file otherwise: "- code" what it says and we do not, "+ code" errors of ours that it does not have, each
 * with how often. Empty when both say the same. Warnings of ours are not compared: it has none.
 */
export function differencesOf({ findings }: Verdict, problems: readonly Problem[]): Record<string, number> {
  const open = problems.map((one) => ({ one, free: true }));
  const unmet: [Layer, Claim][] = [];
  for (const layer of ['env', 'struct', 'elem', 'code', 'note'] as const) {
    for (const finding of findings[layer] ?? []) {
      const claim = claimOf(layer, finding);
      const match = open.find(({ one, free }) => free && agrees(claim, one));
      if (match === undefined) unmet.push([layer, claim]);
      else match.free = false;
    }
  }
  const counts: Record<string, number> = {};
  const count = (key: string) => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  for (const [layer, claim] of unmet) {
    const ofValue = layer === 'elem' || layer === 'code';
    if (!ofValue || !problems.some((one) => toldOtherwise(claim, one))) count(`- ${claim.codes[0]}`);
  }
  for (const { one, free } of open) {
    // Theirs says "no table for 210 004010" among its oddities, which is no finding.
    const noTable = one.code === 'transaction/unknown-version' || one.code === 'transaction/unknown-message';
    if (free && one.severity === 'error' && !noTable) count(`+ ${one.code}`);
  }
  return counts;
}
