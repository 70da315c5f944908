-- The spine: from the wire (transmission, raw_file) over the envelope (interchange, functional_group, transaction) and the meaning
-- (document) to the business (purchase_order, shipment, invoice, open_item, remittance) and back out (delivery).
-- company and usage stand in every table from interchange down, and in its unique keys: a test conversation cannot touch production.
-- Numbers stand first in those keys: people look for a number, whoever's it is.

-- Configuration, as `partners apply` stored it -----------------------------------------------------------------------------------------
create table company (id text primary key, body jsonb not null);
create table partner (id text primary key, body jsonb not null);
create table channel (id text primary key, partner_id text not null, body jsonb not null);
create table agreement (
  id text primary key, company_id text not null references company, partner_id text not null references partner,
  usage text not null check (usage in ('test', 'production')), direction text not null check (direction in ('in', 'out')),
  syntax text not null, message text not null, version text not null, body jsonb not null
);
create table configuration_version (version bigint generated always as identity primary key, hash text not null, actor text not null, at timestamptz not null);
-- What the built-in rules sell. Stock is counted per usage: a test order must not reserve real goods.
create table item (company_id text not null references company, id text not null, body jsonb not null, primary key (company_id, id));
-- Every id an item is known under, in the form in which two ids of one product are equal.
create table item_product (company_id text not null, key text not null, item_id text not null, primary key (company_id, key, item_id),
  foreign key (company_id, item_id) references item on delete cascade);
create table item_stock (
  company_id text not null, usage text not null, item_id text not null, location text not null,
  on_hand numeric not null check (on_hand >= 0), reserved numeric not null default 0 check (reserved >= 0),
  primary key (company_id, usage, item_id, location), foreign key (company_id, item_id) references item on delete cascade
);

-- The wire --------------------------------------------------------------------------------------------------------------------------------
create table transmission (
  id uuid primary key, direction text not null check (direction in ('in', 'out')), channel_id text not null,
  -- What makes the act the same act when it is tried again: a file's identity, an Idempotency-Key. Claimed once per channel.
  source_key text, name text, headers jsonb not null default '{}', remote text, at timestamptz not null
);
create unique index transmission_source on transmission (channel_id, source_key) where direction = 'in' and source_key is not null;
-- Lists go by id; people look for a file by its name.
create index transmission_name on transmission (name);

create table raw_file (
  id uuid primary key, transmission_id uuid not null references transmission, ordinal int not null default 1,
  direction text not null, channel_id text not null, sha256 bytea not null, byte_length bigint not null,
  state text not null check (state in ('received', 'reading', 'read', 'duplicate', 'not-edi', 'composed')),
  -- The first entered RawFile with the same bytes, when this is that file again.
  first_id uuid references raw_file, at timestamptz not null, unique (transmission_id, ordinal)
);
create index raw_file_sha on raw_file (sha256) where direction = 'in';
create table raw_chunk (raw_file_id uuid not null references raw_file deferrable initially deferred, ordinal int not null, bytes bytea not null, primary key (raw_file_id, ordinal));
alter table raw_chunk alter column bytes set storage external; -- EDI is read once and in order: compressing costs more than it saves
-- The content hash is claimed only by a file that was entered, so a failed first try never blocks the retry.
-- By content alone: a partner may send the same file again over another channel.
create table content_claim (sha256 bytea primary key, raw_file_id uuid not null references raw_file);

-- The envelope ----------------------------------------------------------------------------------------------------------------------------
create table interchange (
  id uuid primary key, raw_file_id uuid not null references raw_file, ordinal int not null, direction text not null,
  company_id text, partner_id text, usage text not null, channel_id text not null,
  syntax text not null, version text not null, sender text not null, receiver text not null, control_number text not null,
  header jsonb not null, byte_offset bigint not null, byte_length bigint,
  state text not null check (state in ('provisional', 'quarantined', 'closed', 'composed')),
  verdict text, quarantine_reason text, group_count int not null default 0, transaction_count int not null default 0,
  at timestamptz not null, closed_at timestamptz, unique (raw_file_id, ordinal),
  check (state = 'quarantined' or company_id is not null)
);
create index interchange_by_number on interchange (control_number, partner_id, direction);
-- Whether anything of a file was entered: asked at every close of a file that holds thousands of interchanges.
create index interchange_entered on interchange (raw_file_id) where state = 'closed' and verdict <> 'rejected';
create index interchange_quarantined on interchange (id) where state = 'quarantined';

