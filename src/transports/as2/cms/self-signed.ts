import { createHash, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { digestOf, OID } from './algorithms.ts';
import { childAt, readNode } from './ber.ts';
import { bitString, context, integer, NULL, objectIdentifier, octetString, sequence, setOf, time, tlv } from './der.ts';

export type NewKeyKind = 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'p256' | 'p384';

export interface SelfSigned {
  readonly privateKey: KeyObject;
  readonly certificatePem: string;
}

const generate = promisify(generateKeyPair);

/** A new key pair with a certificate signed by itself, which is what AS2 partners exchange: trust is given by hand, not by an authority. */
export async function makeSelfSigned(
  {
    commonName,
    organization,
    kind,
  }: { readonly commonName: string; readonly organization: string; readonly kind: NewKeyKind },
  validFrom: Date,
  validDays: number,
): Promise<SelfSigned> {
  const { publicKey, privateKey } = await pairOf(kind);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const keyIdentifier = createHash('sha1')
    .update(childAt(readNode(spki), 1).content.subarray(1))
    .digest();
  const isEc = kind.startsWith('p');
  const algorithm = isEc
    ? sequence(objectIdentifier(digestOf('sha256').ecdsaSignature))
    : sequence(objectIdentifier(digestOf('sha256').rsaSignature), NULL);
  const name = distinguishedName(commonName, organization);
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and of full length
  const body = sequence(
    context(0, integer(2)), // version 3
    tlv(0x02, serial),
    algorithm,
    name,
    sequence(time(validFrom), time(new Date(validFrom.getTime() + validDays * 86_400_000))),
    name,
    spki,
    context(3, sequence(...extensions(keyIdentifier, isEc))),
  );
  const der = sequence(body, algorithm, bitString(sign('sha256', body, privateKey)));
  return { privateKey, certificatePem: pemOf('CERTIFICATE', der) };
}

function pairOf(kind: NewKeyKind): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  if (kind === 'p256' || kind === 'p384') return generate('ec', { namedCurve: kind === 'p256' ? 'P-256' : 'P-384' });
  return generate('rsa', { modulusLength: Number(kind.slice(4)) });
}

/** O and CN, both UTF8String. */
const distinguishedName = (commonName: string, organization: string): Buffer =>
  sequence(
    ...[
      ['2.5.4.10', organization],
      ['2.5.4.3', commonName],
    ].map(([oid = '', text = '']) => setOf(sequence(objectIdentifier(oid), tlv(0x0c, Buffer.from(text, 'utf8'))))),
  );

/** Subject key identifier, no authority, and what the key is for: signatures, and the transport (RSA) or agreement (EC) of keys. */
function extensions(keyIdentifier: Buffer, isEc: boolean): readonly Buffer[] {
  const critical = tlv(0x01, Buffer.of(0xff));
  const usage = isEc ? Buffer.of(3, 0b1100_1000) : Buffer.of(5, 0b1110_0000); // digitalSignature, nonRepudiation, keyAgreement | keyEncipherment
  return [
    sequence(objectIdentifier(OID.subjectKeyIdentifier), octetString(octetString(keyIdentifier))),
    sequence(objectIdentifier('2.5.29.19'), critical, octetString(sequence())),
    sequence(objectIdentifier('2.5.29.15'), critical, octetString(tlv(0x03, usage))),
  ];
}

/** PEM: base64 in lines of 64 between its two marks. */
export const pemOf = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`;
