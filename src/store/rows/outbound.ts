import type { Usage } from '../../core/usage.ts';

/* What leaves. */
export interface DeliveryRow {
  id: string;
  transmission_id: string;
  raw_file_id: string;
  interchange_id: string | null;
  company_id: string;
  partner_id: string;
  usage: Usage;
  channel_id: string;
  file_name: string;
  document_id: string | null;
  acknowledgment_id: string | null;
  state: 'ready' | 'sending' | 'available' | 'sent' | 'failed' | 'replaced';
  /** The delivery by another channel whose place it took; absent: none. */
  replaces?: string | null;
  at: Date;
  sent_at: Date | null;
}

export interface DeliveryAttemptRow {
  delivery_id: string;
  number: number;
  started_at: Date;
  finished_at: Date | null;
  outcome: string | null;
  detail: string | null;
}

export interface AnnouncementRow {
  id: string;
  order_id: string;
  company_id: string;
  usage: Usage;
  url: string;
  body: unknown;
  state: 'ready' | 'sent';
  at: Date;
}
