/** What a process of the gateway does; one may do all. api: operators; http: partners; poll: watches folders. */
export const ROLES = ['api', 'http', 'poll', 'worker', 'relay'] as const;
export type Role = (typeof ROLES)[number];
