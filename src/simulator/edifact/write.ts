import type { Usage } from '../protocol.ts';

/*
 * Writing EDIFACT the plain way: text templates, one segment a line, with {names} to fill and escape; segments are counted by counting lines.
 */
export interface EdifactEnvelope {
  /** GLNs, qualifier 14. */
  readonly from: string;
  readonly to: string;
  /** Local wall clock: "2026-11-22" and "13:45:10". */
  readonly date: string;
  readonly time: string;
  readonly interchangeNumber: string;
  readonly usage: Usage;
  /** UNB 0031: whether a CONTRL is asked for. */
  readonly wantControl: boolean;
}

/** One interchange of one message; `head` is all of S009: "ORDERS:D:96A:UN:EAN008". */
export function edifactText(envelope: EdifactEnvelope, head: string, segments: readonly string[]): string {
  const { from, to, usage, wantControl, interchangeNumber } = envelope;
  const day = envelope.date.replaceAll('-', '').slice(2);
  const clock = envelope.time.replaceAll(':', '').slice(0, 4);
  const asks = wantControl ? '1' : '';
  const tail = usage === 'test' ? `++++${asks}++1` : wantControl ? '++++1' : '';
  const lines = [
    `UNB+UNOC:3+${from}:14+${to}:14+${day}:${clock}+${interchangeNumber}${tail}`,
    `UNH+1+${head}`,
    ...segments,
    `UNT+${segments.length + 2}+1`,
    `UNZ+1+${interchangeNumber}`,
  ];
  return `UNA:+.? '${lines.map((line) => `${line}'`).join('')}`;
}

/** The lines of a template with its {names} filled in and escaped; `{lines}` is left where it stands. Throws RangeError for a name without a value. */
export function filled(template: string, values: Readonly<Record<string, string>>): readonly string[] {
  return template
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) =>
      line === '{lines}' ? line : line.replace(/\{(\w+)\}/g, (_whole, name: string) => escaped(values[name], name)),
    );
}

function escaped(value: string | undefined, name: string): string {
  if (value === undefined) throw new RangeError(`the template wants {${name}}, which has no value`);
  if (/[\r\n]/.test(value)) throw new RangeError(`{${name}} holds a line break`);
  return value.replace(/[?+:']/g, '?$&');
}
