import type { Rung } from './ladder.ts';
import { type Paper, reportLine, rungLine } from './print.ts';
import type { Talk } from './progress.ts';
import type { Report } from './protocol.ts';

/** Something to tell whoever watches the demo: a partner's report, a rung that was climbed, or a text with the same said as data. */
export type News =
  | { readonly type: 'report'; readonly at: string; readonly report: Report }
  | { readonly type: 'rung'; readonly at: string; readonly talk: Talk; readonly rung: Rung }
  | { readonly type: 'text'; readonly text: string; readonly data: Readonly<Record<string, unknown>> };

/** ISO 8601, or an empty text for what has no time. */
export const timeOf = (news: News): string => ('at' in news ? news.at : '');

const two = (value: number, width = 2): string => String(value).padStart(width, '0');
const localClock = (iso: string): string => {
  const at = new Date(iso);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
};

/** Paper that shows times as the clock on the wall does. */
export const paperOf = (colour: boolean): Paper => ({ colour, timeOf: localClock });

export interface Printing {
  readonly json: boolean;
  readonly colour: boolean;
  readonly print: (line: string) => void;
}

/** People read lines, programs read objects; neither gets the other's. */
export function printer({ json, colour, print }: Printing): (news: News) => void {
  const paper = paperOf(colour);
  const printLine = (line: string | null) => {
    if (line !== null) print(line);
  };
  return json
    ? (news) => print(JSON.stringify(objectOf(news)))
    : (news) => {
        if (news.type === 'rung') print(rungLine(paper, news.talk, news.rung));
        else if (news.type === 'report') printLine(reportLine(paper, news.at, news.report));
        else print(news.text);
      };
}

function objectOf(news: News): object {
  switch (news.type) {
    case 'rung':
      return { type: 'rung', conversation: news.talk.conversation.key, ...news.rung };
    case 'report':
      return { type: 'report', ...news.report };
    case 'text':
      return news.data;
  }
}