create table functional_group (
  id uuid primary key, interchange_id uuid not null references interchange, ordinal int not null, direction text not null,
  company_id text, partner_id text, usage text not null, functional_id text, control_number text, version text, header jsonb not null,
  verdict text, claimed int, counted int not null default 0, accepted int not null default 0, with_errors int not null default 0,
  unique (interchange_id, ordinal)
);
create index functional_group_by_number on functional_group (partner_id, control_number) where direction = 'out';

create table transaction (
  -- The ordinal counts through the whole interchange: what was read is paged through by it.
  id uuid primary key, interchange_id uuid not null references interchange, group_id uuid not null references functional_group, ordinal int not null,
  direction text not null, company_id text, partner_id text, usage text not null, agreement_id text, message text not null, version text not null,
  association text, control_number text not null, byte_offset bigint not null, byte_length bigint not null, segment_count int not null,
  state text not null check (state in ('provisional', 'entered', 'rejected', 'parked', 'quarantined', 'composed')), verdict text,
  unique (group_id, ordinal)
);
create unique index transaction_interchange on transaction (interchange_id, ordinal);
create index transaction_attention on transaction (state, id) where state in ('rejected', 'parked', 'quarantined');

-- Control numbers already entered, inbound: the same number with other bytes is quarantined or rejected. Claimed in close.
create table control_number_claim (
  company_id text not null, usage text not null, syntax text not null, level text not null, theirs text not null, ours text not null,
  -- Deferred: a number is claimed before the interchange that uses it is written.
  control_number text not null, interchange_id uuid not null references interchange deferrable initially deferred,
  primary key (company_id, usage, syntax, level, theirs, ours, control_number)
);
-- The last number we took, outbound, by "our identity|their identity|usage|level".
create table control_number_range (key text primary key, last bigint not null);

create table problem (
  id bigint generated always as identity primary key, raw_file_id uuid not null references raw_file, interchange_id uuid references interchange,
  group_id uuid references functional_group, transaction_id uuid references transaction, body jsonb not null
);
create index problem_transaction on problem (transaction_id) where transaction_id is not null;
-- A group's own: what its 997 says of the group is looked up with every group, and a group of 999,999 sets may have a million others.
create index problem_group on problem (group_id) where group_id is not null and transaction_id is null;
create index problem_raw_file on problem (raw_file_id);
create index problem_interchange on problem (interchange_id) where interchange_id is not null;

-- The meaning -----------------------------------------------------------------------------------------------------------------------------
create table document (
  id uuid primary key, kind text not null, direction text not null, company_id text not null, partner_id text not null, usage text not null,
  -- Deferred: what we write is a document first and a transaction when it is composed.
  agreement_id text not null, transaction_id uuid references transaction deferrable initially deferred, number text not null, map_name text, map_hash text,
  body jsonb not null, trace jsonb, unmapped jsonb, unwritten jsonb,
  -- provisional until its group is closed; waiting for what it refers to; held for a person; rejected by a partner's acknowledgment
  state text not null check (state in ('provisional', 'entered', 'waiting', 'held', 'processed', 'composed', 'sent', 'accepted', 'rejected')),
  state_reason text, waits_for text[], deadline timestamptz,
  -- Work on documents with one order key runs one at a time, in arrival order.
  order_key text,
  -- The order that a document of ours is about.
  order_id uuid, at timestamptz not null
);
create index document_order on document (order_id) where order_id is not null;
create index document_number on document (number);
create index document_transaction on document (transaction_id) where transaction_id is not null;
create index document_waiting on document using gin (waits_for) where waits_for is not null;
-- What a person looks for, and metrics count at every scrape: a few among millions.
create index document_attention on document (state, id) where state in ('waiting', 'held', 'rejected');

