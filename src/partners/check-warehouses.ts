import type { Usage } from '../core/usage.ts';
import type { Agreement } from './configuration.ts';
import type { AgreementsFile } from './file-schemas.ts';
import type { Draft, Faults } from './gathering.ts';

/** A 940 that is sent, and where it stands. */
export interface WarehouseEntry {
  readonly id: string;
  readonly usage: Usage;
  readonly shipsFor: readonly string[];
  readonly draft: Draft<AgreementsFile>;
  readonly index: number;
}

/** The warehouses of one partner's file. */
export function warehousesIn(
  agreements: readonly Agreement[],
  draft: Draft<AgreementsFile>,
): readonly WarehouseEntry[] {
  const indexes = draft.value.agreements.flatMap(({ send }, index) => (send === '940' ? [index] : []));
  const first = indexes[0] ?? 0;
  return agreements.flatMap(({ id, usage, warehouse }) => {
    if (warehouse === null) return [];
    const index = indexes.find((at) => id.endsWith(`/${draft.value.agreements[at]?.name}`)) ?? first;
    return [{ id, usage, shipsFor: warehouse.shipsFor, draft, index }];
  });
}

/** A warehouse ships for partners there are, and no partner's orders go to two: nobody could say which of them was told. */
export function tellWarehouses(
  entries: readonly WarehouseEntry[],
  partners: ReadonlySet<string>,
  faults: Faults,
): void {
  for (const [order, { id, usage, shipsFor, draft, index }] of entries.entries())
    for (const partner of shipsFor) {
      const twin = entries.slice(0, order).find((other) => other.usage === usage && other.shipsFor.includes(partner));
      const why = !partners.has(partner)
        ? `'${partner}' is no partner.`
        : twin === undefined
          ? null
          : `The orders of ${partner} go to ${twin.id} already, and cannot go to ${id} too.`;
      if (why !== null)
        faults.push(draft.source.faultAt(['agreements', index, 'warehouse', 'shipsFor'], why, { found: partner }));
    }
}
