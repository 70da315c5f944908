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
/** 16 files of one folder at once, 1 where order matters: so many go into one transaction, and each holds up to 1 MB before its temp file. */
export const filesAtOnceMax = 16;
/** A poller shows every 5 s that it lives; one silent for 30 s is dead, and what it had claimed is taken up by another. */
export const heartbeatMs = 5_000;
export const claimSilenceMsMax = 30_000;
/** 1 h: a temporary file of ours this old in an outbox belongs to no running attempt, for none lasts so long. */
export const temporaryFileMsMax = 60 * 60 * 1_000;
/** 64 KiB pieces: larger ones gain nothing measurable from a page cache. */
export const readBytes = 64 * 1024;
/** 20 s of silence, three times: a firewall that forgot the connection is noticed within a minute. */
export const sftpKeepaliveMs = 20_000;
export const sftpKeepaliveCountMax = 3;
/** 64 KiB reads, 24 in flight: 1.5 MB, inside the 2 MB window of a channel, and enough for 50 ms of distance at 30 MB/s. */
export const remoteReadBytes = 64 * 1024;
export const remoteReadsInFlightMax = 24;
/** 32 KiB writes, what every server takes (draft-ietf-secsh-filexfer-02, 3), 48 in flight. */
export const remoteWriteBytes = 32 * 1024;
export const remoteWritesInFlightMax = 48;
/** 1,000,000 entries of one remote folder: ten minutes of listing; beyond it the folder is somebody's mistake. */
export const remoteEntriesMax = 1_000_000;
/** 15 minutes of listing, for a server that gives a name every half a minute. */
export const remoteListMsMax = 15 * 60_000;
/** 1 KiB/s over each minute of reading, as of whoever posts to us. */
export const remoteBytesPerSecondMin = 1_024;
export const remoteTrickleMs = 60_000;
/** 10 s: the next delivery of a batch finds the connection still open; a partner's server does not carry it for longer. */
export const remoteConnectionIdleMs = 10_000;
/** 30 s without a sign of life: a poller that died frees its folder as soon as a folder's poller is thought dead. */
export const remoteLeaseMs = 30_000;
/** 5 minutes after a refused login, twice as long each time, at most an hour: many servers lock an account after five. */
export const loginRestMs = 5 * 60_000;
export const loginRestMsMax = 60 * 60_000;
/** 10,000 files that are too large, or failed: remembered so that they do not stand in the way of the others. */
export const remoteSetAsideMax = 10_000;
/** 512 MiB left on the disk of the spool, half of what PostgreSQL's log may grow by (max_wal_size): below it no upload is taken. */
export const sftpFreeBytesMin = 512 * 1024 * 1024;
/** 30 s from the first byte to a login: a person types a password in that time, and nobody else needs it. */
export const sftpLoginMsMax = 30_000;
/** 6 refused tries and 20 keys offered in one connection, as OpenSSH has them. */
export const sftpTriesMax = 6;
export const sftpKeysOfferedMax = 20;
/** 5 min without a request: clients that keep a connection send something every minute. */
export const sftpIdleMsMax = 5 * 60_000;
/** 1,024 connections, 32 of one address, 16 of one account: a partner's gateway opens a handful. */
export const sftpConnectionsMax = 1_024;
export const sftpConnectionsPerAddressMax = 32;
export const sftpConnectionsPerAccountMax = 16;
/** 64 open handles of one connection, 4 sessions in it. */
export const sftpHandlesMax = 64;
export const sftpSessionsMax = 4;
/** 8 MiB of a connection's writes on their way to the disk; above it we stop reading what it sends. */
export const sftpUnwrittenBytesMax = 8 * 1024 * 1024;
/** 256 requests under way of one connection: four times what the usual clients pipeline. */
export const sftpRequestsMax = 256;
/** 32 MiB of answers that a client asked for and opens no window for: the usual clients have 2 MiB under way, the greediest 16. */
export const sftpUnreadBytesMax = 32 * 1024 * 1024;
/** 16 MiB ahead of what was written: pipelining clients write out of order by a few MiB; a hole of gigabytes is an attack on the disk. */
export const sftpGapBytesMax = 16 * 1024 * 1024;
/** 256 KiB of an upload in memory before it goes to a file: most never do. */
export const sftpMemoryBytesMax = 256 * 1024;
/** 256 KiB an answer to one READ: what OpenSSH's server gives. */
export const sftpReadBytesMax = 256 * 1024 - 1_024;
/** Wrong logins of one address: after 5 each answer is late, after 20 the address is not let in for ten minutes. */
export const sftpFailuresSlowed = 5;
export const sftpFailuresBarred = 20;
export const sftpBarredMs = 10 * 60_000;
/** 2 password checks at a time, each 32 MiB and 80 ms of a thread beside the main one; 64 wait. */
export const sftpPasswordChecksMax = 2;
export const sftpPasswordsWaitingMax = 64;
/** 7 days: a part that nobody went on with for that long counts against its mailbox's quota for nothing. */
export const sftpPartMsMax = 7 * 24 * 60 * 60_000;
/** A fetched file may be deleted for an hour after it left: `get` and then `rm` is how many scripts end. */
export const sftpFetchedMs = 60 * 60_000;
/** 200,000 entries of a folder on an FTP server that has only LIST: that listing is held whole, some 40 MB. */
export const ftpListedMax = 200_000;
