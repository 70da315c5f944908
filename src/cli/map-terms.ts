import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FailureError } from '../core/failure.ts';
import { mapFunctions } from '../library/map-functions.ts';
import { type Maps, openMaps } from '../library/maps.ts';
import type { Standards } from '../library/standards.ts';
import { describeMapFault, type MapOf } from '../mappers/index.ts';
import type { Agreement } from '../partners/configuration.ts';
import { tablesVersion } from '../partners/defaults.ts';
import type { Commands } from './commands.ts';
import { unreadable } from './file-events.ts';
import type { OnePartner } from './file-parties.ts';

/** What stands in for an agreement, on every map command. */
export interface MapFlags {
  readonly partner?: string;
  readonly set?: readonly string[];
  readonly at?: string;
  readonly control?: string;
  readonly trace?: true;
  readonly json?: true;
}

/** Maps of the partner's folder and ours, and the partner when one is named. */
export async function openNamedMaps(
  commands: Commands,
  standards: Standards,
  partner: string | undefined,
): Promise<{ readonly maps: Maps; readonly parties: OnePartner | null }> {
  // Reading partners' files loads what checks them: a map without a partner must not wait for it.
  const parties =
    partner === undefined ? null : await (await import('./file-partner.ts')).loadPartner(partner, commands.resolve);
  const folders = parties?.mapsFolders ?? [];
  return { maps: openMaps({ standards, functions: mapFunctions, folders }), parties };
}

/** Whether a map is meant by its file and not by its name. */
export const isMapFile = (name: string): boolean => /\.ya?ml$/.test(name);

export function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** A map by its name, or a file of one. Throws FailureError `map-missing`, or `config-invalid` with every fault: what is wrong is the map. */
export function namedMap(commands: Commands, maps: Maps, name: string): MapOf {
  if (!isMapFile(name)) {
    const faults = maps.check(name).filter(({ severity }) => severity === 'error');
    if (faults.length === 0) return maps.map(name);
    throw new FailureError(
      'config-invalid',
      `The map '${name}' has faults:\n${faults.map(describeMapFault).join('\n')}`,
    );
  }
  const { map, faults } = maps.checkText(readText(commands.resolve(name), name), name, nameOfFile(name));
  if (map !== null) return map;
  throw new FailureError('config-invalid', `The map ${name} has faults:\n${faults.map(describeMapFault).join('\n')}`);
}

export const nameOfFile = (path: string): string => basename(path).replace(/\.ya?ml$/, '');

/** The partner's agreement this map would serve, in that direction; undefined when there is none. */
export const agreementFor = (
  parties: OnePartner | null,
  map: MapOf,
  direction: Agreement['direction'],
): Agreement | undefined =>
  parties?.agreements.find(
    (agreement) =>
      agreement.direction === direction &&
      agreement.syntax === map.syntax &&
      agreement.message === map.message &&
      tablesVersion(agreement.syntax, agreement.version) === map.version,
  );

/** `--set shipNotice.shape=0001`: what maps call `$agreement.shipNotice.shape`, over the agreement's own. Throws FailureError `usage-wrong`. */
export function valuesWith(
  base: Readonly<Record<string, unknown>>,
  set: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  const values = structuredClone(base) as Record<string, unknown>;
  for (const text of set) {
    const match = /^([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*){0,9})=(.*)$/s.exec(text);
    if (match === null) throw new FailureError('usage-wrong', `--set '${text}' is not <name>=<value>.`);
    const steps = (match[1] ?? '').split('.');
    let at = values;
    for (const step of steps.slice(0, -1)) {
      const inner = Object.hasOwn(at, step) ? at[step] : undefined;
      const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {};
      at[step] = next;
      at = next;
    }
    at[steps.at(-1) ?? ''] = match[2];
  }
  return values;
}
