-- Goes back only while no report is withdrawn or being amended: the older schema cannot say so.
create or replace view report_figure as
select r.agency, r.year, r.version, r.version is not distinct from current.version and r.version is not null as current,
       r.form, c.cell, c."table", c."row", c."column",
       r.figures[c.position]::numeric / c.scale as figure, c.unit,
       r.notes -> c.cell ->> 'state' as state
from (
  select agency, year, version, form, figures, notes from report_version
  union all
  select agency, year, null, form, figures, notes from report where figures is not null
) as r
join report as current on current.agency = r.agency and current.year = r.year
join form_cell as c on c.form = r.form;

alter table reading alter column read_at set default now();
drop table deadline, agency_record;
drop index report_version_year_idx, report_version_public_key;
alter table report_version
  alter column published_at set default now(),
  drop column revision,
  drop column reason,
  drop column public_until,
  drop column withdrawal_reason;
alter table report
  drop constraint report_status_check,
  drop constraint report_content_check,
  drop column status_since,
  drop column amendment_reason,
  drop column remarks,
  drop column cell_revisions,
  add constraint report_status_check check (status in ('draft', 'submitted', 'returned', 'published')),
  add constraint report_content_check check ((figures is null) = (status = 'published'));
comment on column report.version is null;
comment on column report.reason is null;
drop table clock;
