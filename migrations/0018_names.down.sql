-- Each agency keeps the name of its latest years for all years.
alter table agency_record drop column successor;
drop index agency_successor_idx;
alter table agency drop column successor;
comment on column agency.name is null;
alter table agency_period drop column name;
