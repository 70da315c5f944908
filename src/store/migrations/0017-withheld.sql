-- An answer that could not name what is wrong in an interchange is not sent, and no work waits for it.
alter table acknowledgment drop constraint acknowledgment_state_check;
alter table acknowledgment add constraint acknowledgment_state_check check (state in ('ready', 'composed', 'received', 'waiting', 'reconciled', 'unmatched', 'withheld'));
