/* The package brings no types. What is used of its event parser here. */
declare module 'edifact/parser.js' {
  class Parser {
    onopensegment: (tag: string) => void;
    onelement: () => void;
    oncomponent: (value: string) => void;
    encoding(level: string): void;
    write(chunk: string): void;
    end(): void;
  }
  export = Parser;
}
