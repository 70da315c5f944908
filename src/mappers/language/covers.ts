import type { Condition, ElementPlace, Field, Target, ValueSource } from './spec.ts';

const samePlace = (a: ElementPlace, b: ElementPlace) =>
  a.slot === b.slot && a.element === b.element && a.component === b.component && a.repetition === b.repetition;

/** Every value field that writes into the frame the given fields stand in: through objects and alternatives, not into groups below. */
export function* valuesIn(fields: readonly Field[]): Iterable<{ target: Target; places: readonly ElementPlace[] }> {
  for (const field of fields) {
    if (field.kind === 'value') yield field.source;
    else if (field.kind === 'key') yield field.value.source;
    else if (field.kind === 'object') yield* valuesIn(field.fields);
    else if (field.kind === 'first') yield* valuesIn(field.alternatives);
    else if (field.kind === 'gather') yield* valuesIn(field.parts);
    else if (field.kind === 'each' || field.kind === 'slots') {
      // Inside a segment or slot frame the segment's own elements are in reach of the group's conditions.
      if (field.target.origin === 'own') yield* valuesIn(field.fields ?? (field.value === null ? [] : [field.value]));
    }
  }
}

/** Whether one of the fields of a group holds what its condition looks at: then the code read is kept, and written again. */
export const coversCondition = (inner: readonly Field[], condition: Condition): boolean =>
  [...valuesIn(inner)].some(
    ({ target, places }) =>
      target.segment.tag === condition.use.tag &&
      target.steps.length <= 1 &&
      places.some((place) => samePlace(place, condition.place)),
  );

/** The same for a flat field: one of its neighbours writes that place of the same segment. */
export const coveredBySibling = (siblings: readonly Field[], target: Target): boolean => {
  const conditions = [...target.steps.flatMap((step) => step.conditions), ...target.ownConditions];
  return conditions.every(
    (condition) =>
      (condition.values?.length ?? 0) < 2 ||
      [...valuesIn(siblings)].some(
        (sibling) =>
          sibling.target.key === target.key &&
          sibling.target.segment === condition.use &&
          sibling.places.some((place) => samePlace(place, condition.place)),
      ),
  );
};

/** Whether a neighbour holds the very elements a source reads. */
export const heldBySibling = (siblings: readonly Field[], source: ValueSource): boolean =>
  [...valuesIn(siblings)].some(
    (sibling) =>
      sibling !== source &&
      sibling.target.key === source.target.key &&
      source.places.every((place) => sibling.places.some((other) => samePlace(place, other))),
  );

export const allConditions = (target: Target): Condition[] => [
  ...target.steps.flatMap((step) => step.conditions),
  ...target.ownConditions,
];
