-- AS2 messages that were refused: what an operator is told of, and the evidence for `doctor as2`. The newest of each channel are kept, for some
-- days: whoever knows two names can make us refuse something. The body is as it came, encrypted where it was.
create table as2_refused (
  id uuid primary key, channel_id text not null, message_id text, modifier text not null, detail text not null,
  headers jsonb not null, body bytea, remote text, at timestamptz not null
);
create index as2_refused_channel on as2_refused (channel_id, at);
create index as2_refused_message on as2_refused (message_id);

-- How often, for good. '' stands for somebody we do not know.
create table as2_refusal_count (channel_id text not null, modifier text not null, count bigint not null, primary key (channel_id, modifier));
