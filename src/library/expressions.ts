import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Evaluate, Evaluation, ExpressionInput, MapFault, MapOf } from '../mappers/index.ts';

/** Evaluates JSONata in a worker thread of its own, one expression at a time. `close` ends the thread. */
export interface Expressions {
  readonly evaluate: Evaluate;
  close(): Promise<void>;
}

export interface ExpressionLimits {
  /** One expression over a document of 32 MB takes under 100 ms when it looks at each line once. */
  readonly timeMsMax: number;
  /** Of the whole thread: the document is copied into it. */
  readonly memoryMbMax: number;
}

export const expressionLimits: ExpressionLimits = { timeMsMax: 1_000, memoryMbMax: 256 };

// A thread over its memory is ended by Node, but one allocation larger than its reserve of some 16 MB would end the process: sequences stay below that.
const sequenceLengthMax = 1_000_000;
const callDepthMax = 500;

/** Longer ones are programs, and belong elsewhere. */
const expressionLengthMax = 4_000;

/*
 * The thread's own program. A text, not a file: a worker cannot load TypeScript, and a second build only for it would have to be found from src/ and
 * from dist/ alike. No clock and no chance: $now, $millis, $random and $shuffle refuse; $eval would hide what the map's author can see.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const jsonata = require(workerData.jsonata);
const refuse = (name) => () => { throw new Error('$' + name + ' is not for maps: the same input must give the same document'); };
const bindings = Object.fromEntries(['now', 'millis', 'random', 'shuffle', 'eval'].map((name) => [name, refuse(name)]));
const compiled = new Map();
const compile = (text) => {
  let expression = compiled.get(text);
  if (expression === undefined) {
    if (compiled.size >= 1000) compiled.clear();
    expression = jsonata(text, workerData.guards);
    compiled.set(text, expression);
  }
  return expression;
};
parentPort.on('message', async ({ text, input }) => {
  try {
    const value = await compile(text).evaluate(input, bindings);
    parentPort.postMessage({ value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)) });
  } catch (error) {
    parentPort.postMessage({ failed: String((error && error.message) || error) });
  }
});
parentPort.postMessage('ready');
`;

interface Job {
  readonly text: string;
  readonly input: ExpressionInput;
  readonly done: (evaluation: Evaluation) => void;
}

/** Takes limits; gives an evaluator. The thread starts with the first expression, and again after one that had to be stopped. */
export function openExpressions(limits: ExpressionLimits = expressionLimits): Expressions {
  const evaluator = new Evaluator(limits);
  return { evaluate: (text, input) => evaluator.evaluate(text, input), close: () => evaluator.close() };
}

class Evaluator {
  private readonly limits: ExpressionLimits;
  private readonly jobs: Job[] = [];
  private worker: Worker | null = null;
  private running: Job | null = null;
  private isReady = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(limits: ExpressionLimits) {
    this.limits = limits;
  }

  evaluate(text: string, input: ExpressionInput): Promise<Evaluation> {
    if (text.length > expressionLengthMax)
      return Promise.resolve({ failed: `an expression has at most ${expressionLengthMax} characters` });
    return new Promise((done) => {
      this.jobs.push({ text, input, done });
      this.next();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    const closed = this.worker;
    this.worker = null;
    await closed?.terminate();
    const open = this.running === null ? [] : [this.running];
    this.running = null;
    for (const { done } of [...open, ...this.jobs.splice(0)]) done({ failed: 'the evaluator was closed' });
  }

  private next(): void {
    if (this.running !== null) return;
    const job = this.jobs.shift();
    if (job === undefined) return;
    this.running = job;
    this.worker ??= this.start();
    // The thread's start is ours, and on a busy machine it may take longer than an expression may.
    if (this.isReady) this.begin(this.worker, job);
  }

  private begin(worker: Worker, job: Job): void {
    const late = `the expression took longer than ${this.limits.timeMsMax} ms`;
    this.timer = setTimeout(() => void this.stop(late), this.limits.timeMsMax);
    worker.postMessage({ text: job.text, input: job.input });
  }

  private finish(evaluation: Evaluation): void {
    clearTimeout(this.timer);
    const job = this.running;
    this.running = null;
    job?.done(evaluation);
    this.next();
  }

  private async stop(failed: string): Promise<void> {
    const stopped = this.worker;
    this.worker = null;
    await stopped?.terminate();
    this.finish({ failed });
  }

  private start(): Worker {
    const { memoryMbMax } = this.limits;
    this.isReady = false;
    const started = new Worker(PROGRAM, {
      eval: true,
      env: {},
      workerData: {
        jsonata: createRequire(import.meta.url).resolve('jsonata'),
        guards: { stack: callDepthMax, sequence: sequenceLengthMax },
      },
      resourceLimits: { maxOldGenerationSizeMb: memoryMbMax, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    started.unref(); // an idle evaluator keeps no process alive
    started.on('message', (told: Evaluation | 'ready') => {
      if (this.worker !== started) return;
      if (told !== 'ready') return this.finish(told);
      this.isReady = true;
      if (this.running !== null) this.begin(started, this.running);
    });
    started.on('error', (error) => {
      if (this.worker !== started) return;
      this.worker = null;
      this.finish({ failed: `the expression took more than ${memoryMbMax} MB, or broke its thread: ${error.message}` });
    });
    return started;
  }
}

/** Expressions of a map that are not JSONata, without evaluating any: for `map check`. */
export async function checkExpressions(map: MapOf): Promise<readonly MapFault[]> {
  if (map.expressions.length === 0) return [];
  const { default: jsonata } = await import('jsonata');
  return map.expressions.flatMap(({ path, read, write, at }) =>
    [read, write].flatMap((text): MapFault[] => {
      if (text === null) return [];
      try {
        jsonata(text);
        return [];
      } catch (wrong) {
        const { file, line, column } = at;
        const why =
          typeof wrong === 'object' && wrong !== null && 'message' in wrong ? String(wrong.message) : String(wrong);
        return [{ file, line, column, severity: 'error', message: `${path}: this is not JSONata: ${why}` }];
      }
    }),
  );
}
