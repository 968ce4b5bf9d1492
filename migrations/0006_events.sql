-- The audit trail and change feed. Events are only ever added; what an event says is in its hash, together with the hash
-- of the one before it in the chain of its agency. The chain '' has what belongs to no agency.
create table event (
  chain text not null,
  n bigint not null,
  at timestamptz not null,
  year integer,
  -- The JSON text that was hashed.
  body text not null,
  hash bytea not null,
  -- The place in the feed: given once the event is committed, in `at` order, without gaps, and never changed.
  seq bigint,
  constraint event_pkey primary key (chain, n)
);
create index event_seq_idx on event (seq);

-- The end of each chain. Its row is held from an event to the end of the transaction.
create table event_chain (
  chain text not null,
  n bigint not null,
  at timestamptz not null,
  hash bytea not null,
  -- The body of the last event: with it one statement extends many chains.
  body text not null,
  constraint event_chain_pkey primary key (chain)
);

-- The running hash over all events in the order of the feed, kept each time that events get their place.
create table event_checkpoint (
  seq bigint not null,
  hash bytea not null,
  at timestamptz not null default now(),
  constraint event_checkpoint_pkey primary key (seq)
);

create function event_time(at timestamptz) returns text
language sql stable strict parallel safe
as $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- `previous` is empty for the first of a chain.
create function event_hash(previous bytea, n bigint, at timestamptz, body text) returns bytea
language sql stable strict parallel safe
as $$ select sha256(convert_to(encode(previous, 'hex') || ' ' || n || ' ' || event_time(at) || ' ' || body, 'UTF8')) $$;
