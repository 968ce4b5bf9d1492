-- Names hold for ranges of years, as parents do, and an abolished agency may have a successor. agency.name stays: it is
-- the name of the latest years.
alter table agency_period add column name text;
update agency_period p set name = a.name from agency a where a.code = p.agency;
alter table agency_period alter column name set not null;
comment on column agency.name is 'The name of the latest period.';

alter table agency
  add column successor text,
  add constraint agency_successor_fkey foreign key (successor) references agency (code),
  add constraint agency_successor_check check (successor <> code);
comment on column agency.successor is 'The agency that took over; only of an agency that has a last year.';
create index agency_successor_idx on agency (successor) where successor is not null;

alter table agency_record add column successor text;
