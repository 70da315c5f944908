import { createCipheriv } from 'node:crypto';

/*
 * AuthEnvelopedData carries its authenticated attributes after the content, but GCM wants them before it. GHASH is a polynomial, so they can be
 * added afterwards: with n blocks of ciphertext C, attributes A_1…A_m, and H the hash key,
 *
 *   tag(A, C) = tag(∅, C)  ⊕  (A_1·H^m ⊕ … ⊕ A_m·H)·H^(n+1)  ⊕  (bits of A · 2^64)·H
 *
 * The tag that a message without attributes would have had is thus known, and Node can check it. So a gigabyte is decrypted in one pass.
 */

/** The tag that the ciphertext would carry if there were no attributes. */
export function tagWithoutAttributes(
  tag: Buffer,
  {
    key,
    attributes,
    ciphertextBytes,
  }: { readonly key: Buffer; readonly attributes: Buffer; readonly ciphertextBytes: number },
): Buffer {
  const hashKey = hashKeyOf(key);
  let polynomial = 0n;
  for (let at = 0; at < attributes.length; at += 16) {
    const block = Buffer.alloc(16);
    attributes.copy(block, 0, at, at + 16);
    polynomial = multiply(polynomial ^ numberOf(block), hashKey);
  }
  const shifted = multiply(polynomial, power(hashKey, Math.ceil(ciphertextBytes / 16) + 1));
  const lengths = multiply(BigInt(attributes.length * 8) << 64n, hashKey);
  const mask = Buffer.from((shifted ^ lengths).toString(16).padStart(32, '0'), 'hex');
  return Buffer.from(tag.map((octet, index) => octet ^ (mask[index] ?? 0)));
}

const numberOf = (block: Buffer): bigint => BigInt(`0x${block.toString('hex')}`);

/** H: sixteen zero octets encrypted. */
function hashKeyOf(key: Buffer): bigint {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return numberOf(cipher.update(Buffer.alloc(16)));
}

/** x^128 + x^7 + x^2 + x + 1, bits reflected as GCM has them (NIST SP 800-38D 6.3). */
const R = 0xe1n << 120n;

function multiply(x: bigint, y: bigint): bigint {
  let product = 0n;
  let v = y;
  for (let bit = 127n; bit >= 0n; bit--) {
    if (((x >> bit) & 1n) === 1n) product ^= v;
    v = (v & 1n) === 1n ? (v >> 1n) ^ R : v >> 1n;
  }
  return product;
}

function power(base: bigint, exponent: number): bigint {
  let result = 1n << 127n; // the one of this field: its first bit is the lowest power
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}
