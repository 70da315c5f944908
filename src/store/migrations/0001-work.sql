-- Work, and what is known of this installation.

CREATE TABLE setting (
  name  text PRIMARY KEY,
  value jsonb NOT NULL
);
COMMENT ON TABLE setting IS 'Facts of this installation that are made once: its id, the fingerprint of its encryption key.';

INSERT INTO setting (name, value) VALUES ('installation-id', to_jsonb(gen_random_uuid()));

CREATE TABLE work (
  id           uuid PRIMARY KEY,
  -- Arrival order. Ids are ordered by each machine's own clock; this is ordered for all of them.
  arrival      bigint GENERATED ALWAYS AS IDENTITY,
  kind         text NOT NULL,
  subject_id   text NOT NULL,
  lane         text NOT NULL CHECK (lane IN ('inbound', 'business', 'outbound')),
  fairness_key text NOT NULL,
  order_key    text,
  state        text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'queued', 'done', 'parked')),
  -- Work with an order key waits until every earlier one of its key is done; the relay then gives it its turn.
  has_turn     boolean NOT NULL,
  -- How often it was handed to the queue: part of the job's id, so it only ever grows.
  attempts     integer NOT NULL DEFAULT 0,
  -- How often it failed since it was written or last released by an operator: decides the pause and when to park.
  failures     integer NOT NULL DEFAULT 0,
  not_before   timestamptz NOT NULL DEFAULT now(),
  cursor       jsonb,
  failure_kind    text,
  failure_message text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  queued_at    timestamptz,
  finished_at  timestamptz,
  parked_at    timestamptz,
  CHECK ((state = 'done') = (finished_at IS NOT NULL)),
  CHECK ((state = 'parked') = (parked_at IS NOT NULL)),
  CHECK (state <> 'queued' OR (queued_at IS NOT NULL AND has_turn))
) WITH (
  -- Every row is updated at least twice and the indexes of ready and queued work only ever hold what is under way:
  -- they stay small when the dead entries are swept early.
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0.05
);

-- The relay finds the fairness keys by jumping through this index, and each key's due work at its front.
CREATE INDEX work_ready ON work (lane, fairness_key, not_before, arrival) WHERE state = 'ready' AND has_turn;
CREATE INDEX work_queued ON work (lane, fairness_key) WHERE state = 'queued';
-- Lost jobs are looked for among the longest queued.
CREATE INDEX work_queued_at ON work (queued_at) WHERE state = 'queued';
CREATE INDEX work_parked ON work (parked_at) WHERE state = 'parked';
CREATE INDEX work_subject ON work (subject_id);

-- One at a time: of all work with one order key that is not done, at most one has its turn. A second would be refused here,
-- whatever a relay believes. Parked work keeps its turn: what came after it waits for the operator.
CREATE UNIQUE INDEX work_turn ON work (order_key) WHERE order_key IS NOT NULL AND has_turn AND state <> 'done';
CREATE INDEX work_waiting ON work (order_key, arrival) WHERE NOT has_turn AND state = 'ready';
