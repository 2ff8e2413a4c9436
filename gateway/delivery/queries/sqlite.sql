-- name: is_there
select count(*) from sqlite_master where type = 'table' and name = 'outbox_version'

-- name: create_version
create table outbox_version (version integer not null)

-- name: create_entry
create table outbox_entry (
  number integer primary key autoincrement,
  key text not null unique,
  destination text not null,
  queue text not null,
  rule text not null,
  subject text not null,
  body blob not null,
  size integer not null,
  state text not null default 'pending'
    check (state in ('pending', 'sending', 'done', 'dead', 'dropped')),
  created real not null,
  due real not null,
  expires real not null,
  attempts integer not null default 0,
  claim text,
  lease real,
  settled real,
  told text
) strict

-- name: create_attempt
create table outbox_attempt (
  id integer primary key,
  entry integer not null references outbox_entry (number) on delete cascade,
  at real not null,
  seconds real not null,
  told text not null
) strict

-- name: create_pause
create table outbox_pause (
  destination text primary key,
  since real not null,
  told text not null,
  address text not null
) strict

-- name: index_open
-- Few entries are open at a time, so that finding those that are due stays cheap.
create index outbox_open on outbox_entry (destination, due) where state in ('pending', 'sending')

-- name: index_settled
create index outbox_settled on outbox_entry (state, settled) where settled is not null

-- name: index_attempt
create index outbox_attempt_entry on outbox_attempt (entry)

-- name: claim
-- One writer at a time: nobody can be in between.
update outbox_entry
set state = 'sending', attempts = attempts + 1, claim = :claim, lease = :lease
where number in (
  select number from outbox_entry
  where destination = :destination and state in ('pending', 'sending') and due <= :now
    and (state = 'pending' or lease <= :now)
  order by due
  limit :limit
)
returning number, key, body, attempts, expires
