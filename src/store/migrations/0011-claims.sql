-- What a buyer claims of an invoice, or gives back (812): a dispute of the open item, not cash. It moves no money; the remittance that deducts it does.
create table claim (
  id uuid primary key, company_id text not null, partner_id text not null, usage text not null, document_id uuid not null unique references document,
  number text not null, direction text not null check (direction in ('debit', 'credit')), currency text not null,
  amount_minor bigint not null check (amount_minor >= 0), handling text, reference text, invoice_id uuid references invoice,
  open_item_id uuid references open_item, reasons jsonb not null default '[]',
  state text not null check (state in ('open', 'disputed', 'accepted', 'closed')), at timestamptz not null
);
create index claim_number on claim (company_id, usage, partner_id, number);
create index claim_item on claim (open_item_id) where open_item_id is not null;
create index claim_attention on claim (state, id) where state in ('open', 'disputed');

-- The document of ours that says the same again, put right, after the partner had refused this one.
alter table document add column replaced_by uuid references document;
