import { createHash } from 'node:crypto';
import { type As2SignedForm, as2SignedForms } from '../../../partners/as2-settings.ts';
import { digests } from '../cms/algorithms.ts';
import { isNamedBy } from '../cms/certificate.ts';
import { CmsFault } from '../cms/cms-fault.ts';
import { decompressed } from '../cms/compress.ts';
import { enterContentInfo } from '../cms/decrypt.ts';
import { fitsAsPss, type ShownSigner, shownSigned } from '../cms/inspect.ts';
import { verifyDetached } from '../cms/verify.ts';
import { collect, contentOf } from '../content.ts';
import { withLineEnds } from '../line-ends.ts';
import { fieldOf, type Head } from '../mime/head.ts';
import { decodedBytes } from '../mime/transfer-encoding.ts';
import { inForm } from '../signed-forms.ts';
import { type Cabinet, type Finding, type Held, inflatedMax, type Look } from './look.ts';

/** Tells what a signature was made over, and with whose key. */
export async function lookAtSignature(look: Look, cms: Buffer, held: Held): Promise<void> {
  const { cabinet, evidence, findings } = look;
  const { signers, carried } = shownSigned(cms);
  const readings = await readingsOf(held);
  for (const signer of signers) {
    evidence.push(`signed with ${signer.digest} by ${signer.called}`);
    const known = cabinet.theirs.filter(({ certificate }) => isNamedBy(certificate, signer.name));
    const candidates = [
      ...known,
      ...carried
        .filter((certificate) => isNamedBy(certificate, signer.name))
        .filter(({ fingerprint }) => !known.some((one) => one.certificate.fingerprint === fingerprint))
        .map((certificate) => ({ whose: 'the message itself', inChannel: false, certificate })),
    ];
    const fits = readings.find(({ bytes }) => fitsContent(cms, signer, bytes, candidates));
    if (!known.some(({ inChannel }) => inChannel)) findings.push(...strangers(candidates, fits !== undefined));
    if (fits === undefined) findings.push({ what: unfitting(signer), setting: null });
    else if (fits.form !== null || fits.what !== null)
      findings.push({
        what: `They sign ${fits.what}, and send something else.`,
        // Under another digest than they name it is verified in no form.
        setting: fits.form === null || isMisnamed(signer, fits.bytes) ? null : `signedOver: [${fits.form}]`,
      });
    if (fits !== undefined) findings.push(...unfittingKey(cms, signer, fits.bytes, candidates));
  }
  if (signers.length === 0) findings.push({ what: 'The signature has no signer.', setting: null });
}

const unfitting = ({ signed }: ShownSigner): string =>
  signed === null
    ? 'The signature fits the content in none of the readings we know: it was made with another key, or over other content.'
    : `What they signed (${signed.messageDigest.toString('base64')}) is the content in none of the readings we know: it was changed after they signed it, by a proxy or a scanner on the way.`;

interface Reading {
  /** Null: as it was sent, or in a form that is always accepted. */
  readonly what: string | null;
  readonly form: As2SignedForm | null;
  readonly bytes: Buffer;
}

const FORMS: Readonly<Record<As2SignedForm, string>> = {
  'line-feeds': 'it with every line end made LF',
  body: 'the content without its MIME headers',
  'body-line-ends': 'the content without its MIME headers, every line end made CRLF',
  'with-line-break': 'it with the line break that belongs to the boundary',
  'without-line-break': 'it without its last line break',
  'without-transfer-encoding': 'it without its Content-Transfer-Encoding header',
};

/** Every reading of a signed part that a sender is known to take, the right one first. */
async function readingsOf({ head, bytes }: Held): Promise<readonly Reading[]> {
  const whole = Buffer.concat([head.raw, bytes]);
  const decoded = await collect(decodedBytes(fieldOf(head, 'content-transfer-encoding'), contentOf(bytes).bytes()));
  const inflated = await inflatedIn(head, decoded);
  const trimmed = Buffer.from(whole.toString('latin1').replaceAll(/[ \t]+(?=\r?\n)/g, ''), 'latin1');
  const odd = (what: string, reading: Buffer): Reading => ({ what, form: null, bytes: reading });
  return [
    { what: null, form: null, bytes: whole },
    { what: null, form: null, bytes: withLineEnds(whole, 0) },
    { what: null, form: null, bytes: Buffer.concat([withLineEnds(head.raw, 0), bytes]) },
    ...as2SignedForms.map((form) => ({ what: FORMS[form], form, bytes: inForm(form, head.raw, bytes) })),
    odd('the content decoded, with its headers', Buffer.concat([head.raw, decoded])),
    odd('the content decoded, without its headers', decoded),
    ...(inflated === null
      ? []
      : [odd('what is inside before it is compressed: they sign first and put the signature outside', inflated)]),
    odd('it without blanks at the ends of lines', trimmed),
    odd('nothing at all', Buffer.alloc(0)),
  ];
}

