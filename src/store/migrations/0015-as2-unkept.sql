-- Whom a refused message came from, as far as one sender can be told from another: an IPv4 address, or the first half of an IPv6 one. Evidence is
-- rationed by it, so that garbage under a partner's name does not use up what is kept for the partner's own mistakes.
alter table as2_refused add column peer text;

-- What was kept of an hour, by peer, and what was only counted (under the peer ''): the ration, and an answer for whoever looks for what is not kept.
-- At most as many peers stand here as messages are kept in an hour.
create table as2_refused_hour (
  channel_id text not null, modifier text not null, hour timestamptz not null, peer text not null, kept int not null default 0,
  only_counted bigint not null default 0, primary key (channel_id, modifier, hour, peer)
);
