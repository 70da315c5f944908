/*
 * The name of a file we leave in a partner's folder, made from the channel's template: the same delivery has the same name at every retry.
 */
export interface FileNameParts {
  readonly partner: string;
  /** "855", "997", "ORDRSP". */
  readonly message: string;
  /** ISA13 or UNB 0020. */
  readonly controlNumber: string;
  /** "test", "production": the two count apart, so without it their numbers meet in one folder. */
  readonly usage: string;
  readonly deliveryId: string;
  /** "20261231" and "235959", UTC, of when it was composed: the name is kept with the delivery, so a retry has the same. */
  readonly date: string;
  readonly time: string;
}

const PARTS = [
  'partner',
  'message',
  'controlNumber',
  'usage',
  'deliveryId',
  'date',
  'time',
] as const satisfies readonly (keyof FileNameParts)[];
/** What stands in a template beside its parts: nothing a folder, a shell or another system could misread. */
const PLAIN = /^[A-Za-z0-9._-]*$/;
const fileNameLengthMax = 120;

/** Why a template cannot be used, or null. Names must differ between deliveries, so one of the two numbers must stand in it. */
export function faultOfFileName(template: string): string | null {
  const parts = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, part = '']) => part);
  const unknown = parts.find((part) => !PARTS.some((known) => known === part));
  if (unknown !== undefined) return `'{${unknown}}' is not known; ${PARTS.map((part) => `{${part}}`).join(', ')} are`;
  const plain = template.replaceAll(/\{[^{}]*\}/g, '');
  if (!PLAIN.test(plain)) return 'letters, digits, points, hyphens and underscores may stand beside the parts';
  if (template.startsWith('.')) return 'a name that begins with a point is hidden, and most systems pass it by';
  if (template.length > fileNameLengthMax) return `at most ${fileNameLengthMax} characters may be`;
  if (!parts.includes('controlNumber') && !parts.includes('deliveryId'))
    return '{controlNumber} or {deliveryId} must stand in it, else two files have one name';
  return null;
}

/** Fills a template; what a part has beside plain characters becomes a hyphen. */
export const fileNameOf = (template: string, parts: FileNameParts): string =>
  template.replaceAll(/\{([^{}]*)\}/g, (_whole, name: string) => {
    const part = PARTS.find((known) => known === name);
    return part === undefined ? '' : parts[part].replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 60);
  });
