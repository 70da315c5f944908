import { v7 } from 'uuid';

/** Makes a new unique id. Time-ordered (UUID version 7, RFC 9562), so that rows written together lie together. */
export type NewId = () => string;
export const newId: NewId = () => v7();
