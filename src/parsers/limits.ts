/*
 * Every limit of reading, with where it comes from. Partner input is hostile: nothing grows with it unbounded.
 */

/** Ours, not X12's: one ST…SE or UNH…UNT is held whole, a file never is. */
export const transactionBytesMax = 32 * 1024 * 1024;

/** 32 MB of the real world's segments (35 bytes on average) are about this many; a Segment view costs about 60 bytes. */
export const transactionSegmentsMax = 1_000_000;

/** 4 bytes of index each, so 32 MB: a mean element has 4 bytes, and 32 MB of bare separators stay affordable. */
export const transactionElementsMax = 8 * 1024 * 1024;

/** A segment outside transactions: the longest a standard allows (UNB, UNG, GS) has a few hundred bytes. */
export const serviceSegmentBytesMax = 64 * 1024;

/** ISA is 106 bytes; one that is not padded, or padded too far, is looked for no further than this. */
export const isaBytesMax = 512;

/** IEA01 is N0 1/5: no valid interchange holds more. */
export const groupCountMax = 99_999;

/** GE01 is N0 1/6, UNE 0060 and UNZ 0036 n..6: no valid group holds more. */
export const transactionCountMax = 999_999;

/**
 * Ours: a 32 MB transaction of nothing but mistakes would otherwise make millions of Problems. No acknowledgment carries a tenth of this. What is over is
 * counted exactly.
 */
export const problemCountMax = 10_000;

/** Sequences of split documents (S010) followed in one interchange; what is over is not followed. A sequence has 99 parts at most (0070 is n..2). */
export const sequencesMax = 1_000;

/** Bytes taken from a pushed chunk at a time, so that a file pushed as one chunk is indexed piecewise too. */
export const sliceBytes = 256 * 1024;

/** A written chunk: writing larger ones to a file or socket gains nothing. */
export const writtenChunkBytes = 64 * 1024;

/** AK304-308 (one in 004010), AK502-506 and AK905-909: what an acknowledgment has room for. */
export const acknowledgmentCodesMax = 5;

/** A CONTRL names 999 segments of a message (SG2), and as a 997 does 99 elements of each (AK4, UCD). */
export const segmentNotesMax = 999;
export const elementNotesMax = 99;

/** Data element 724, the copy of bad data, is AN 1/99. */
export const badDataLengthMax = 99;

/** Line breaks between a release character and what it releases come from wrapping: CR LF, twice at most. */
export const wrapBytesMax = 4;

/** Blanks and line breaks between UNA and UNB. Bounded, for they are looked at again with every chunk until UNB comes. */
export const unaGapBytesMax = 64;
