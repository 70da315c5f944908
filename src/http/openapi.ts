import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { Tag } from './schemas.ts';

const TAGS: Readonly<Record<Tag, string>> = {
  keys: 'Our key pairs for AS2: private keys go in and never come out.',
  orders: 'Orders, their ladders, and what a back office says of them.',
  items: 'What the built-in rules sell, and its stock.',
  wire: 'What stood on the wire: transmissions, files, interchanges, transactions, acknowledgments, deliveries.',
  documents: 'The business meaning: documents and shipments.',
  money: 'Invoices, open items and remittances.',
  expectations: 'What we owe and are owed.',
  work: 'What the gateway has yet to do.',
  history: 'What happened.',
  configuration: 'Company, partners, channels and agreements.',
  health: 'Whether the gateway is up, and its figures.',
};

const description = `Lists come newest first, a page at a time: \`next\` of a page is the \`before\` of the one after it, null on the last.
Decimals, amounts of money among them, are text: a JSON number is refused. Instants are UTC, days are days.
Every answer that is not a success is a problem of RFC 9457.`;

/** What the published description says beside the routes. */
export const openapi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Tallyport operator API',
      version: '1',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The gateway that published this.' }],
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'The API key that `tallyport serve` showed at its first start.',
        },
      },
    },
    security: [{ key: [] }],
    tags: Object.entries(TAGS).map(([name, about]) => ({ name, description: about })),
  },
  refResolver: {
    buildLocalReference: (json, _baseUri, _fragment, index) =>
      typeof json.$id === 'string' ? json.$id : `schema-${index}`,
  },
};
