import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

/** Holds answers against the published description: the status must be told there, and the body must fit its schema. */
export function answerCheck(document: object) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  // ajv-formats is CommonJS: its function is the default of its default.
  const addFormats = 'default' in formats ? formats.default : formats;
  (addFormats as (on: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'openapi', ...document });
  const paths = record((document as Json).paths);
  const templates = Object.keys(paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  return (method: string, url: string, status: number, type: string, body: unknown): void => {
    const path = url.split('?')[0] ?? '';
    const template = templates.find((one) => one.path === path) ?? templates.find(({ pattern }) => pattern.test(path));
    const operation = record(record(paths[template?.path ?? ''])[method.toLowerCase()]);
    // 414 is the router's own: no route was found yet.
    if (template === undefined || operation.responses === undefined || status === 414) return;
    const told = record(record(operation.responses)[String(status)]);
    if (told.content === undefined)
      throw new Error(`${method} ${template.path} answered ${status}, which is not published`);
    const media = type.split(';')[0] ?? '';
    if (record(told.content)[media] === undefined)
      throw new Error(`${method} ${template.path} answered ${status} as ${media}`);
    if (!media.endsWith('json')) return;
    const pointer = [
      'paths',
      template.path,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      media,
      'schema',
    ]
      .map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = ajv.getSchema(`openapi#/${pointer}`);
    if (validate === undefined) throw new Error(`no schema at ${pointer}`);
    if (!validate(body))
      throw new Error(
        `${method} ${url} answered ${status} unlike its schema: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body).slice(0, 2_000)}`,
      );
  };
}
