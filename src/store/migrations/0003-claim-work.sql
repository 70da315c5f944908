-- Claiming, in one call: a relay at work does it a hundred times a second, and told statement by statement it was seven round trips.
--
-- Both steps jump through a partial index from key to key (a "loose index scan", by recursion: PostgreSQL has none of its own), so the
-- price follows the number of keys with work waiting and not the number of rows. docs/operating/work-and-queue.md has what was measured
-- with 1,000,000 rows done and 100,000 ready.

-- Order keys that are free are given to their oldest work, at most `limit_` of them.
create function give_turns(limit_ int) returns void language sql as $$
  with recursive waiting as (
    (select order_key from work where not has_turn and state = 'ready' order by order_key limit 1)
    union all
    select (select w.order_key from work w
             where not w.has_turn and w.state = 'ready' and w.order_key > waiting.order_key
             order by w.order_key limit 1)
      from waiting where waiting.order_key is not null
  ), free as (
    select order_key from waiting
     where order_key is not null
       and not exists (select 1 from work t where t.order_key = waiting.order_key and t.has_turn and t.state <> 'done')
     limit limit_
  ), oldest as (
    select next.id from free cross join lateral (
      select id from work w
       where w.order_key = free.order_key and not w.has_turn and w.state = 'ready'
       order by w.arrival limit 1
    ) next
  )
  update work set has_turn = true from oldest where work.id = oldest.id and work.state = 'ready';
$$;

-- Due work of one lane: each fairness key with room gives one, then each gives its second.
create function claim_lane(lane_ text, in_flight_max int, limit_ int, now_ timestamptz) returns setof work language sql as $$
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
    select id, not_before, row_number() over (partition by room.fairness_key order by not_before, arrival) as turn
      from room cross join lateral (
        select id, not_before, arrival from work w
         where w.lane = lane_ and w.state = 'ready' and w.has_turn and w.fairness_key = room.fairness_key
           and w.not_before <= greatest(now(), now_)
         order by w.not_before, w.arrival
         limit greatest(least(room.places, limit_), 0)
         for update skip locked
      ) rows
  ), picked as (
    select id, row_number() over (order by turn, not_before) as place from due order by place limit limit_
  ), claimed as (
    update work set state = 'queued', queued_at = now(), attempts = attempts + 1
      from picked where work.id = picked.id
    returning picked.place, work
  )
  select (work).* from claimed order by place;
$$;

create function claim_work(lanes text[], in_flight_max int, limit_ int, now_ timestamptz) returns setof work language plpgsql as $$
declare
  lane_ text;
begin
  -- One claim at a time on the whole database: two relays that counted together would each fill a key's places. A claim takes
  -- milliseconds. The statements below see what the one before us committed, for each has a snapshot of its own.
  perform pg_advisory_xact_lock(hashtextextended('tallyport claims', 0));
  perform give_turns(limit_);
  foreach lane_ in array lanes loop
    return query select * from claim_lane(lane_, in_flight_max, limit_, now_);
  end loop;
end
$$;
