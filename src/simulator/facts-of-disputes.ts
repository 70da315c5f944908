import { isRecord, listIn, type OperatorApi, query, textIn, textOrNull } from './api.ts';
import { sameNumber } from './arithmetic.ts';
import type { Fact } from './protocol.ts';

/* What the gateway must know of a refused invoice and of a claim on one. Each gives the differences found, in words. */
type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** Documents of ours, the oldest first. */
async function documentsOf(
  api: OperatorApi,
  { document, number, usage }: FactOf<'documents'> | FactOf<'refused-field'>,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const path = `/documents${query({ kind: document, number, usage, direction: 'out', limit: '500' })}`;
  return listIn(await api.get(path))
    .filter((one) => one.number === number)
    .toReversed();
}

export async function documentDifferences(api: OperatorApi, fact: FactOf<'documents'>): Promise<readonly string[]> {
  const states = (await documentsOf(api, fact)).map((one) => textIn(one, 'state'));
  const [found, wanted] = [states, fact.states].map((all) => all.join(', then '));
  return found === wanted ? [] : [`${fact.document} ${fact.number} is ${found || 'not there'}, ${wanted} expected`];
}

export async function refusedFieldDifferences(
  api: OperatorApi,
  fact: FactOf<'refused-field'>,
): Promise<readonly string[]> {
  const [refused] = (await documentsOf(api, fact)).filter(({ state }) => state === 'rejected');
  if (refused === undefined) return [`no ${fact.document} ${fact.number} is rejected`];
  const events = listIn(await api.get(`/timeline/document/${textIn(refused, 'id')}`)).filter(
    ({ type }) => type === `${fact.document}/partner-rejected`,
  );
  const paths = events.flatMap(({ data }) =>
    isRecord(data) ? listIn(data, 'errors').flatMap((error) => (Array.isArray(error.paths) ? error.paths : [])) : [],
  );
  return paths.includes(fact.path)
    ? []
    : [`the refusal of ${fact.number} means ${paths.join(', ') || 'no field'}, ${fact.path} expected`];
}

export async function claimDifferences(api: OperatorApi, fact: FactOf<'claim'>): Promise<readonly string[]> {
  const { number, usage } = fact;
  const claims = listIn(await api.get(`/claims${query({ number, usage })}`));
  const [claim] = claims;
  if (claim === undefined || claims.length > 1) return [`${claims.length} claims ${number} stand, 1 expected`];
  const amount = textOrNull(claim, 'amount') ?? 'nothing';
  return [
    ...(sameNumber(amount, fact.amount) ? [] : [`claim ${number} is over ${amount}, ${fact.amount} expected`]),
    ...(['reference', 'state'] as const).flatMap((name) => {
      const found = textOrNull(claim, name) ?? 'nothing';
      return found === fact[name] ? [] : [`${name} of claim ${number} is ${found}, ${fact[name]} expected`];
    }),
    ...(textOrNull(claim, 'openItem') === null ? [`claim ${number} is tied to no open item`] : []),
  ];
}
