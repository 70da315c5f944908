import { listIn, type OperatorApi, textIn } from './api.ts';
import { difference, sumOf } from './arithmetic.ts';

/** When less than `atLeast` of an item is free at all its places together, so much comes in at `location` that `fill` are. */
export interface Shelf {
  readonly item: string;
  readonly location: string;
  readonly atLeast: string;
  readonly fill: string;
}

/** Looks at the stock and says, through the API, what came in where it ran low; gives a word about each refill. */
export async function refill(api: OperatorApi, shelves: readonly Shelf[]): Promise<readonly string[]> {
  const done: string[] = [];
  if (shelves.length === 0) return done;
  const items = listIn(await api.get('/items?limit=500'));
  for (const { item, location, atLeast, fill } of shelves) {
    const found = items.find((one) => textIn(one, 'id') === item);
    for (const usage of found === undefined ? [] : ['production', 'test']) {
      const places = listIn(found, 'stock').filter((place) => textIn(place, 'usage') === usage);
      const free = sumOf(['0', ...places.map((place) => textIn(place, 'free'))]);
      if (!difference(free, atLeast).startsWith('-')) continue;
      const here = places.find((place) => textIn(place, 'location') === location);
      const comingIn = difference(fill, free);
      const onHand = sumOf([here === undefined ? '0' : textIn(here, 'onHand'), comingIn]);
      await api.put(`/items/${encodeURIComponent(item)}/stock`, {
        usage,
        location,
        onHand,
        reason: 'goods came in',
        by: 'back office',
      });
      done.push(`${comingIn} of ${item} came in at ${location} (${usage}): ${free} were free`);
    }
  }
  return done;
}
