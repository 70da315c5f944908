-- What stands behind the message type in UNH's S009, as sent: a CONTRL repeats it. Null in X12, and in what was read before.
alter table transaction add column reference text;
