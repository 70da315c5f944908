-- Each process that serves SFTP, as it said last: the process that answers for the metrics is mostly another. Rewritten twice a minute.
create table sftp_room (holder text primary key, free_bytes bigint, is_low boolean not null, connection_count int not null, at timestamptz not null);
