-- The moment of the latest change of the tree of agencies: answers about other data hold until then.
alter table clock add column tree_at timestamptz not null default clock_timestamp();
