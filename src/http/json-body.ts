import type { FastifyInstance } from 'fastify';

/** A body that is not what the API reads; `statusCode` is what fastify and our error handler go by. */
export class BodyRefused extends Error {
  readonly statusCode = 400;
}

// JSON is UTF-8 (RFC 8259, section 8.1). Bytes that are none are refused: replaced by U+FFFD they would be stored as something nobody sent.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Takes JSON only, and of it only what can be stored as it was sent: the database has no NUL and no half of a surrogate pair. */
export function takeJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    let text: string;
    try {
      text = utf8.decode(body);
    } catch {
      done(new BodyRefused('The body is not UTF-8.'));
      return;
    }
    void parse(request, text, (error: Error | null, value?: unknown) => {
      if (error !== null) done(error);
      else if (text.includes('\\u') && !isStorable(value))
        done(new BodyRefused('The body holds a character that cannot be stored.'));
      else done(null, value);
    });
  });
}

/** Walked with a list of our own, not by recursion: a body may nest a million deep. */
function isStorable(value: unknown): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === 'string') {
      if (one.includes('\0') || !one.isWellFormed()) return false;
    } else if (typeof one === 'object' && one !== null) {
      for (const [name, inner] of Object.entries(one)) open.push(name, inner);
    }
  }
  return true;
}
