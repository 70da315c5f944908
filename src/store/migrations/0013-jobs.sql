-- What is claimed at once goes to the queue by the handful: a job carries up to `job_max` pieces of work of a lane, and its row says which
-- job has it. A job of one piece each was a third of what an order cost the database.
alter table work add column job text;
comment on column work.job is 'The queue''s job that carries this attempt; of a queued row only.';
update work set job = id || '-' || attempts where state = 'queued';

drop function claim_work(text[], int, int, timestamptz);
drop function claim_lane(text, int, int, timestamptz);

-- Due work of one lane: each fairness key with room gives one, then each gives its second. Work that failed goes alone: it may have
-- killed its worker, and would take its companions with it again.
create function claim_lane(lane_ text, in_flight_max int, limit_ int, job_max int, now_ timestamptz)
returns setof work language sql as $$
  with recursive keys as (
    (select fairness_key from work where lane = lane_ and state = 'ready' and has_turn order by fairness_key limit 1)
    union all
    select (select w.fairness_key from work w
             where w.lane = lane_ and w.state = 'ready' and w.has_turn and w.fairness_key > keys.fairness_key
             order by w.fairness_key limit 1)
      from keys where keys.fairness_key is not null
  ), room as (
    select fairness_key,
           in_flight_max - (select count(*) from work q
                             where q.lane = lane_ and q.state = 'queued' and q.fairness_key = keys.fairness_key) as places
      from keys where fairness_key is not null
  ), due as (
    select id, failures = 0 as is_sound, id || '-' || (attempts + 1) as name, not_before,
           row_number() over (partition by room.fairness_key order by not_before, arrival) as turn
      from room cross join lateral (
        select id, attempts, failures, not_before, arrival from work w
         where w.lane = lane_ and w.state = 'ready' and w.has_turn and w.fairness_key = room.fairness_key
           and w.not_before <= greatest(now(), now_)
         order by w.not_before, w.arrival
         limit greatest(least(room.places, limit_), 0)
         for update skip locked
      ) rows
  ), picked as (
    select id, is_sound, name, row_number() over (order by turn, not_before) as place from due order by place limit limit_
  ), numbered as (
    select *, row_number() over (partition by is_sound order by place) as nth from picked
  ), carried as (
    select id, place,
           case when is_sound then first_value(name) over (partition by is_sound, (nth - 1) / job_max order by place) else name end as job
      from numbered
  ), claimed as (
    update work set state = 'queued', queued_at = now(), attempts = attempts + 1, job = carried.job
      from carried where work.id = carried.id
    returning carried.place, work
  )
  select (work).* from claimed order by place;
$$;

create function claim_work(lanes text[], in_flight_max int, limit_ int, job_max int, now_ timestamptz)
returns setof work language plpgsql as $$
declare
  lane_ text;
begin
  -- One claim at a time on the whole database: two relays that counted together would each fill a key's places. A claim takes
  -- milliseconds. The statements below see what the one before us committed, for each has a snapshot of its own.
  perform pg_advisory_xact_lock(hashtextextended('tallyport claims', 0));
  perform give_turns(limit_);
  foreach lane_ in array lanes loop
    return query select * from claim_lane(lane_, in_flight_max, limit_, job_max, now_);
  end loop;
end
$$;
