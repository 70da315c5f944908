import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './captured.ts';

const filesOf = (folder: string, ending = '.edi'): readonly string[] =>
  readdirSync(join(repository, folder))
    .filter((name) => name.endsWith(ending) && !name.endsWith(`.out${ending}`))
    .map((name) => `${folder}/${name}`);

/** One good file per message. */
export const GOOD = [
  ...['850', '855', '856', '810', '820'].map((message) => `fixtures/x12/004010/${message}/typical.edi`),
  'fixtures/edifact/D96A/ORDERS/typical.edi',
] as const;

/** Files with mistakes of every kind, one layer each. */
export const BAD = filesOf('fixtures/cli');

/** Envelopes in every condition, good and bad. */
export const ENVELOPES = [...filesOf('fixtures/x12/envelope'), ...filesOf('fixtures/edifact/envelope')];

/** "fixtures/x12/004010/850/typical.edi" → "x12-004010-850-typical": the name of its golden. */
export const goldenName = (path: string): string =>
  path
    .replace(/^fixtures\//, '')
    .replace(/\.\w+$/, '')
    .replaceAll('/', '-');