-- Ours (out: what we answer) and theirs (in: what they answered). Subject: the interchange a TA1, the group a 997 is about.
create table acknowledgment (
  id uuid primary key, direction text not null, kind text not null, company_id text not null, partner_id text not null, usage text not null,
  channel_id text not null, interchange_id uuid references interchange, group_id uuid references functional_group,
  transaction_id uuid references transaction, body jsonb, state text not null check (state in ('ready', 'composed', 'received', 'waiting', 'reconciled', 'unmatched')),
  waits_for text, deadline timestamptz, at timestamptz not null
);
create unique index acknowledgment_once on acknowledgment (kind, interchange_id, coalesce(group_id, interchange_id)) where direction = 'out';
create index acknowledgment_interchange on acknowledgment (interchange_id);

-- The business ----------------------------------------------------------------------------------------------------------------------------
create table purchase_order (
  id uuid primary key, company_id text not null, partner_id text not null, usage text not null, number text not null, release text not null default '',
  document_id uuid not null references document, agreement_id text not null, state text not null, body jsonb not null, decision jsonb,
  at timestamptz not null, unique (number, partner_id, company_id, usage, release)
);
create index purchase_order_state on purchase_order (state, id);
create table reservation (
  -- Deferred: goods are reserved while the stock is locked, before the order's own row is written.
  order_id uuid not null references purchase_order deferrable initially deferred, item_id text not null, location text not null, line text not null,
  quantity numeric not null check (quantity >= 0), primary key (order_id, line, item_id, location)
);
create table shipment (
  id uuid primary key, company_id text not null, partner_id text not null, usage text not null, number text not null, order_id uuid not null references purchase_order,
  document_id uuid not null references document, body jsonb not null, at timestamptz not null, unique (number, company_id, usage)
);
create index shipment_order on shipment (order_id);
create index shipment_document on shipment (document_id);
create table sscc (company_id text not null, sscc text not null, usage text not null, shipment_id uuid not null references shipment, primary key (company_id, sscc));
create index sscc_shipment on sscc (shipment_id);
create table number_series (company_id text not null, usage text not null, series text not null, last bigint not null, primary key (company_id, usage, series));
create table invoice (
  id uuid primary key, company_id text not null, partner_id text not null, usage text not null, number text not null, order_id uuid references purchase_order,
  shipment_id uuid references shipment, document_id uuid not null references document, body jsonb not null, at timestamptz not null, unique (number, company_id, usage)
);
create index invoice_order on invoice (order_id);
create index invoice_document on invoice (document_id);
create table open_item (
  id uuid primary key, company_id text not null, partner_id text not null, usage text not null, kind text not null, number text not null,
  -- What two spellings of one number share; null when too little is left to be sure of.
  number_key text, invoice_id uuid references invoice, currency text not null, amount_minor bigint not null check (amount_minor >= 0),
  remaining_minor bigint not null check (remaining_minor >= 0 and remaining_minor <= amount_minor),
  issued_on date not null, due_on date, discount_minor bigint not null default 0, discount_until date,
  discount_taken_minor bigint not null default 0 check (discount_taken_minor >= 0), reference jsonb not null default '[]', at timestamptz not null,
  unique (number, company_id, usage, kind)
);
create index open_item_key on open_item (company_id, usage, number_key);
create index open_item_invoice on open_item (invoice_id);
create index open_item_partner on open_item (company_id, usage, partner_id) where remaining_minor > 0;
create table remittance (
  id uuid primary key, company_id text not null, partner_id text not null, usage text not null, document_id uuid not null unique references document,
  -- Payer, trace and amount: what makes two advices one announcement; null when nothing tells them apart surely.
  advice_key text, trace text not null default '', currency text not null, amount_minor bigint not null, applied_minor bigint not null default 0,
  state text not null check (state in ('applied', 'partly-applied', 'review', 'waiting')), balance text, body jsonb not null, at timestamptz not null,
  check (applied_minor >= 0)
);
create index remittance_advice on remittance (company_id, usage, advice_key);
create index remittance_trace on remittance (trace);
create index remittance_attention on remittance (state, id) where state in ('review', 'waiting', 'partly-applied');
create table remittance_line (
  remittance_id uuid not null references remittance, ordinal int not null, path text not null, reference text, open_item_id uuid references open_item,
  outcome text not null, reason text not null, message text not null, money_minor bigint, primary key (remittance_id, ordinal)
);
-- What lines that wait for a person claim already: asked for every remittance.
create index remittance_line_review on remittance_line (open_item_id) where outcome = 'review';
-- Applications are never edited: a reversal is another row that names the one it undoes.
create table application (
  id uuid primary key, company_id text not null, usage text not null, remittance_id uuid not null references remittance, path text not null,
  open_item_id uuid not null references open_item, cash_minor bigint not null, discount_minor bigint not null default 0,
  reverses_id uuid unique references application, at timestamptz not null
);
create index application_item on application (open_item_id);

