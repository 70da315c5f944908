import { isRecord, listIn, type OperatorApi, query, textIn, textOrNull } from './api.ts';
import { amountText, centsOf, sameNumber } from './arithmetic.ts';
import { claimDifferences, documentDifferences, refusedFieldDifferences } from './facts-of-disputes.ts';
import type { Fact, OrderedLine, Usage } from './protocol.ts';

/*
 * An operator's eyes: looks up through the API what a partner claims. Each fact gives the differences found, in words; none means it holds.
 */
export async function differences(api: OperatorApi, fact: Fact): Promise<readonly string[]> {
  switch (fact.kind) {
    case 'orders': {
      const { number, usage, count } = fact;
      const found = await ordersNumbered(api, number, usage);
      return found.length === count ? [] : [`${found.length} orders ${number} stand, ${count} expected`];
    }
    case 'open-item':
      return openItemDifferences(api, fact);
    case 'interchanges':
      return interchangeDifferences(api, fact);
    case 'duplicate-file': {
      const states = await fileStates(api, fact.partner, fact.fileName);
      return states.join() === 'duplicate'
        ? []
        : [`file ${fact.fileName} is ${states.join(', ') || 'not there'}, duplicate expected`];
    }
    case 'order-document':
      return orderDifferences(api, fact);
    case 'documents':
      return documentDifferences(api, fact);
    case 'refused-field':
      return refusedFieldDifferences(api, fact);
    case 'claim':
      return claimDifferences(api, fact);
  }
}

async function ordersNumbered(api: OperatorApi, number: string, usage: string) {
  const items = listIn(await api.get(`/orders${query({ number, usage })}`));
  return items.filter((order) => order.number === number && order.usage === usage);
}

async function openItemDifferences(api: OperatorApi, fact: Extract<Fact, { kind: 'open-item' }>) {
  const items = await openItems(api, fact.number, fact.usage);
  if (items.length !== 1) return [`${items.length} open items ${fact.number} stand, 1 expected`];
  return (['amount', 'remaining'] as const).flatMap((name) => {
    const found = textOrNull(items[0], name) ?? 'nothing';
    return sameNumber(found, fact[name])
      ? []
      : [`${name} of invoice ${fact.number} is ${found}, ${fact[name]} expected`];
  });
}

async function interchangeDifferences(api: OperatorApi, fact: Extract<Fact, { kind: 'interchanges' }>) {
  const { partner, controlNumber } = fact;
  const items = listIn(await api.get(`/interchanges${query({ controlNumber, direction: 'in', limit: '500' })}`)).filter(
    (one) =>
      one.controlNumber === controlNumber &&
      one.direction === 'in' &&
      [partner, null].includes(textOrNull(one, 'partner')),
  );
  const quarantined = items.filter(({ state }) => state === 'quarantined').length;
  const entered = items.length - quarantined;
  const tell = (found: number, wanted: number, what: string) =>
    found === wanted ? [] : [`${found} interchanges ${controlNumber} are ${what}, ${wanted} expected`];
  return [...tell(entered, fact.entered, 'entered'), ...tell(quarantined, fact.quarantined, 'quarantined')];
}

/** States of the files a partner sent under this name, over whichever of its channels. */
async function fileStates(api: OperatorApi, partner: string, fileName: string): Promise<readonly string[]> {
  const transmissions = listIn(await api.get(`/transmissions${query({ direction: 'in', name: fileName })}`));
  return transmissions
    .filter((one) => one.name === fileName && textIn(one, 'channel').startsWith(`${partner}/`))
    .map((one) => textOrNull(one, 'fileState') ?? 'without a file');
}

async function orderDifferences(api: OperatorApi, fact: Extract<Fact, { kind: 'order-document' }>) {
  const [order] = await ordersNumbered(api, fact.number, fact.usage);
  if (order === undefined) return [`order ${fact.number} is not there`];
  const detail = await api.get(`/orders/${textIn(order, 'id')}`);
  const found: string[] = [];
  const state = textIn(detail, 'state');
  if (!fact.state.includes(state)) found.push(`order ${fact.number} is ${state}, ${fact.state.join(' or ')} expected`);
  const document = isRecord(detail) && isRecord(detail.document) ? detail.document : {};
  if (document.currency !== fact.currency)
    found.push(`its currency is ${document.currency}, ${fact.currency} expected`);
  const lines = listIn(document, 'lines');
  if (lines.length !== fact.lines.length) found.push(`it has ${lines.length} lines, ${fact.lines.length} expected`);
  const states = listIn(detail, 'lines');
  for (const wanted of fact.lines) {
    const line = lines.find(({ number }) => number === wanted.number);
    const promised =
      textOrNull(
        states.find(({ line }) => line === wanted.number),
        'promised',
      ) ?? 'nothing';
    if (!sameNumber(promised, wanted.promised))
      found.push(`of line ${wanted.number} ${promised} are promised, ${wanted.promised} expected`);
    found.push(...lineDifferences(line ?? {}, wanted));
  }
  return found;
}

function lineDifferences(line: Readonly<Record<string, unknown>>, wanted: OrderedLine): readonly string[] {
  const quantity = textOrNull(line.quantity, 'value') ?? 'nothing';
  const price = textOrNull(line.price, 'amount') ?? 'nothing';
  const products = Array.isArray(line.products) ? line.products.map((product) => textOrNull(product, 'value')) : [];
  const at = `line ${wanted.number}`;
  return [
    ...(sameNumber(quantity, wanted.quantity) ? [] : [`${at} orders ${quantity}, ${wanted.quantity} expected`]),
    ...(sameNumber(price, wanted.price) ? [] : [`${at} costs ${price}, ${wanted.price} expected`]),
    ...(products.includes(wanted.product)
      ? []
      : [`${at} is ${products.join(', ') || 'nothing'}, ${wanted.product} expected`]),
  ];
}

/** What the gateway sees as still owed on these invoices, added up; null when there are none. */
export async function openAmount(api: OperatorApi, invoices: Iterable<string>, usage: Usage): Promise<string | null> {
  let cents: bigint | null = null;
  for (const number of invoices) {
    for (const item of await openItems(api, number, usage)) cents = (cents ?? 0n) + centsOf(textIn(item, 'remaining'));
  }
  return cents === null ? null : amountText(cents);
}

const openItems = async (api: OperatorApi, number: string, usage: Usage) =>
  listIn(await api.get(`/open-items${query({ number, usage })}`)).filter(
    (item) => item.number === number && (item.usage ?? usage) === usage,
  );

/** Work the gateway gave up until a person acts, newest first: its id, and what it is and why in words. */
export async function parkedWork(api: OperatorApi): Promise<readonly { readonly id: string; readonly what: string }[]> {
  return listIn(await api.get(`/work${query({ state: 'parked', limit: '500' })}`)).map((work) => ({
    id: textIn(work, 'id'),
    what: `${textIn(work, 'kind')} of ${textOrNull(work, 'subject')}: ${textOrNull(work, 'failureMessage')}`,
  }));
}
