/*
 * Every limit of AS2, with its reason. A partner's own limits (fileBytesMax, timeouts) stand in its channel; these hold for all of them.
 */

/** 16 levels of BER: CMS needs 11 (ContentInfo down to an attribute's value); the rest is room for constructed strings. */
export const berDepthMax = 16;
/** 4,096 children of one node: a CMS of AS2 has tens; a chunked octet string is streamed and does not count. */
export const berChildCountMax = 4_096;
/** 1 MiB for one CMS element held whole (recipients, certificates, signers): 500 recipients of RSA-4096. */
export const elementBytesMax = 1024 * 1024;
/** 2^40 bytes: no file we take comes near, and arithmetic on it stays exact. */
export const lengthMax = 2 ** 40;
/** 64 recipients tried of one envelope: each of ours among them costs an RSA operation. */
export const recipientCountMax = 64;
/** 8 signers of one message: each costs a verification. */
export const signerCountMax = 8;
/** 1,000 : 1, from 1 MiB on: deflate ends at 1,032 : 1, and EDI of blanks and zeros rarely passes 100 : 1. */
export const inflationRatioMax = 1_000;
export const inflationFreeBytes = 1024 * 1024;
/** 64 KiB of one header block: ten times what any AS2 product writes. */
export const headBytesMax = 64 * 1024;
/** 200 header fields. */
export const headerCountMax = 200;
/** 70 characters of a boundary (RFC 2046 5.1.1). */
export const boundaryLengthMax = 70;
/** 4 pkcs7 or signed layers around a payload: compress, sign, compress is refused; compress, sign, encrypt are 3. */
export const layerCountMax = 4;
/** 64 attachments of one message. */
export const partCountMax = 64;
/** 1 MiB of a detached signature with its certificates. */
export const signatureBytesMax = 1024 * 1024;
/** 1 MiB of an MDN: real ones have 2 to 8 KB; a report may carry the headers of what it answers. */
export const mdnBytesMax = 1024 * 1024;
/** 1 MiB of a message is held in memory; more goes to a temp file. */
export const memoryBytesMax = 1024 * 1024;
/** 512 KiB of a refused message are kept for the doctor: nine of ten messages whole, and 64 at a time are 32 MiB. */
export const evidenceBytesMax = 512 * 1024;
/**
 * 20 s a message waits for its turn: partners send in bursts, and many products count a 429 as failed and come again after many minutes. Most give an
 * answer a minute or more. 64 of one partner, 256 in all: a waiting one costs its socket.
 */
export const turn = { waitMsMax: 20_000, waitingPerChannelCountMax: 64, waitingCountMax: 256 } as const;
/** 64 KiB pieces: 0.1 ms of AES and 2.6 ms of 3DES, after which others get their turn. */
export const pieceBytes = 64 * 1024;
/** 128 characters of an AS2 name (RFC 4130 6.2). */
export const nameLengthMax = 128;
/** 998 characters of a Message-ID (RFC 5322 line); 255 is the advice, and ours keep to it. */
export const messageIdLengthMax = 998;
/**
 * Failed decryptions of one channel: 20 answered at once, and one more every 3 s, which is a partner with a wrong certificate and a full queue;
 * each further one after 5 s, 32 of them waiting, and above it 429. Answers leave at ticks of 100 ms. Of a channel that takes messages without a
 * signature no more than 8 failures of an address wait: a guess at CBC takes 128 tries an octet, which is two minutes then instead of a moment.
 */
export const decryptionFailures = {
  tickMs: 100,
  promptCountMax: 20,
  refillMs: 3_000,
  lateMs: 5_000,
  waitingPerChannelCountMax: 32,
  waitingPerAddressCountMax: 8,
} as const;
/**
 * Bodies on their way in. 512 at once, half of the listener's sockets, and 256 of an address: then the slowest goes, when it was waited for 5 s.
 * 48 MiB of them in memory; above it what passes 64 KiB is streamed, which with 1,000 sockets is 64 MiB more. Of those that are streamed the
 * slowest gives way to one that waits when it comes at less than 64 KiB/s, which any partner with files of more than 1 MiB passes.
 */
export const reception = {
  arrivingCountMax: 512,
  arrivingPerAddressCountMax: 256,
  slowMsMin: 5_000,
  heldBytesMax: 48 * 1024 * 1024,
  heldAlwaysBytes: 64 * 1024,
  streamedBytesPerSecondMin: 64 * 1024,
} as const;
