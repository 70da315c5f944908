type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : []);

const INTRODUCTION = `# Operator API

What operators, back offices and programs ask a gateway: JSON over HTTP on a listener of its own, \`http://127.0.0.1:8480\` unless
\`serve --api\` says otherwise. \`GET /openapi.json\` is the whole of it as OpenAPI 3.1, schemas of documents and requests included; this page is
made from it.

- **Key.** Every request but \`/livez\` and \`/readyz\` carries \`Authorization: Bearer <key>\`. The key is made at the first start and shown once;
  with the embedded database it is also kept in \`<data folder>/api-key\`.
- **Decimals are text.** \`"12.50"\`, never \`12.5\`: amounts and quantities sent as JSON numbers are refused. Instants are UTC
  (\`2026-11-22T15:00:00.000Z\`), days are days (\`2026-11-22\`).
- **Pages.** Lists answer \`{"items": […], "next": …}\`, newest first. \`next\` is the \`before\` of the next page (\`after\` where items come oldest
  first), null on the last. \`limit\` is 50 unless asked otherwise. A filter with an unknown name or word is refused.
- **Once.** \`POST /orders/:id/decision\`, \`/shipments\`, \`/invoices\` and \`POST /remittances/:id/settlements\`, \`/reversals\` take an \`Idempotency-Key\`. The same key with the same body is answered with
  the same bytes and does nothing again; with another body it is 409. A refused request is not kept: mend it and use the key again.
  Without a key the body is its own.
- **Problems.** Every answer that is not a success is \`application/problem+json\` (RFC 9457): \`type\`, \`title\`, \`status\`, \`detail\`, and where they
  help \`faults\` (where the request is not as its schema wants it), \`findings\` (what a rule has against it) or \`kind\` (of our failure).
- **By whom, and why.** Acts of people take \`by\` and \`reason\`; both stand in the Event, which \`GET /timeline/:kind/:id\` shows.

| status | means |
|---|---|
| 400 | the request is not as its schema wants it |
| 401 | no key, or a wrong one; nothing of the request was read |
| 404 | there is nothing at this path or with this id |
| 409 | it cannot be done as things stand: another state, a number taken, a key used for another request |
| 413, 415 | the body is larger than 4 MB (64 MB for a configuration), or is not JSON |
| 422 | a rule refuses it, and tells every reason at once |
| 500 | the gateway failed; its log says why |
| 503, 507 | the database does not answer, or its disk is full: try again |
`;

/** docs/reference/api.md, as the published description makes it. */
export function referencePage(document: object): string {
  const { tags, paths } = document as Json;
  const operations = Object.entries(record(paths)).flatMap(([path, methods]) =>
    Object.entries(record(methods)).map(([method, operation]) => ({ path, method, operation: record(operation) })),
  );
  const sections = list(tags).map(({ name, description }) => {
    const rows = operations
      .filter(({ operation }) => Array.isArray(operation.tags) && operation.tags.includes(name))
      .map(({ path, method, operation }) => {
        const shown = path.replace(/\{(\w+)\}/g, ':$1');
        return `| \`${method.toUpperCase()} ${shown}\` | ${String(operation.summary)}${sentence(operation.description)} | ${takes(operation)} |`;
      });
    return `## ${String(name)}\n\n${String(description)}\n\n| | | takes |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections].join('\n');
}

const sentence = (text: unknown): string => (typeof text === 'string' ? `. ${text}` : '');

/** The body's schema by name or fields, and the query parameters with their words. */
function takes(operation: Json): string {
  const query = list(operation.parameters)
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema }) => `\`${String(name)}\`${words(record(schema))}`);
  const content = record(record(operation.requestBody).content);
  const schema = record(record(content['application/json']).schema);
  const name = typeof schema.$ref === 'string' ? (schema.$ref.split('/').at(-1) ?? '') : '';
  const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const fields = Object.keys(record(schema.properties)).map(
    (field) => `${field}${required.includes(field) ? '' : '?'}`,
  );
  const body = name !== '' ? [`**${name}**`] : fields.length > 0 ? [`{${fields.join(', ')}}`] : [];
  return [...body, ...query].join(', ');
}

const words = ({ enum: allowed }: Json): string => (Array.isArray(allowed) ? ` (${allowed.join(' ')})` : '');
