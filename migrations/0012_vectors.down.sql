drop view report_figure;
comment on column report.figures is null;
comment on column report_version.figures is null;
comment on column reading.figures is null;
alter table report alter column figures type bigint[] using figures::bigint[];
alter table report_version alter column figures type bigint[] using figures::bigint[];
alter table reading alter column figures type bigint[] using figures::bigint[];

create view report_figure as
select r.agency, r.year, r.version, r.current,
       r.form, c.cell, c."table", c."row", c."column",
       r.figures[c.position]::numeric / c.scale as figure, c.unit,
       r.notes -> c.cell ->> 'state' as state
from (
  select agency, year, version, public_until = 'infinity' as current, form, figures, notes from report_version
  union all
  select agency, year, null, false, form, figures, notes from report where figures is not null
) as r
join form_cell as c on c.form = r.form;
