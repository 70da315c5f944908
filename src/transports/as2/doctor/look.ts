import { ByteReader } from '../byte-reader.ts';
import type { Certificate, Identity } from '../cms/certificate.ts';
import { contentOf } from '../content.ts';
import { emptyHead, type Head, readHead } from '../mime/head.ts';

/** What is wrong, and the setting of ours that accepts it; null: only they can mend it. */
export interface Finding {
  readonly what: string;
  readonly setting: string | null;
}

/** Whether a channel has a proposed setting ("compress: none", "signedOver: [body]") already. One without a value ("ourKeys") is for a person to look at. */
export function isInForce(proposed: string, settings: object): boolean {
  const [name = '', ...rest] = proposed.split(': ');
  const value: unknown = Object(settings)[name];
  return rest.length > 0 && (Array.isArray(value) ? `[${value.join(', ')}]` : String(value)) === rest.join(': ');
}

/** What the doctor may look through: all keys and certificates of this installation, not only the channel's. */
export interface Cabinet {
  readonly ours: readonly { readonly name: string; readonly inChannel: boolean; readonly identity: Identity }[];
  readonly theirs: readonly {
    readonly whose: string;
    readonly inChannel: boolean;
    readonly certificate: Certificate;
  }[];
}

export interface Examined {
  readonly evidence: readonly string[];
  readonly findings: readonly Finding[];
}

/** 64 MB: of what a message that is kept whole may inflate to here. */
export const inflatedMax = 64 * 1024 * 1024;

export interface Look {
  readonly cabinet: Cabinet;
  readonly evidence: string[];
  readonly findings: Finding[];
}

/** An entity that is held whole. */
export interface Held {
  readonly head: Head;
  readonly bytes: Buffer;
  readonly isOuter: boolean;
}

/** Parts what is inside a layer into its headers, if any, and the rest. */
export async function heldIn(bytes: Buffer): Promise<Held> {
  const reader = new ByteReader(contentOf(bytes).bytes());
  const head = (await readHead(reader)) ?? emptyHead;
  return { head, bytes: bytes.subarray(head.raw.length), isOuter: false };
}