-- Out -------------------------------------------------------------------------------------------------------------------------------------
create table delivery (
  id uuid primary key, transmission_id uuid not null references transmission, raw_file_id uuid not null references raw_file, interchange_id uuid references interchange,
  company_id text not null, partner_id text not null, usage text not null, channel_id text not null, file_name text not null,
  document_id uuid references document, acknowledgment_id uuid references acknowledgment,
  state text not null check (state in ('ready', 'sending', 'available', 'sent', 'failed')), at timestamptz not null, sent_at timestamptz
);
-- Mailboxes, and whatever has not arrived.
create index delivery_open on delivery (state, channel_id, at) where state <> 'sent';
create index delivery_document on delivery (document_id) where document_id is not null;
create index delivery_acknowledgment on delivery (acknowledgment_id) where acknowledgment_id is not null;
create index delivery_interchange on delivery (interchange_id);
create table delivery_attempt (
  delivery_id uuid not null references delivery, number int not null, started_at timestamptz not null, finished_at timestamptz, outcome text, detail text,
  primary key (delivery_id, number)
);
create table receipt (delivery_id uuid not null references delivery, kind text not null, at timestamptz not null, detail jsonb not null default '{}', primary key (delivery_id, kind));

-- What we owe or are owed -----------------------------------------------------------------------------------------------------------------
create table expectation (
  id uuid primary key, company_id text not null, partner_id text not null, usage text not null, kind text not null, subject_kind text not null, subject_id uuid not null,
  -- What is still owed: once, by quantity per line, or money. Met when nothing is.
  outstanding jsonb not null, due_at timestamptz, state text not null check (state in ('open', 'met', 'overdue', 'cancelled')),
  at timestamptz not null, met_at timestamptz
);
-- What is owed is owed once; what was met or cancelled may be owed anew, when an order is replaced.
create unique index expectation_once on expectation (subject_id, kind, subject_kind) where state in ('open', 'overdue');
create index expectation_subject on expectation (subject_id);
create index expectation_due on expectation (due_at) where state = 'open' and due_at is not null;
create index expectation_overdue on expectation (kind) where state = 'overdue';

-- Facts -----------------------------------------------------------------------------------------------------------------------------------
create table event (
  id bigint generated always as identity primary key, at timestamptz not null, type text not null, actor text not null, reason text,
  company_id text, usage text, data jsonb not null default '{}'
);
create table event_object (
  event_id bigint not null references event, object_kind text not null, object_id text not null, qualifier text not null,
  primary key (event_id, object_kind, object_id, qualifier)
);
create index event_object_by_object on event_object (object_kind, object_id, event_id);

-- Orders offered to a back office by a webhook-shaped call; delivered like everything else.
create table announcement (
  id uuid primary key, order_id uuid not null references purchase_order, company_id text not null, usage text not null, url text not null, body jsonb not null,
  state text not null check (state in ('ready', 'sent')), at timestamptz not null
);

-- The API's promise that the same key does the same thing once. The answer is kept as it was given, to the byte: json, not jsonb.
create table idempotency (scope text not null, key text not null, request_hash bytea not null, status int, response json, at timestamptz not null, primary key (scope, key));
