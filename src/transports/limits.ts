/*
 * Every limit of the partners' side, with its reason. What a partner may change stands in its channel (fileBytesMax, inFlightMax, timeoutMs);
 * these hold for all of them.
 */

/** 10 s: a client that cannot send its headers in that time is slow on purpose (slowloris) or lost. */
export const headersMsMax = 10_000;
/** 30 s without a byte: mobile and VPN links pause that long, broken ones for ever. */
export const bodyIdleMsMax = 30_000;
/** 1 KiB/s over the whole body, after the first 30 s: one byte every 29 s would else hold an upload for years. */
export const bodyBytesPerSecondMin = 1_024;
export const bodyGraceMs = 30_000;
/** 2 h for one request: 1 GiB at 150 KB/s. */
export const requestMsMax = 2 * 60 * 60 * 1_000;
/** 5 s between two requests of one connection: enough for a client that sends file after file. */
export const keepAliveMsMax = 5_000;
/** 1,000 sockets: each costs some KB; the next is refused by the kernel's queue instead of by our memory. */
export const connectionCountMax = 1_000;
/** 64 uploads at once: each holds up to 1 MB before it goes to a temp file. */
export const uploadCountMax = 64;
/** 8 of one channel: one partner leaves room for seven others. */
export const uploadsPerChannelCountMax = 8;
/** 16 KiB of headers, Node's own default, named so that nobody raises it by accident. */
export const headerBytesMax = 16 * 1024;
/** 200 visible characters: the draft (ietf-httpapi-idempotency-key) sets none, and UUIDs need 36. */
export const idempotencyKeyLengthMax = 200;
/** 255: the longest name the usual file systems hold. */
export const fileNameLengthMax = 255;
/** 100 deliveries a listing: a partner who is behind asks again after fetching them. */
export const mailboxListCountMax = 100;
/** 64 KiB of an answer to our push are read and dropped; a longer answer's connection is closed. */
export const pushAnswerBytesMax = 64 * 1024;
/** 4,096 files a look: a flooded inbox is worked off look by look, in bounded memory. */
export const filesPerLookMax = 4_096;
/** 4 files of one folder at once, 1 where order matters: more only queue for the database. */
export const filesAtOnceMax = 4;
/** A poller shows every 5 s that it lives; one silent for 30 s is dead, and what it had claimed is taken up by another. */
export const heartbeatMs = 5_000;
export const claimSilenceMsMax = 30_000;
/** 1 h: a temporary file of ours this old in an outbox belongs to no running attempt, for none lasts so long. */
export const temporaryFileMsMax = 60 * 60 * 1_000;
/** 64 KiB pieces: larger ones gain nothing measurable from a page cache. */
export const readBytes = 64 * 1024;
