/** How the connection is held back: by what it has sent and we have not written, and what we have answered and it does not read. */
export interface Pace {
  /** A request came; it counts until it is answered. */
  begin(): void;
  end(): void;
  /** How many bytes of writes are not on the disk yet. */
  unwritten(bytes: number): void;
  /** Resolves when the socket takes more. */
  roomToAnswer(): Promise<void>;
  hangUp(why: string): void;
}
