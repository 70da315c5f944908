/*
 * Disposition: automatic-action/MDN-sent-automatically; processed/error: decryption-failed
 *              what was done, and how                   type, modifier and text
 *
 * Sterling writes "Automatic-action/mdn-sent-automatically;processed": case and blanks tell nothing.
 */
export interface Disposition {
  readonly type: 'processed' | 'failed' | 'unknown';
  readonly modifier: 'none' | 'warning' | 'error' | 'failure';
  /** "decryption-failed", "duplicate-document". */
  readonly text: string | null;
}

/** Reads the field's value; type `unknown` for what is no disposition. */
export function parseDisposition(value: string | undefined): Disposition {
  const after = (value ?? '').slice(0, 1_000).split(';').slice(1).join(';').trim();
  const colon = after.indexOf(':');
  const head = (colon < 0 ? after : after.slice(0, colon)).trim().toLowerCase();
  const [type = '', modifier = ''] = head.split('/').map((part) => part.trim());
  const text = colon < 0 ? null : after.slice(colon + 1).trim() || null;
  if (type !== 'processed' && type !== 'failed') return { type: 'unknown', modifier: 'none', text };
  return { type, modifier: modifierOf(type, modifier), text };
}

/** A word that is none of the three is the worse of what it could mean: nobody adds a modifier to say that all went well. */
function modifierOf(type: 'processed' | 'failed', modifier: string): Disposition['modifier'] {
  if (modifier === '') return type === 'failed' ? 'failure' : 'none';
  if (modifier === 'warning' || modifier === 'error' || modifier === 'failure') return modifier;
  return 'error';
}

/** Whether the message was taken. A warning is told and counts: the content is theirs. */
export const wasTaken = ({ type, modifier }: Disposition): boolean =>
  type === 'processed' && (modifier === 'none' || modifier === 'warning');
