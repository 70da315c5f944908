import { describe, expect, test } from 'vitest';
import { FailureError, failureOf, nextStepAfter } from '../../src/core/failure.ts';
import { positionAt } from '../../src/core/position.ts';
import { foundLengthMax, problem, problemAsJson } from '../../src/core/problem.ts';
import { PROBLEM_CODES } from '../../src/core/problem-codes.ts';

const page = `# Problems

Something a partner sent that is not as the standard, the guide or the agreement wants it. Each has a code that is never renamed or reused,
a position, what was found and what was expected. Listed in order of precedence: when several apply to one place, the first is reported first.

${Object.entries(PROBLEM_CODES)
  .map(([code, sentence]) => `## ${code}\n\n${sentence}\n`)
  .join('\n')}`;

describe('the catalogue of problems', () => {
  test('docs/reference/errors.md lists exactly our codes, in our order', async () =>
    await expect(page).toMatchFileSnapshot('../../docs/reference/errors.md'));

  test.each(Object.entries(PROBLEM_CODES))('%s is well formed', (code, sentence) => {
    expect(code).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
    expect(sentence).toMatch(/\.$/);
  });

  test('what a problem repeats is bounded', () =>
    expect(problem('file/not-edi', positionAt(0), { found: 'x'.repeat(10_000) }).found).toHaveLength(
      foundLengthMax + 1,
    ));

  test('the published form is flat and complete', () =>
    expect(problemAsJson(problem('file/empty', positionAt(0)))).toEqual({
      code: 'file/empty',
      severity: 'error',
      message: 'The file is empty.',
      source: 'standard',
      found: null,
      expected: null,
      byteOffset: 0,
      segmentNumber: null,
      tag: null,
      elementNumber: null,
      componentNumber: null,
      repetition: null,
      loop: null,
    }));
});

describe('failures', () => {
  test('passing ones are tried again, lasting ones parked', () => {
    expect(nextStepAfter('partner-unreachable')).toBe('retry');
    expect(nextStepAfter('map-broken')).toBe('park');
  });
  test('what is not a failure is a bug of ours', () => {
    expect(failureOf(new TypeError('x is undefined'))).toMatchObject({ kind: 'bug', message: 'x is undefined' });
    const failure = new FailureError('map-missing', 'no such map');
    expect(failureOf(failure)).toBe(failure);
  });
});
