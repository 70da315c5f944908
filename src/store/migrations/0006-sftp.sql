-- SFTP both ways. What was picked up is known by transmission's source key; here stands only what that does not tell.

-- Who polls a remote folder: workers on several machines never do it together, and one that was killed loses it by time.
create table poll_lease (place text primary key, holder text not null, until timestamptz not null);

-- How far an upload has come, so that a rename whose answer was lost is known as done although the partner took the file since.
create table upload_stage (delivery_id uuid primary key references delivery, stage text not null check (stage in ('writing', 'ready')), at timestamptz not null);

-- Names in the inboxes of our own SFTP server: parts, whose bytes lie with one process, and what was delivered, shown for a day.
create table sftp_upload (
  channel_id text not null, name text not null, byte_length bigint not null, modified_s bigint not null,
  holder text, spool text, is_closed boolean, at timestamptz not null, primary key (channel_id, name),
  check ((holder is null) = (spool is null) and (holder is null) = (is_closed is null))
);

-- A mailbox shows one delivery of a name at a time: the next when the first has left.
create index delivery_mailbox on delivery (channel_id, file_name, at, id) where state = 'available';
