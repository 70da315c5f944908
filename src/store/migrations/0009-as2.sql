-- Keys of ours: the certificate is public, the private key sealed (AES-256-GCM) under a key that never enters the database.
create table key_pair (
  name text primary key, certificate text not null, sealed bytea not null, fingerprint text not null unique,
  valid_from timestamptz not null, valid_to timestamptz not null, made_at timestamptz not null
);

-- AS2 messages that were taken, by (From, To, Message-ID): claimed in the transaction that stores the message, so a failed first try never
-- blocks the retry, and two copies at once are one message.
create table as2_received (
  key text primary key, channel_id text not null, message_id text not null,
  transmission_id uuid not null references transmission deferrable initially deferred,
  -- What was found around the payload: digests, ciphers, and the fingerprints of the certificates that worked.
  layers jsonb not null, mic text, mdn_id uuid, at timestamptz not null
);
create index as2_received_transmission on as2_received (transmission_id);

-- Receipts of ours as they left, to be sent again octet for octet.
create table as2_mdn (
  id uuid primary key, channel_id text not null, url text, headers jsonb not null, body bytea not null,
  state text not null check (state in ('answered', 'ready', 'sent')), at timestamptz not null, sent_at timestamptz
);

-- Messages of ours, remembered before they leave: their receipt may come before our own answer.
create table as2_sent (
  delivery_id uuid primary key references delivery, channel_id text not null, message_id text not null, expected jsonb not null, at timestamptz not null,
  mdn_headers jsonb, mdn_body bytea, verdict jsonb, mdn_at timestamptz,
  -- An asynchronous receipt that refused it, until the delivery's next attempt tells it.
  refusal text
);
create unique index as2_sent_message on as2_sent (channel_id, message_id);
