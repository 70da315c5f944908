// The same orders, harder to read: what a fast road for plain elements must not lose on.

/** Some 30 % of the elements of X12 lines composite: forty REF with C040 behind each, and the product ids left out. X12 releases nothing, and repeats hardly anything. */
export function composedX12(segments) {
  const body = [];
  let item = null;
  const flush = () => {
    for (let at = 0; item !== null && at < 40; at++)
      body.push(['REF', 'LT', `${item}${at}`, '', `ZZ>${item}>DP>${at}>IA>${item}`]);
    item = null;
  };
  for (const segment of segments.slice(0, -1)) {
    // REF stands behind PID and PO4 in a line, and before SDQ and DTM.
    if (!['PID', 'PO4', 'REF'].includes(segment[0])) flush();
    if (segment[0] === 'PO1') item = segment.at(-1);
    body.push(segment[0] === 'PO1' ? segment.slice(0, 8) : segment);
  }
  flush();
  return [...body, ['SE', String(body.length + 1), segments.at(-1)[2]]];
}

/** Some 30 % of the elements of EDIFACT segments with a released character in them. */
export function escapedEdifact(segments) {
  return segments.map((segment) =>
    segment
      .replace(/^(RFF\+\w+:)(.*)$/, '$1$2?+A')
      .replace(/^(PIA\+1\+)([^:]+)(:\w+\+)([^:]+)/, '$1$2?:1$3$4?+2')
      .replace(/^(IMD\+F\+\+:::)(.*)$/, "$1$2 5?:8?'")
      .replace(/^(LIN\+\d+\+\+)([^:]+)/, '$1$2??')
      .replace(/^(NAD\+\w+\+)([^:]+)(::9\+\+)(.*)$/, '$1$2$3A?+$4')
      .replace(/^(LOC\+7\+)([^:]+)/, '$1$2?+'),
  );
}

/** A mistake of each kind in every tenth transaction: a day that does not exist, a missing partner of a pair, a code, a count. */
export function brokenX12(segments, ordinal) {
  if (ordinal % 10 !== 9) return segments;
  return segments.map((segment) => {
    if (segment[0] === 'BEG') return [...segment.slice(0, 5), '20261301'];
    if (segment[0] === 'PO1') return [...segment.slice(0, 3), 'QQ', ...segment.slice(4, -1)];
    return segment[0] === 'SE' ? ['SE', String(Number(segment[1]) + 1), segment[2]] : segment;
  });
}
