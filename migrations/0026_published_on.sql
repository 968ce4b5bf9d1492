-- The day of the first publication of a report that was published before the registry recorded it, as an administrator
-- stated it. `published_at` stays the moment at which the registry recorded the version.
alter table report_version
  add column published_on date,
  add constraint report_version_published_on_check check (published_on is null or version = 1);

drop index report_version_first_idx;
create index report_version_first_idx on report_version (year, agency) include (published_at, public_until, published_on)
  where version = 1;
