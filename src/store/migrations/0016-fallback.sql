-- A document whose channel cannot carry it leaves by another one: by a delivery of its own, and the first one says that it was replaced.
alter table delivery drop constraint delivery_state_check;
alter table delivery add constraint delivery_state_check check (state in ('ready', 'sending', 'available', 'sent', 'failed', 'replaced'));
-- The delivery whose place this one took; the first of such a row has none.
alter table delivery add column replaces uuid references delivery (id);
create index delivery_replaces on delivery (replaces) where replaces is not null;
-- Where one attempt is not certain to have given the partner nothing, the document may be there.
alter table delivery_attempt add column nothing_sent boolean not null default false;
-- Since when a channel has failed without a success between; only of channels that an agreement has a fallback from, or to.
create table channel_trouble (channel_id text primary key, since timestamptz not null);
