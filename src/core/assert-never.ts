/** The end of an exhaustive switch: the compiler proves it is never reached, and a wrong cast is told at run time. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
