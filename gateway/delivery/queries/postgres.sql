-- name: is_there
select count(*) from pg_catalog.pg_class
where oid = to_regclass('outbox_version')

-- name: lock_creation
-- Several gateways may begin at once: one of them makes the tables.
select pg_advisory_xact_lock(7236271908)

-- name: create_version
create table outbox_version (version integer not null)

-- name: create_entry
create table outbox_entry (
  number bigint generated always as identity primary key,
  key text not null unique,
  destination text not null,
  queue text not null,
  rule text not null,
  subject text not null,
  body bytea not null,
  size integer not null,
  state text not null default 'pending'
    check (state in ('pending', 'sending', 'done', 'dead', 'dropped')),
  created double precision not null,
  due double precision not null,
  expires double precision not null,
  attempts integer not null default 0,
  claim text,
  lease double precision,
  settled double precision,
  told text
)

-- name: create_attempt
create table outbox_attempt (
  id bigint generated always as identity primary key,
  entry bigint not null references outbox_entry (number) on delete cascade,
  at double precision not null,
  seconds double precision not null,
  told text not null
)

-- name: create_pause
create table outbox_pause (
  destination text primary key,
  since double precision not null,
  told text not null,
  address text not null
)

-- name: index_open
create index outbox_open on outbox_entry (destination, due) where state in ('pending', 'sending')

-- name: index_settled
create index outbox_settled on outbox_entry (state, settled) where settled is not null

-- name: index_attempt
create index outbox_attempt_entry on outbox_attempt (entry)

-- name: claim
-- What another courier is just claiming is passed over, not waited for.
with due as (
  select number from outbox_entry
  where destination = :destination and state in ('pending', 'sending') and due <= :now
    and (state = 'pending' or lease <= :now)
  order by due
  limit :limit
  for update skip locked
)
update outbox_entry as entry
set state = 'sending', attempts = entry.attempts + 1, claim = :claim, lease = :lease
from due
where entry.number = due.number
returning entry.number, entry.key, entry.body, entry.attempts, entry.expires
