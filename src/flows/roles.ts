/** What a process of the gateway does; one may do all. api: operators; http: partners; poll: watches folders, here and on partners' servers;
 * sftp: mailboxes, where an address for them is given. */
export const ROLES = ['api', 'http', 'sftp', 'poll', 'worker', 'relay'] as const;
export type Role = (typeof ROLES)[number];
