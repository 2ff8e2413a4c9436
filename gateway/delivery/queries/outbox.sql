-- name: version
-- The version of the tables; an error while there are none.
select version from outbox_version

-- name: note_version
insert into outbox_version (version) values (:version)

-- name: put
-- A key that is there already stays as it is.
insert into outbox_entry
  (key, destination, queue, rule, subject, body, size, created, due, expires)
values
  (:key, :destination, :queue, :rule, :subject, :body, :size, :now, :now, :expires)
on conflict (key) do nothing

-- name: settle
-- Only by whoever holds the claim.
update outbox_entry
set state = :state, due = coalesce(cast(:due as double precision), due), told = :told, settled = :settled, claim = null, lease = null
where number = :number and claim = :claim and state = 'sending'

-- name: note_attempt
-- An attempt is noted whoever holds the entry by now: it has happened.
insert into outbox_attempt (entry, at, seconds, told)
select number, :at, :seconds, :told from outbox_entry
where number = :number and key = :key

-- name: release
-- As if it had not been claimed.
update outbox_entry
set state = 'pending', attempts = attempts - 1, claim = null, lease = null
where number = :number and claim = :claim and state = 'sending'

-- name: pause
-- The last word counts.
insert into outbox_pause (destination, since, told, address)
values (:destination, :since, :told, :address)
on conflict (destination) do update set since = :since, told = :told, address = :address

-- name: resume
delete from outbox_pause where destination = :destination

-- name: paused
select destination, since, told, address from outbox_pause order by destination

-- name: expired
-- What waits for a destination longer than it should; whether that is still known, the caller sees.
select distinct destination from outbox_entry
where state in ('pending', 'sending') and expires < :now

-- name: give_up
-- Entries of a destination that is gone.
update outbox_entry
set state = 'dead', told = :told, settled = :now, claim = null, lease = null
where destination = :destination and state in ('pending', 'sending') and expires < :now
  and (lease is null or lease < :now)

-- name: remove
-- A few at a time, so that nobody waits long.
delete from outbox_entry where number in (
  select number from outbox_entry
  where (state = 'done' and settled < :done) or (state in ('dead', 'dropped') and settled < :dead)
  limit 500
)

-- name: list
select number, key, destination, queue, rule, subject, state, created, due, expires, attempts,
  settled, told, size
from outbox_entry
where (:any_state = 1 or state in (:state_1, :state_2, :state_3, :state_4, :state_5))
  and (:destination = '' or destination = :destination)
  and (:queue = '' or queue = :queue)
  and created < :before
order by number desc
limit :limit

-- name: show
select number, key, destination, queue, rule, subject, state, created, due, expires, attempts,
  settled, told, size, body
from outbox_entry where number = :number

-- name: attempts
select at, seconds, told from outbox_attempt where entry = :number order by id

-- name: retry
-- At once, and for as long as at first. What is being sent, or is done, is left alone.
update outbox_entry
set state = 'pending', due = :now, expires = :expires, settled = null
where number = :number and state in ('pending', 'dead', 'dropped')
returning number

-- name: drop
update outbox_entry
set state = 'dropped', settled = :now, told = :told, claim = null, lease = null
where number = :number and (state in ('pending', 'dead') or (state = 'sending' and lease < :now))
returning number

-- name: due
-- Which destinations have something to do: asked often, and writes nothing.
select distinct destination from outbox_entry
where state in ('pending', 'sending') and due <= :now and (state = 'pending' or lease <= :now)

-- name: depths
-- What is done is not counted: it is most of all.
select destination, state, count(*), min(created) from outbox_entry
where state in ('pending', 'sending', 'dead')
group by destination, state
