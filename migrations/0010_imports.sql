-- A row of totals is two vectors: to compress them costs more than all else that publishing does. Below this size they are kept as they are.
alter table total set (toast_tuple_target = 8160);

-- A long import takes its moment when it begins. While its transaction is at work, it holds the table reservation, which has no rows.
alter table clock add column reserved timestamptz;
create table reservation ();

-- Imports that go on after the answer. The transaction of an import sets its own state as the last thing, and only from
-- running: so an import that was cancelled, or given up as interrupted, is never stored.
create table import (
  id bigint generated always as identity,
  kind text not null,
  actor text not null,
  state text not null default 'running',
  dry_run boolean not null,
  -- Bytes of the file as it was received.
  size bigint not null,
  -- Reports or agencies read so far.
  read bigint not null default 0,
  started_at timestamptz not null default now(),
  -- The process at work on it renews this.
  beat_at timestamptz not null default now(),
  finished_at timestamptz,
  -- What would have been answered, by language.
  answer json,
  rejects bytea,
  rejects_type text,
  constraint import_pkey primary key (id),
  constraint import_kind_check check (kind in ('reports', 'agencies')),
  constraint import_state_check check (state in ('running', 'succeeded', 'failed', 'cancelled', 'interrupted'))
);
