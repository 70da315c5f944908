import type { Document } from '../../src/documents/index.ts';

/** Own ids of packs say nothing, and the shape decides the order of rows, orders and packs. */
export function comparable(document: Document | null): unknown {
  if (document === null || !('contents' in document)) return document;
  const text = (value: unknown) =>
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted())
        : inner,
    );
  const packs = document.packs ?? [];
  const rowsIn = (id: string) =>
    document.contents
      .filter((row) => row.packs?.includes(id))
      .map((row) => text({ ...row, packs: [] }))
      .toSorted();
  const childrenOf = (id: string) =>
    packs.filter(({ parent }) => parent === id).map((pack) => ({ ...pack, id: '', parent: '', rows: rowsIn(pack.id) }));
  return {
    ...document,
    orders: document.orders.map(text).toSorted(),
    contents: document.contents.map((row) => text({ ...row, packs: row.packs?.length ?? 0 })).toSorted(),
    packs: packs
      .map((pack) =>
        text({
          ...pack,
          id: '',
          parent: pack.parent !== undefined,
          rows: rowsIn(pack.id),
          children: childrenOf(pack.id).map(text).toSorted(),
        }),
      )
      .toSorted(),
  };
}
