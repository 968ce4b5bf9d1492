-- A version names the reading that it came from, and so does a draft. No comparison of times decides it: the clock of the
-- database may jump.
alter table report add column reading integer;
alter table report_version add column reading integer;
comment on column report.reading is 'Number of the reading that the draft came from; null without one, and while there is no draft.';
comment on column report_version.reading is 'Number of the reading that the version came from.';

update report_version as v set reading = d.number
from (
  select v.agency, v.year, v.version, max(d.number) as number
  from reading d join report_version v on v.agency = d.agency and v.year = d.year and d.read_at <= v.published_at
  group by v.agency, v.year, v.version
) as d
where v.agency = d.agency and v.year = d.year and v.version = d.version;
update report as r set reading = d.number
from (select agency, year, max(number) as number from reading group by agency, year) as d
where r.agency = d.agency and r.year = d.year and r.figures is not null;
