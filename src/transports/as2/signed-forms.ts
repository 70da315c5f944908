import type { As2SignedForm } from '../../partners/as2-settings.ts';
import { withLineEnds } from './line-ends.ts';

/*
 * What some senders sign instead of what they send. None is accepted unless the channel says so (`signedOver`), for each leaves something
 * unsigned: its headers, or how its lines end.
 */
export interface FormStream {
  /** First the header block with its blank line. */
  head(raw: Buffer): Buffer;
  /** Then the body, piece by piece. */
  body(piece: Buffer): Buffer;
  end(): Buffer;
}

const none: Buffer = Buffer.alloc(0);
const same = (piece: Buffer): Buffer => piece;
const nothing = (): Buffer => none;
const LF = 10;
const CR = 13;

/** An entity's octets in a form, as they pass. */
export function formStream(form: As2SignedForm): FormStream {
  switch (form) {
    case 'line-feeds': {
      const bare = bareLines();
      return { head: bare.piece, body: bare.piece, end: bare.end };
    }
    case 'body':
      return { head: nothing, body: same, end: nothing };
    case 'body-line-ends': {
      let last = 0;
      const body = (piece: Buffer): Buffer => {
        const mended = withLineEnds(piece, last);
        last = piece.at(-1) ?? last;
        return mended;
      };
      return { head: nothing, body, end: nothing };
    }
    case 'with-line-break':
      return { head: same, body: same, end: () => Buffer.of(CR, LF) };
    case 'without-line-break': {
      const cut = withoutLastBreak();
      return { head: same, body: cut.piece, end: cut.end };
    }
    case 'without-transfer-encoding':
      return { head: withoutTransferEncoding, body: same, end: nothing };
  }
}

/** All of an entity that is held whole. */
export function inForm(form: As2SignedForm, head: Buffer, body: Buffer): Buffer {
  const stream = formStream(form);
  return Buffer.concat([stream.head(head), stream.body(body), stream.end()]);
}

/** Every CRLF made LF; a CR at the end of a piece waits for what follows it. */
function bareLines() {
  let carriesReturn = false;
  return {
    piece(piece: Buffer): Buffer {
      if (piece.length === 0) return piece;
      const whole = carriesReturn ? Buffer.concat([Buffer.of(CR), piece]) : piece;
      carriesReturn = whole.at(-1) === CR;
      const text = (carriesReturn ? whole.subarray(0, -1) : whole).toString('latin1');
      return Buffer.from(text.replaceAll('\r\n', '\n'), 'latin1');
    },
    end: (): Buffer => (carriesReturn ? Buffer.of(CR) : none),
  };
}

/** All but a line break at the very end. */
function withoutLastBreak() {
  let held: Buffer = none;
  return {
    piece(piece: Buffer): Buffer {
      const whole = Buffer.concat([held, piece]);
      const keep = Math.max(0, whole.length - 2);
      held = Buffer.from(whole.subarray(keep));
      return whole.subarray(0, keep);
    },
    end(): Buffer {
      if (held.at(-1) !== LF) return held;
      return held.subarray(0, held.at(-2) === CR ? -2 : -1);
    },
  };
}

/** A header block without its Content-Transfer-Encoding, continuation lines and all. */
function withoutTransferEncoding(raw: Buffer): Buffer {
  const text = raw.toString('latin1').replace(/^content-transfer-encoding:[^\n]*\n(?:[ \t][^\n]*\n)*/im, '');
  return Buffer.from(text, 'latin1');
}
