/**
 * segment   one is complete (or, when `overlong`, skipped)
 * header    ISA, UNA or UNB stands here: another interchange, perhaps with other delimiters, begins
 * more      the window is used up
 * too-large what is held passed a limit; call `rewind` and go on without holding
 */
export type Token = 'segment' | 'header' | 'more' | 'too-large';
