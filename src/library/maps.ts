import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FailureError } from '../core/failure.ts';
import {
  type BalanceFunctions,
  type Compilation,
  compileMap,
  describeMapFault,
  type MapFault,
  type MapOf,
  type MapSource,
  parseMap,
} from '../mappers/index.ts';
import type { SourceFile } from '../partners/yaml-source.ts';
import type { Standards } from './standards.ts';

/** Maps and code tables by name, compiled when first asked for and kept. */
export interface Maps {
  /** Whether a folder has a map of this name. */
  has(name: string): boolean;
  /** Throws FailureError `map-missing` when no folder has it, `map-broken` with every fault when it has errors. */
  map(name: string): MapOf;
  /** All that is wrong with a map, without throwing for it; `map-missing` when there is none. */
  check(name: string): readonly MapFault[];
  /** A map given as text: what `map check FILE` looks at. `name` is what it would be called. */
  checkText(text: string, file: string, name: string): Compilation;
  /** The same maps under others, given as text by name: those are found first, also by what extends or uses them. */
  under(texts: ReadonlyMap<string, SourceFile>): Maps;
}

export interface MapsOptions {
  readonly standards: Pick<Standards, 'table'>;
  readonly functions: BalanceFunctions;
  /** Looked through in order, before our own `maps/`: a partner's folder first. */
  readonly folders?: readonly string[];
  /** Maps by name that go before all folders, where they are kept elsewhere than on disk. */
  readonly texts?: ReadonlyMap<string, SourceFile>;
}

/** The package's own maps: two levels above src/library as above dist/library. */
export const ownMapsFolder = fileURLToPath(new URL('../../maps/', import.meta.url));

/** "x12/004010/850", "brightmart-850": plain words and slashes, so that no name leaves its folder. */
const NAME = /^[A-Za-z0-9][\w-]{0,60}(?:\/[A-Za-z0-9][\w-]{0,60}){0,5}$/;

/** Takes the standards and functions maps stand on, and folders to look in; gives the maps found there. */
export function openMaps(options: MapsOptions): Maps {
  const { standards, functions, folders = [], texts = new Map<string, SourceFile>() } = options;
  const all = [...folders, ownMapsFolder];
  const sources = new Map<string, MapSource | undefined>();
  const compiled = new Map<string, Compilation>();

  function source(name: string): MapSource | undefined {
    if (!NAME.test(name)) return undefined;
    if (!sources.has(name)) {
      const given = texts.get(name);
      sources.set(name, given === undefined ? readSource(all, name) : parseMap(given.text, given.path));
    }
    return sources.get(name);
  }
  const world = {
    functions,
    base: source,
    codes: (name: string) => source(`tables/${name}`),
    table: standards.table,
  };
  function compilation(name: string): Compilation {
    const known = compiled.get(name);
    if (known !== undefined) return known;
    const found = source(name);
    if (found === undefined)
      throw new FailureError(
        'map-missing',
        `There is no map '${name}' in ${all.map((folder) => relative('', folder) || '.').join(', ')}.`,
      );
    const made = compileMap(found, name, world);
    compiled.set(name, made);
    return made;
  }
  return {
    has: (name) => source(name) !== undefined,
    map(name) {
      const { map, faults } = compilation(name);
      if (map === null)
        throw new FailureError(
          'map-broken',
          `The map '${name}' cannot be used:\n${faults.map(describeMapFault).join('\n')}`,
          {
            remedy: `tallyport map check ${name} lists what to mend.`,
          },
        );
      return map;
    },
    check: (name) => compilation(name).faults,
    checkText: (text, file, name) => compileMap(parseMap(text, file), name, world),
    under: (more) => openMaps({ ...options, texts: new Map([...texts, ...more]) }),
  };
}

function readSource(folders: readonly string[], name: string): MapSource | undefined {
  for (const folder of folders) {
    const path = join(folder, `${name}.yaml`);
    if (!existsSync(path)) continue;
    try {
      return parseMap(readFileSync(path, 'utf8'), relative('', path));
    } catch (cause) {
      throw new FailureError('map-broken', `${path} cannot be read`, { cause });
    }
  }
  return undefined;
}
