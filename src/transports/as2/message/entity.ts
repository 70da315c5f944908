import type { Content, SizedContent } from '../content.ts';

/** A MIME entity on the way out. Header lines are never folded: AS2-From must not be, and some servers refuse any. */
export interface OutEntity<Body extends Content = SizedContent> {
  readonly head: readonly (readonly [name: string, value: string])[];
  readonly body: Body;
}

/** Its octets: what is signed, compressed or encrypted. */
export function entityBytes(entity: OutEntity): SizedContent {
  const head = headBytes(entity.head);
  return {
    byteLength: head.length + entity.body.byteLength,
    async *bytes() {
      yield head;
      yield* entity.body.bytes();
    },
  };
}

/** Header lines and the blank one. Throws for a line break in a value, which would be a header of somebody else's making. */
export function headBytes(fields: readonly (readonly [string, string])[]): Buffer {
  const lines = fields.map(([name, value]) => {
    if (/[\r\n\0]/.test(value) || /[^!-9;-~]/.test(name)) throw new TypeError(`the header ${name} cannot be written`);
    return `${name}: ${value}\r\n`;
  });
  return Buffer.from(`${lines.join('')}\r\n`, 'latin1');
}

/** A CMS object as an entity. */
export const cmsEntity = <Body extends Content>(
  type: 'enveloped-data' | 'authEnveloped-data' | 'compressed-data',
  body: Body,
): OutEntity<Body> => {
  const name = type === 'compressed-data' ? 'smime.p7z' : 'smime.p7m';
  return {
    head: [
      ['Content-Type', `application/pkcs7-mime; smime-type=${type}; name=${name}`],
      ['Content-Transfer-Encoding', 'binary'],
      ['Content-Disposition', `attachment; filename=${name}`],
    ],
    body,
  };
};
