/** The last digit of a GS1 key (GS1 General Specifications 7.9.1): weights 3, 1, 3… from the right. */
export function checkDigitOf(digits: string): string {
  let sum = 0;
  for (let index = digits.length - 1, weight = 3; index >= 0; index--, weight = 4 - weight)
    sum += (digits.charCodeAt(index) - 0x30) * weight;
  return String((10 - (sum % 10)) % 10);
}

/** An SSCC-18, with or without the application identifier 00, "(00)" too; undefined when the digits or the check digit are wrong. */
export function ssccOf(text: string): string | undefined {
  const match = /^(?:\(00\)|00)?(\d{18})$/.exec(text);
  // "00" + 16 digits is no SSCC with an identifier, but one that begins with 00: the length decides.
  const digits = /^\d{18}$/.test(text) ? text : match?.[1];
  return digits !== undefined && checkDigitOf(digits.slice(0, 17)) === digits[17] ? digits : undefined;
}
