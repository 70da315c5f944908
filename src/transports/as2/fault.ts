/*
 * What a partner's message is guilty of, in the words of a disposition (RFC 4130 7.4.3, RFC 5402 5). The first nine are `processed/error`,
 * the last two `failed/failure`.
 */
export const faultModifiers = [
  'decryption-failed',
  'decompression-failed',
  'authentication-failed',
  'integrity-check-failed',
  'insufficient-message-security',
  'unknown-trading-partner',
  'unexpected-processing-error',
  'unsupported format',
  'unsupported MIC-algorithms',
] as const;
export type FaultModifier = (typeof faultModifiers)[number];

/** Thrown where it is found, in the middle of a stream; whoever opens a message gives it back as a value. */
export class As2Fault extends Error {
  readonly modifier: FaultModifier;
  /** What exactly, for our log alone. */
  readonly reason: string;

  /** `message` is for our log and for the partner's eyes: it tells what is wrong with the message, and nothing of us. */
  constructor(modifier: FaultModifier, message: string, reason = message) {
    super(message);
    this.name = 'As2Fault';
    this.modifier = modifier;
    this.reason = reason;
  }
}

/** "automatic-action/MDN-sent-automatically; …" follows this. */
export const dispositionOfFault = (modifier: FaultModifier): string =>
  modifier.startsWith('unsupported') ? `failed/failure: ${modifier}` : `processed/error: ${modifier}`;
