/*
 * Fault  something wrong in a configuration file, as a value: our own engineer's mistake, found before anything is applied.
 *        All faults of all files are told at once, each with the place where the mending begins.
 */
export interface ConfigurationFault {
  /** The file, as it was named to us: "partners/brightmart/agreements.yaml". */
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** Where in the file's tree: "agreements[2].channel"; '' for the whole file. */
  readonly at: string;
  /** One sentence: "'fodler' is no channel of brightmart: folder or web is." */
  readonly message: string;
  readonly found: string | null;
  readonly expected: string | null;
}

/** A place in a file's tree, from the root: ["agreements", 2, "channel"]. */
export type TreePath = readonly (string | number)[];

/** ["agreements", 2, "channel"] → "agreements[2].channel". */
export const textOfPath = (path: TreePath): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );

/** "partners/brightmart/agreements.yaml:12:5 agreements[2].channel: …": one line, as compilers print it. */
export const describeFault = ({ file, line, column, at, message }: ConfigurationFault): string =>
  `${file}:${line}:${column} ${at === '' ? '' : `${at}: `}${message}`;

/** Each fault once, by file and place: what stands in `defaults` is wrong for every entry, and is mended once. */
export const inOrder = (faults: readonly ConfigurationFault[]): readonly ConfigurationFault[] =>
  [...new Map(faults.map((fault) => [describeFault(fault), fault])).values()].toSorted((a, b) =>
    a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
  );

/** The longest piece of a file a fault repeats, in characters. */
const foundLengthMax = 60;

/** A value of the file as a reader would quote it: 'text', 12, a list, nothing. */
export function quote(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = String(value);
  const short = text.length > foundLengthMax ? `${text.slice(0, foundLengthMax)}…` : text;
  return typeof value === 'string' ? `'${short}'` : short;
}
