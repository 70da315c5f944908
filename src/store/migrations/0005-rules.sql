-- Maps and guides of the company's and its partners' own, as text: what every worker reads, wherever it runs. A text is kept once and for good, so
-- that a document's map is found again after many versions of the configuration.
create table rule_file (sha256 bytea primary key, text text not null);
create table rule_use (
  version bigint not null references configuration_version, path text not null,
  -- Deferred: use and text are written by one statement.
  sha256 bytea not null references rule_file deferrable initially deferred, primary key (version, path)
);
