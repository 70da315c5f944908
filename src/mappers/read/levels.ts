import type { PlacedLoop, Segment } from '../../parsers/transaction.ts';
import type { HierarchySpec } from '../language/spec.ts';
import { segmentIn } from './find.ts';
import { consume, positionOf, type ReadRun } from './run.ts';

/** One HL or CPS, with the index of its parent; -1 at the top, or where the parent is wrong. */
export interface Level {
  readonly loop: PlacedLoop;
  readonly trigger: Segment | null;
  readonly id: string;
  parent: number;
  readonly saysParent: boolean;
}

/**
 * The levels of a hierarchy with their parents, by id and never by adjacency. A missing parent, an id twice and a circle are Problems, and the
 * level then stands at the top. Gives also an order in which every parent comes before its children: wire order, where that is one.
 */
export function levelsOf(
  loops: readonly PlacedLoop[],
  spec: HierarchySpec,
  run: ReadRun,
): { levels: Level[]; order: number[] } {
  const byId = new Map<string, number>();
  const levels = loops.map((loop, index): Level => {
    const trigger = segmentIn(loop, 0);
    const id = trigger?.value(spec.id.element, spec.id.component || 1) ?? '';
    if (trigger !== null) consumeIds(trigger, spec, run);
    if (byId.has(id) && trigger !== null)
      run.complain(
        'map/level-repeated',
        'error',
        positionOf(trigger, spec.id.element, 0, 0, loop.definition.id),
        `${spec.id.text} is '${id}', as an earlier level's is.`,
        id,
      );
    else byId.set(id, index);
    return { loop, trigger, id, parent: -1, saysParent: false };
  });
  const withParents = levels.map((level) => {
    const named = level.trigger?.value(spec.parent.element, spec.parent.component || 1) ?? '';
    if (named === '' || level.trigger === null) return level;
    const parent = byId.get(named);
    if (parent === undefined)
      run.complain(
        'map/parent-missing',
        'error',
        positionOf(level.trigger, spec.parent.element, 0, 0, level.loop.definition.id),
        `${spec.parent.text} is '${named}', and no level has that ${spec.id.text}.`,
        named,
      );
    return { ...level, parent: parent ?? -1, saysParent: true };
  });
  return { levels: withParents, order: parentsFirst(withParents, spec, run) };
}

function consumeIds(trigger: Segment, spec: HierarchySpec, run: ReadRun): void {
  for (const place of [spec.id, spec.parent, spec.level, spec.hasChildren])
    if (place !== null && trigger.value(place.element) !== '') consume(run, trigger, place.element, place.component, 0);
}

/** Climbs from each level to one that is placed already, then places the way back down: no recursion, each level climbed once. */
function parentsFirst(levels: Level[], spec: HierarchySpec, run: ReadRun): number[] {
  const order: number[] = [];
  const state = new Uint8Array(levels.length); // 1: on the climb, 2: placed
  for (let index = 0; index < levels.length; index++) {
    const climb: number[] = [];
    for (let here = index; here >= 0 && state[here] !== 2; ) {
      const level = levels[here];
      if (level === undefined) break;
      if (state[here] === 1) {
        if (level.trigger !== null)
          run.complain(
            'map/parent-cycle',
            'error',
            positionOf(level.trigger, spec.parent.element, 0, 0, level.loop.definition.id),
            `The level '${level.id}' stands below itself.`,
            level.id,
          );
        level.parent = -1;
        break;
      }
      state[here] = 1;
      climb.push(here);
      here = level.parent;
    }
    for (const here of climb.toReversed()) {
      if (state[here] === 2) continue;
      state[here] = 2;
      order.push(here);
    }
  }
  return order;
}
