import type { Address } from './x12/write.ts';

/*
 * The simulated companies as they know themselves and their supplier. Their trading partner agreement is a sheet of paper: nothing here is
 * read from the gateway's configuration, so a wrong id there is found.
 */
export interface BuyerProfile {
  readonly name: string;
  readonly self: Address;
  readonly supplier: Address;
  readonly supplierName: string;
  /** What the buyer calls the supplier: REF IA and N104. */
  readonly vendorNumber: string;
  readonly store: string;
  readonly storeName: string;
  readonly storeStreet: string;
  readonly storeCity: string;
  readonly storeState: string;
  readonly storeZip: string;
  readonly billId: string;
  readonly billStreet: string;
  readonly billCity: string;
  readonly billState: string;
  readonly billZip: string;
  readonly department: string;
  readonly contact: string;
  readonly phone: string;
  readonly carrier: string;
  /** Ten characters, TRN03 and BPR10. */
  readonly payerId: string;
  readonly payerBank: string;
  readonly payerAccount: string;
  readonly payeeBank: string;
  readonly payeeAccount: string;
  /** First digits of its order numbers. */
  readonly orderPrefix: string;
}

const harborTools = {
  supplier: { qualifier: 'ZZ', id: 'HARBORTOOLS' },
  supplierName: 'HARBOR TOOLS INC',
  payeeBank: '987654320',
  payeeAccount: '5501234',
};

export const BUYERS: Readonly<Record<'brightmart' | 'cedarsupply', BuyerProfile>> = {
  brightmart: {
    ...harborTools,
    name: 'BRIGHTMART STORES',
    self: { qualifier: '08', id: '6112390000' },
    vendorNumber: '771204',
    store: '0417',
    storeName: 'BRIGHTMART STORE 417',
    storeStreet: '88 ORCHARD AVE',
    storeCity: 'ALBANY',
    storeState: 'NY',
    storeZip: '12207',
    billId: '0001',
    billStreet: '1 BRIGHTMART WAY',
    billCity: 'COLUMBUS',
    billState: 'OH',
    billZip: '43215',
    department: '042',
    contact: 'DANA REED',
    phone: '6145550100',
    carrier: 'RDLN',
    payerId: '1611239000',
    payerBank: '123456780',
    payerAccount: '77001122',
    orderPrefix: '45',
  },
  cedarsupply: {
    ...harborTools,
    name: 'CEDAR SUPPLY CO',
    self: { qualifier: '12', id: '2075550142' },
    vendorNumber: 'H-2001',
    store: 'DC7',
    storeName: 'CEDAR SUPPLY DC 7',
    storeStreet: '40 MILL ROAD',
    storeCity: 'BANGOR',
    storeState: 'ME',
    storeZip: '04401',
    billId: 'CEDAR-01',
    billStreet: '40 MILL ROAD',
    billCity: 'BANGOR',
    billState: 'ME',
    billZip: '04401',
    department: '7',
    contact: 'LEE MORGAN',
    phone: '2075550142',
    carrier: 'RDLN',
    payerId: '1207555014',
    payerBank: '112233440',
    payerAccount: '40810',
    orderPrefix: '70',
  },
};

export const DISTRIBUTOR = {
  name: 'NORDHANDEL GMBH',
  gln: '4012345000009',
  supplierGln: '0614141000012',
  warehouseGln: '4012345000016',
  buyerContact: 'Frieda Kröger',
} as const;
