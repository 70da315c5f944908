import type { Problem } from '../../core/problem.ts';
import type { InterchangeHeader } from '../../parsers/transaction.ts';
import { isRejecting, isTolerated, weighTrailers } from '../../parsers/weigh-trailers.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { answeringAgreement } from './whose.ts';

/** What problems of its own make of a group or an interchange: it falls for them, or is taken with errors. */
export interface Weight {
  broken: boolean;
  flawed: boolean;
}

export const noted = (problems: readonly Problem[]): Weight => ({
  broken: problems.some(isRejecting),
  flawed: problems.some(isTolerated),
});

export function markAs(one: Weight, { broken, flawed }: Weight): void {
  one.broken ||= broken;
  one.flawed ||= flawed;
}

/** What trailers have wrong, as the agreement weighs it that answers the interchange. */
export function weighedTrailers(
  known: KnownConfiguration,
  owned:
    | { readonly company_id: string; readonly partner_id: string; readonly usage: 'test' | 'production' }
    | undefined,
  header: InterchangeHeader | undefined,
  problems: readonly Problem[],
): readonly Problem[] {
  if (problems.length === 0 || owned === undefined || header === undefined) return problems;
  const { syntax } = header;
  const agreement = answeringAgreement(known.between(owned.company_id, owned.partner_id), {
    company: owned.company_id,
    partner: owned.partner_id,
    usage: owned.usage,
    syntax,
    ours: { ...header.receiver, syntax },
    theirs: { ...header.sender, syntax },
  });
  return agreement === undefined ? problems : weighTrailers(problems, agreement.validation.envelope);
}
