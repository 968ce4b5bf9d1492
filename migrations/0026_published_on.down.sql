drop index report_version_first_idx;
create index report_version_first_idx on report_version (year, agency) include (published_at, public_until) where version = 1;

alter table report_version drop column published_on;
