import { relative, sep } from 'node:path';
import { FailureError } from '../core/failure.ts';
import { type Maps, ownMapsFolder } from '../library/maps.ts';
import { describeMapFault, type MapFault, type MapOf } from '../mappers/index.ts';
import type { Commands, ExitCode } from './commands.ts';
import { filesBelow, isFolder } from './file-events.ts';
import { openOutput } from './file-output.ts';
import type { OnePartner } from './file-parties.ts';
import { standardsFor } from './file-standards.ts';
import { many, painter } from './file-words.ts';
import { isMapFile, type MapFlags, nameOfFile, openNamedMaps, readText } from './map-terms.ts';

interface Checked {
  readonly name: string;
  readonly map: MapOf | null;
  readonly faults: readonly MapFault[];
}

/**
 * `tallyport map check [MAP…]`: what is wrong with maps, by file, line and column, before any data is seen; all base maps and the partner's
 * when none is named. 1 when a map has an error. Throws FailureError `map-missing`.
 */
export async function runMapCheck(commands: Commands, names: readonly string[], flags: MapFlags): Promise<ExitCode> {
  const standards = standardsFor(commands);
  const { maps, parties } = await openNamedMaps(commands, standards, flags.partner);
  const wanted = names.length > 0 ? names : allNames(parties);
  const checked = await Promise.all(wanted.map((name) => checkedMap(commands, maps, name)));
  const broken = checked.filter(({ faults }) => faults.some(({ severity }) => severity === 'error')).length;
  const output = openOutput(commands);
  if (flags.json === true) await output.line(JSON.stringify({ maps: checked.map(asJson) }));
  else {
    const paint = painter(commands.colour);
    const width = Math.max(0, ...checked.map(({ name }) => name.length));
    for (const { name, map, faults } of checked) {
      const bad = faults.some(({ severity }) => severity === 'error');
      const mark = bad ? paint('red', '✗') : paint('green', '✓');
      const what = map === null ? '' : `${map.document} ↔ ${map.message} ${map.version}`;
      await output.line(`${mark} ${name.padEnd(width)}  ${what}`.trimEnd());
      for (const fault of faults) {
        await output.line(`  ${paint(fault.severity === 'error' ? 'red' : 'yellow', describeMapFault(fault))}`);
      }
      for (const { path } of map?.expressions ?? []) {
        await output.line(`  ${path} is read or written by an expression: it stands outside the round-trip promise.`);
      }
    }
    await output.line(`${many(checked.length, 'map')}, ${broken === 0 ? 'none' : broken} with errors`);
  }
  await output.flush();
  return broken > 0 ? 1 : 0;
}

async function checkedMap(commands: Commands, maps: Maps, name: string): Promise<Checked> {
  const { map, faults } = isMapFile(name)
    ? maps.checkText(readText(commands.resolve(name), name), name, nameOfFile(name))
    : { map: null, faults: maps.check(name) };
  const usable = faults.every(({ severity }) => severity !== 'error');
  const compiled = map ?? (usable && !isMapFile(name) ? maps.map(name) : null);
  return {
    name,
    map: compiled,
    faults: compiled === null ? faults : [...faults, ...(await faultsOfExpressions(compiled))],
  };
}

/** What reads JSONata is loaded for a map that has some. */
const faultsOfExpressions = async (map: MapOf): Promise<readonly MapFault[]> =>
  map.expressions.length === 0 ? [] : (await import('../library/expressions.ts')).checkExpressions(map);

/** Every map of our folder and the partner's, without the code tables beside them. */
function allNames(parties: OnePartner | null): readonly string[] {
  const folders = [ownMapsFolder, ...(parties?.mapsFolders ?? []).filter(isMapsFolder)];
  const names = folders.flatMap((folder) =>
    filesBelow(folder)
      .map(({ name }) => relative(folder, name).split(sep).join('/'))
      .filter((path) => path.endsWith('.yaml') && !path.startsWith('tables/'))
      .map((path) => path.slice(0, -'.yaml'.length)),
  );
  return [...new Set(names)].toSorted();
}

/** A partner need not have maps of its own. */
function isMapsFolder(path: string): boolean {
  try {
    return isFolder(path);
  } catch (error) {
    if (error instanceof FailureError) return false;
    throw error;
  }
}

const asJson = ({ name, map, faults }: Checked) => ({
  name,
  document: map?.document ?? null,
  message: map?.message ?? null,
  version: map?.version ?? null,
  expressions: map?.expressions.map(({ path }) => path) ?? [],
  faults,
});
