-- Answers to requests with an Idempotency-Key, for a client that did not get them: kept for a day.
create table stored_answer (
  actor text not null,
  key text not null,
  -- SHA-256 of the method, the address and the body.
  fingerprint bytea not null,
  started_at timestamptz not null default now(),
  -- Null while the request is at work.
  status integer,
  headers jsonb,
  body bytea,
  constraint stored_answer_pkey primary key (actor, key)
);
create index stored_answer_started_idx on stored_answer (started_at);
