import type { Static } from 'typebox';
import { object, Text } from '../documents/parts.ts';
import { BackOfficeDecision } from './decision.ts';

/** What a back office posts to `/orders/:id/changes`: which change, by its document's id, and what of its open quantities is promised. */
export const BackOfficeChangeDecision = object({ change: Text, decision: BackOfficeDecision });
export type BackOfficeChangeDecision = Static<typeof BackOfficeChangeDecision>;
