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
`;

interface Job {
  readonly text: string;
  readonly input: ExpressionInput;
  readonly done: (evaluation: Evaluation) => void;
}

/** Takes limits; gives an evaluator. The thread starts with the first expression, and again after one that had to be stopped. */
export function openExpressions(limits: ExpressionLimits = expressionLimits): Expressions {
  const jobs: Job[] = [];
  let worker: Worker | null = null;
  let running: Job | null = null;
  let timer: NodeJS.Timeout | undefined;

  function finish(evaluation: Evaluation): void {
    clearTimeout(timer);
    const job = running;
    running = null;
    job?.done(evaluation);
    next();
  }
  async function stop(failed: string): Promise<void> {
    const stopped = worker;
    worker = null;
    await stopped?.terminate();
    finish({ failed });
  }
  function start(): Worker {
    const started = new Worker(PROGRAM, {
      eval: true,
      env: {},
      workerData: {
        jsonata: createRequire(import.meta.url).resolve('jsonata'),
        guards: { stack: callDepthMax, sequence: sequenceLengthMax },
      },
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMbMax, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    started.unref(); // an idle evaluator keeps no process alive
    started.on('message', finish);
    started.on('error', (error) => {
      if (worker !== started) return;
      worker = null;
      finish({
        failed: `the expression took more than ${limits.memoryMbMax} MB, or broke its thread: ${error.message}`,
      });
    });
    return started;
  }
  function next(): void {
    if (running !== null) return;
    const job = jobs.shift();
    if (job === undefined) return;
    running = job;
    worker ??= start();
    timer = setTimeout(() => void stop(`the expression took longer than ${limits.timeMsMax} ms`), limits.timeMsMax);
    worker.postMessage({ text: job.text, input: job.input });
  }
  return {
    evaluate(text, input) {
      if (text.length > expressionLengthMax)
        return Promise.resolve({ failed: `an expression has at most ${expressionLengthMax} characters` });
      return new Promise((done) => {
        jobs.push({ text, input, done });
        next();
      });
    },
    async close() {
      clearTimeout(timer);
      const closed = worker;
      worker = null;
      await closed?.terminate();
      for (const { done } of [running, ...jobs.splice(0)].flatMap((job) => (job === null ? [] : [job])))
        done({ failed: 'the evaluator was closed' });
      running = null;
    },
  };
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
