import type { SourceFile } from '../../src/partners/yaml-source.ts';

/** A small whole configuration, each file replaceable: tests change one thing and see what is said of it. */
const FILES: Readonly<Record<string, string>> = {
  'company/company.yaml': `id: acme
name: Acme
identities: [x12:ZZ:ACME, edifact:14:4012345000009]
gs1Prefix: "4012345"
currency: USD
zone: America/New_York
`,
  'company/items.yaml': `items:
  - id: A-1
    description: Anvil
    unit: each
    price: 12.50
    stock: [{ location: MAIN, quantity: 5 }]
`,
  'partners/shop/partner.yaml': `name: Shop
identities: [x12:08:6112345678]
`,
  'partners/shop/channels.yaml': `channels:
  folder:
    kind: directory
    inbox: shop/in
    outbox: shop/out
`,
  'partners/shop/agreements.yaml': `defaults:
  version: 004010
  channel: folder
agreements:
  - receive: 850
  - send: 855
`,
};

/** The files, some replaced, added or (undefined) left out. */
export function configurationFiles(changes: Readonly<Record<string, string | undefined>> = {}): readonly SourceFile[] {
  return Object.entries({ ...FILES, ...changes }).flatMap(([path, text]) => (text === undefined ? [] : { path, text }));
}

/** One file with a piece of its text replaced; throws when the piece is not there, so that no test passes by a slip. */
export function changed(path: string, piece: string, by: string): Record<string, string> {
  const text = FILES[path] ?? '';
  if (!text.includes(piece)) throw new Error(`${path} has no '${piece}'`);
  return { [path]: text.replace(piece, by) };
}
