import type { Rung } from '../../src/simulator/ladder.ts';
import type { RungName } from '../../src/simulator/scenarios.ts';

/** A rung as the gateway would tell it, with what a test does not care for filled in. */
export const rung = (name: RungName, changes: Partial<Rung> = {}): Rung => ({
  rung: name,
  state: 'met',
  at: '2026-11-22T13:45:10.114Z',
  direction: 'none',
  message: null,
  interchangeControlNumber: null,
  groupControlNumber: null,
  controlNumber: null,
  fileName: null,
  detail: null,
  subject: 'order 1',
  ...changes,
});
