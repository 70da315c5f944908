/* The package brings no types. What is used of it, as its own README tells. */
declare module 'edifact/reader.js' {
  class Reader {
    constructor(options?: { autoDetectEncoding?: boolean });
    parse(document: string): { name: string; elements: string[][] }[];
  }
  export = Reader;
}

declare module 'edifact/tracker.js' {
  class Tracker {
    constructor(table: readonly unknown[]);
    /** True when the segment fits; emits 'error' or throws otherwise. */
    accept(segment: string): boolean;
    on(event: 'error', listener: (error: Error) => void): void;
  }
  export = Tracker;
}
