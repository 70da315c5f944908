/*
 * MapFault  something wrong in a map or code table itself: our own engineer's mistake, told before any data is seen, at the line to mend.
 */
export interface MapFault {
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** A warning does not stop the map from being compiled: an unused shape, say. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** A place in a map's file. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** More faults than this are not told: the first are mended first anyhow, and one wrong `message:` would bring hundreds. */
export const faultCountMax = 100;

/** Collects faults, at most `faultCountMax`. */
export class Faults {
  readonly list: MapFault[] = [];

  add(at: SourcePlace, message: string, severity: MapFault['severity'] = 'error'): void {
    if (this.list.length >= faultCountMax) return;
    const { file, line, column } = at;
    if (
      this.list.some(
        (known) => known.line === line && known.column === column && known.message === message && known.file === file,
      )
    )
      return; // one anchor used twenty times is wrong once
    this.list.push({ file, line, column, severity, message });
  }

  get broken(): boolean {
    return this.list.some(({ severity }) => severity === 'error');
  }
}

/** "maps/x12/004010/850.yaml:12:5 …": one line, as compilers print it. */
export const describeMapFault = ({ file, line, column, severity, message }: MapFault): string =>
  `${file}:${line}:${column} ${severity === 'warning' ? 'warning: ' : ''}${message}`;
