-- The vector of a report is kept as the text of the array that it is, `{0,null,12}`, and read in SQL as `figures::bigint[]`.
-- Nearly all figures are zeros: two bytes of text each instead of eight of an array, so that no row of figures needs the
-- compression that cost an import more than all else, and a version takes half of the room. Totals stay arrays: they are added.
drop view report_figure;
alter table report alter column figures type text using lower(figures::text);
alter table report_version alter column figures type text using lower(figures::text);
alter table reading alter column figures type text using lower(figures::text);
comment on column report.figures is 'In the order of form_cell, as the text of a bigint[]; null in it is blank. Money is in 分.';
comment on column report_version.figures is 'As report.figures.';
comment on column reading.figures is 'As report.figures.';

create view report_figure as
select r.agency, r.year, r.version, r.current,
       r.form, c.cell, c."table", c."row", c."column",
       f.figure::numeric / c.scale as figure, c.unit,
       r.notes -> c.cell ->> 'state' as state
from (
  select agency, year, version, public_until = 'infinity' as current, form, figures, notes from report_version
  union all
  select agency, year, null, false, form, figures, notes from report where figures is not null
) as r
cross join unnest(r.figures::bigint[]) with ordinality as f (figure, position)
join form_cell as c on c.form = r.form and c.position = f.position;
