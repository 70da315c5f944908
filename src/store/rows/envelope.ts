import type { Verdict } from '../../core/problem.ts';
import type { Usage } from '../../core/usage.ts';
import type { SyntaxName } from '../../parsers/transaction.ts';

/* What stood on the wire, from the act down to the transaction. */
export interface TransmissionRow {
  id: string;
  direction: 'in' | 'out';
  channel_id: string;
  source_key: string | null;
  name: string | null;
  headers: unknown;
  remote: string | null;
  at: Date;
}

export interface RawFileRow {
  id: string;
  transmission_id: string;
  ordinal: number;
  direction: 'in' | 'out';
  channel_id: string;
  /** Hexadecimal with the prefix \x, as PostgreSQL reads bytea. */
  sha256: string;
  byte_length: number;
  state: 'received' | 'reading' | 'read' | 'duplicate' | 'not-edi' | 'composed';
  at: Date;
}

export interface InterchangeRow {
  id: string;
  raw_file_id: string;
  ordinal: number;
  direction: 'in' | 'out';
  company_id: string | null;
  partner_id: string | null;
  usage: Usage;
  channel_id: string;
  syntax: SyntaxName;
  version: string;
  sender: string;
  receiver: string;
  control_number: string;
  header: unknown;
  byte_offset: number;
  byte_length: number | null;
  state: 'provisional' | 'quarantined' | 'closed' | 'composed';
  verdict: Verdict | null;
  quarantine_reason: string | null;
  group_count: number;
  transaction_count: number;
  at: Date;
  closed_at: Date | null;
}

export interface GroupRow {
  id: string;
  interchange_id: string;
  ordinal: number;
  direction: 'in' | 'out';
  company_id: string | null;
  partner_id: string | null;
  usage: Usage;
  functional_id: string | null;
  control_number: string | null;
  version: string | null;
  header: unknown;
  verdict: Verdict | null;
  claimed: number | null;
  counted: number;
  accepted: number;
  with_errors: number;
}

export interface TransactionRow {
  id: string;
  interchange_id: string;
  group_id: string;
  ordinal: number;
  direction: 'in' | 'out';
  company_id: string | null;
  partner_id: string | null;
  usage: Usage;
  agreement_id: string | null;
  message: string;
  version: string;
  association: string | null;
  /** The rest of S009 as sent ("D:96A:UN:EAN008"), which a CONTRL repeats; null in X12. */
  reference: string | null;
  control_number: string;
  byte_offset: number;
  byte_length: number;
  segment_count: number;
  state: 'provisional' | 'entered' | 'rejected' | 'parked' | 'quarantined' | 'composed';
  verdict: Verdict | null;
}

export interface ProblemRow {
  raw_file_id: string;
  interchange_id: string | null;
  group_id: string | null;
  transaction_id: string | null;
  body: unknown;
}
