import { isPlainName } from './remote-files.ts';

/**
 * Whether a name is of a pattern in which `*` stands for any characters and `?` for one. Steps back to the last `*` only, so it costs
 * at most name times pattern: a regular expression made from a partner's pattern could cost for ever.
 */
export function isOfPattern(name: string, pattern: string): boolean {
  let at = 0;
  let wanted = 0;
  let star = -1;
  let starAt = 0;
  while (at < name.length) {
    if (pattern[wanted] === '*') {
      star = wanted++;
      starAt = at;
    } else if (pattern[wanted] === '?' || pattern[wanted] === name[at]) {
      at++;
      wanted++;
    } else if (star >= 0) {
      wanted = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pattern[wanted] === '*') wanted++;
  return wanted === pattern.length;
}

/** Hidden files, and what the usual clients and editors call a file that is not whole yet. */
const UNFINISHED = /^\.|^~\$|~$|\.(?:tmp|temp|part|partial|filepart|writing|crdownload|swp|bak)~?$/i;

/** Whether a listed name is one to take: plain, finished, and of one of the patterns (all are, when there are none). */
export const isWanted = (name: string, patterns: readonly string[]): boolean =>
  isPlainName(name) &&
  !UNFINISHED.test(name) &&
  (patterns.length === 0 || patterns.some((pattern) => isOfPattern(name, pattern)));
