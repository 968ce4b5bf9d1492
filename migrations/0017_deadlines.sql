-- A deadline may hold for an agency and all below it, and the filings of a year are read without their figures.
alter table deadline
  add column applies_to text not null default 'agency',
  add constraint deadline_applies_to_check check (applies_to in ('agency', 'subtree'));
comment on column deadline.applies_to is 'subtree: it also holds for every agency below, in the tree of that year.';
create index deadline_subtree_idx on deadline (year, agency) where applies_to = 'subtree';

-- When each report of a year was first published. The rows of the table are large; these are not.
create index report_version_first_idx on report_version (year, agency) include (published_at, public_until) where version = 1;
