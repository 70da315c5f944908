import { type Static, Type } from 'typebox';
import { DecimalText, object, Text } from '../documents/parts.ts';

/** What a back office posts to `/orders/:id/picks`: so much of which lines its warehouse gets ready, added to what it picked before. */
export const PickRequest = object({
  lines: Type.Array(object({ line: Text, quantity: DecimalText }), { minItems: 1, maxItems: 10_000 }),
});
export type PickRequest = Static<typeof PickRequest>;
