/** One of our own identities, by the name of its configuration ("acme"). Every business row belongs to one. */
export type CompanyId = string;
/** A trading partner, by the name of its folder under `partners/`. */
export type PartnerId = string;
