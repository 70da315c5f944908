import { positionAt } from '../core/position.ts';
import { type Problem, type ProblemCode, problem } from '../core/problem.ts';
import { isLetterOrDigit } from './byte-classes.ts';
import type { Delimiters, Segment } from './transaction.ts';

/*
 * What is wrong with the values of a service segment whatever they mean. The tables judge ST, SE, UNH and UNT too; ISA, GS, UNB, UNG and
 * their trailers stand outside of every transaction, and only their envelope looks at them.
 */
export interface HeaderFault {
  readonly element: number;
  /** Where the element is a composite. */
  readonly component: number | null;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
}

/** How a service segment is built. */
export interface HeaderShape {
  readonly elementsMax: number;
  /** Elements that are composites. */
  readonly composites: readonly number[];
  /** Elements whose characters are judged elsewhere: control numbers, and ISA11 and ISA16, which name separators. */
  readonly free: readonly number[];
}

export const trailerShape: HeaderShape = { elementsMax: 2, composites: [], free: [1, 2] };

/** Takes a service segment; gives what is wrong with its values, the first of each element. */
export function headerFaults(segment: Segment, shape: HeaderShape, delimiters: Delimiters): readonly HeaderFault[] {
  const { elementsMax, composites, free } = shape;
  const faults: HeaderFault[] = [];
  const enders = [delimiters.element, delimiters.terminator].filter((code) => !isLetterOrDigit(code));
  const last = Math.min(segment.elementCount, elementsMax);
  for (let element = 1; element <= last; element++) {
    const isComposite = composites.includes(element);
    const fault = free.includes(element) ? null : firstFault(segment, element, enders);
    if (fault !== null) faults.push(isComposite ? fault : { ...fault, component: null });
    else if (!isComposite && segment.componentCount(element) > 1)
      faults.push(faultAt(segment, element, 2, 'is cut into components, and it is a single value', 'a single value'));
  }
  for (let element = elementsMax + 1; element <= segment.elementCount; element++) {
    if (segment.componentCount(element) === 0) continue;
    const message = `${segment.tag} has ${segment.elementCount} elements, and ${elementsMax} is the most.`;
    faults.push({ ...faultAt(segment, element, null, '', `at most ${elementsMax} elements`), message });
    break;
  }
  return faults;
}

function firstFault(segment: Segment, element: number, enders: readonly number[]): HeaderFault | null {
  const components = segment.componentCount(element);
  for (let component = 1; component <= components; component++) {
    const value = segment.value(element, component);
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      // Released, an ender is data.
      if (segment.tag === 'ISA' && enders.includes(code))
        return faultAt(segment, element, component, 'holds a separator', 'a value without separators');
      if (code < 0x20 || code === 0x7f)
        return faultAt(segment, element, component, 'holds a control character', 'a value without control characters');
    }
  }
  return null;
}

function faultAt(
  segment: Segment,
  element: number,
  component: number | null,
  what: string,
  expected: string,
): HeaderFault {
  const message = `${segment.tag}${String(element).padStart(2, '0')} ${what}.`;
  return { element, component, message, found: segment.value(element, component ?? 1), expected };
}

/** The same as Problems: warnings, for whoever could be read so far can be read on. */
export const headerProblems = (
  code: ProblemCode,
  segment: Segment,
  faults: readonly HeaderFault[],
): readonly Problem[] =>
  faults.map(({ element, component, message, found, expected }) => {
    const at = positionAt(segment.byteOffsetOf(element, component ?? 1), {
      tag: segment.tag,
      elementNumber: element,
      componentNumber: component,
    });
    return problem(code, at, { message, found, expected, severity: 'warning' });
  });
