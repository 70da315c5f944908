import { type Static, Type } from 'typebox';
import { Coded, DatedEntry, object, Party, Text } from './parts.ts';

/** Words for people: what no other document has a place for. */
export const TextMessage = object({
  purpose: Coded,
  title: Type.Optional(Text),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  messages: Type.Array(
    object({
      number: Text,
      title: Type.Optional(Text),
      parties: Type.Optional(Type.Array(Party)),
      text: Text,
    }),
  ),
});

export type TextMessage = Static<typeof TextMessage>;
