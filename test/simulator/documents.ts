import { BUYERS } from '../../src/simulator/profiles.ts';
import { CONVERSATIONS, type Conversation } from '../../src/simulator/scenarios.ts';
import type { SentOrder } from '../../src/simulator/x12/check-response.ts';
import type { Transaction } from '../../src/simulator/x12/read.ts';
import { type Envelope, interchangeText, type SetText, usualDelimiters } from '../../src/simulator/x12/write.ts';

/** What a right gateway would answer, written by hand: checks must pass on these and fail on each change of one element. */
export const buyer = BUYERS.brightmart;

export const conversation = (key: string): Conversation => {
  const found = CONVERSATIONS.find((one) => one.key === key);
  if (found === undefined) throw new Error(`there is no conversation ${key}`);
  return found;
};

export const orderOf = (key: string, changes: Partial<SentOrder> = {}): SentOrder => ({
  conversation: conversation(key),
  number: '4500000101',
  orderedOn: '20261122',
  shipOn: '20261124',
  store: '0417',
  shelfIsFull: true,
  ...changes,
});

export const envelope = (changes: Partial<Envelope> = {}): Envelope => ({
  from: buyer.supplier,
  to: buyer.self,
  date: '2026-11-22',
  time: '13:45:10',
  interchangeNumber: 7,
  groupNumber: 12,
  functionalId: 'PR',
  usage: 'production',
  wantTa1: false,
  delimiters: usualDelimiters,
  ...changes,
});

export const set = (name: string, body: readonly string[], controlNumber = '0001'): SetText => ({
  set: name,
  controlNumber,
  body,
});

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export const fileOf = (sets: readonly SetText[], changes: Partial<Envelope> = {}): Uint8Array =>
  bytesOf(interchangeText(envelope(changes), sets));

/** A transaction as the reader would give it, from its body lines. */
export function transactionOf(name: string, body: readonly string[]): Transaction {
  const lines = [`ST*${name}*0001`, ...body, `SE*${body.length + 2}*0001`];
  const segments = lines.map((line) => {
    const [tag = '', ...elements] = line.split('*');
    return { tag, elements };
  });
  return { set: name, controlNumber: '0001', segments };
}

/** The body with one piece of text exchanged; throws when it is not there, so that no case silently tests nothing. */
export function changed(body: readonly string[], from: string, to: string): readonly string[] {
  const text = body.join('\n');
  if (!text.includes(from)) throw new Error(`${from} is not in the body`);
  return text
    .replace(from, to)
    .split('\n')
    .filter((line) => line !== '');
}

export const RESPONSE_SHORT = `
BAK*00*AC*4500000101*20261122
CUR*SE*USD
N1*ST*BRIGHTMART STORE 417*92*0417
PO1*1*100*EA*24*PE*UP*614141010318*VN*HT-3001*IN*B3001
ACK*IA*60*EA*068*20261124
ACK*IB*40*EA*068*20261204
PO1*2*4*EA*8.40*PE*UP*614141010134*VN*HT-1003*IN*B1003
ACK*IA*4*EA*068*20261124
CTT*2`
  .trim()
  .split('\n');

export const NOTICE_SHORT = `
BSN*00*SH0000001*20261122*1400*0001
HL*1**S*1
TD1*CTN*2
TD5*O*2*RDLN
N1*ST*BRIGHTMART STORE 417*92*0417
HL*2*1*O*1
PRF*4500000101***20261122
HL*3*2*T*1
MAN*GM*00006141410000000012
HL*4*3*P*1
MAN*GM*006141410000000029
HL*5*4*I
LIN*1*UP*614141010318
SN1*1*40*EA
HL*6*3*P*1
MAN*GM*006141410000000036
HL*7*6*I*0
LIN*1*UP*614141010318
SN1*1*20*EA
HL*8*6*I*0
LIN*2*UP*614141010134
SN1*2*4*EA
CTT*8*64`
  .trim()
  .split('\n');

export const SHIPPED_SHORT: ReadonlyMap<string, string> = new Map([
  ['1', '60'],
  ['2', '4'],
]);

export const INVOICE_SHORT = `
BIG*20261122*INV0000001*20261122*4500000101***DR
CUR*SE*USD
ITD*01*3*****30
IT1*1*60*EA*24.00*PE*UP*614141010318
IT1*2*4*EA*8.4*PE*UP*614141010134
TDS*147360
CTT*2`
  .trim()
  .split('\n');
