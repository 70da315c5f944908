-- A person settles what no rule could tie: something given up for a reason counts like money, and a payment may be set aside whole.
alter table application add column deduction_minor bigint not null default 0 check (deduction_minor >= 0), add column deduction_code text,
  add constraint application_deduction_explained check ((deduction_minor = 0) = (deduction_code is null));
alter table remittance drop constraint remittance_state_check,
  add constraint remittance_state_check check (state in ('applied', 'partly-applied', 'review', 'waiting', 'dismissed'));