async function inflatedIn(head: Head, decoded: Buffer): Promise<Buffer | null> {
  if (!/pkcs7-mime/.test(fieldOf(head, 'content-type') ?? '')) return null;
  try {
    const { kind, stream } = await enterContentInfo(contentOf(decoded).bytes());
    return kind === 'compressedData' ? await collect(decompressed(stream, inflatedMax)) : null;
  } catch (error) {
    if (error instanceof CmsFault) return null;
    throw error;
  }
}

type Candidates = Cabinet['theirs'];

const digestsOver =
  (bytes: Buffer) =>
  (name: string): readonly Buffer[] => [createHash(name).update(bytes).digest()];

/** With attributes the digest is told; without, only the key can tell. A digest that was made with another algorithm than is named counts too. */
function fitsContent(cms: Buffer, { signed }: ShownSigner, bytes: Buffer, candidates: Candidates): boolean {
  if (signed !== null)
    return digests.some(({ name }) => createHash(name).update(bytes).digest().equals(signed.messageDigest));
  return candidates.some(({ certificate }) => verifyDetached(cms, digestsOver(bytes), [certificate]).ok);
}

/** They name one digest and hash with another. */
const isMisnamed = ({ signed, digest }: ShownSigner, bytes: Buffer): boolean =>
  signed !== null && !createHash(digest).update(bytes).digest().equals(signed.messageDigest);

/** The signer is none of the channel's certificates. */
function strangers(candidates: Candidates, contentFits: boolean): readonly Finding[] {
  const proven = contentFits ? ' With it the signature fits.' : '';
  if (candidates.length === 0)
    return [
      {
        what: 'The signer’s certificate is none that we know, and the message does not carry it: ask them for it.',
        setting: 'theirCertificates',
      },
    ];
  // Once for each certificate, however many channels have it.
  const prints = [...new Set(candidates.map(({ certificate }) => certificate.fingerprint))];
  return prints.map((print) => ({
    what: `They sign with a certificate that this channel does not have: ${shownCertificate(candidates.filter(({ certificate }) => certificate.fingerprint === print))}. Ask them by another way than this one whether it is theirs.${proven}`,
    setting: 'theirCertificates: add it',
  }));
}

/** At most so many of the channels that have a certificate are named. */
const namedMax = 5;

function shownCertificate(same: Candidates): string {
  const [first] = same;
  if (first === undefined) throw new TypeError('no certificate');
  const { subject, fingerprint, validTo } = first.certificate;
  const names = [...new Set(same.map(({ whose }) => whose))];
  const more = names.length > namedMax ? ` and ${names.length - namedMax} more` : '';
  return `${subject}, SHA-256 ${fingerprint}, until ${validTo.toISOString().slice(0, 10)}, known from ${names.slice(0, namedMax).join(', ')}${more}`;
}

/** The content is as it was signed, and still: the key, or how they sign with it. */
function unfittingKey(cms: Buffer, signer: ShownSigner, bytes: Buffer, candidates: Candidates): readonly Finding[] {
  const { signed, digest } = signer;
  if (signed === null || candidates.length === 0) return [];
  if (isMisnamed(signer, bytes))
    return [{ what: `They name ${digest} and hash with another algorithm.`, setting: null }];
  if (candidates.some(({ certificate }) => verifyDetached(cms, digestsOver(bytes), [certificate]).ok)) return [];
  if (candidates.some(({ certificate }) => fitsAsPss(signer, certificate)))
    return [
      {
        what: 'They sign with PSS and write other parameters than they sign with (pyas2 does): ask them for PKCS#1 v1.5.',
        setting: null,
      },
    ];
  return [
    {
      what: 'The content is as they signed it, but the signature was made with another key than that of the certificate it names.',
      setting: 'theirCertificates: ask them for the certificate of the key they sign with',
    },
  ];
}
