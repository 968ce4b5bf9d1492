-- Amendments and withdrawals: a report may have a draft open over its published version, and versions come to an end.
-- What was public, and where agencies stood, can be asked for any moment of the past.

-- One row: the moment of the latest change to what the public reads. Each such change takes a later one while it holds
-- the row, and holds it to its commit; so whoever sees a moment here sees all that was recorded up to it.
create table clock (
  id integer not null default 1,
  at timestamptz not null,
  constraint clock_pkey primary key (id),
  constraint clock_id_check check (id = 1)
);
insert into clock (at) values (clock_timestamp());

alter table report
  drop constraint report_status_check,
  drop constraint report_content_check,
  add constraint report_status_check check (status in ('draft', 'submitted', 'returned', 'published', 'withdrawn')),
  add constraint report_content_check check ((figures is null) = (status in ('published', 'withdrawn'))),
  add column status_since timestamptz not null default now(),
  -- Why the draft over a published version was opened.
  add column amendment_reason text,
  -- By cell id: what is to be put right.
  add column remarks jsonb,
  -- In the order of form_cell: the revision in which the figure of the draft was last changed.
  add column cell_revisions integer[];
update report set status_since = updated_at;
comment on column report.version is 'The latest version; it is public unless the report was withdrawn.';
comment on column report.reason is 'Why it was returned or withdrawn.';

alter table report_version
  alter column published_at drop default,
  -- Of the report, when it was published.
  add column revision integer,
  -- Why the version before was amended.
  add column reason text,
  -- When it was replaced or withdrawn.
  add column public_until timestamptz not null default 'infinity',
  add column withdrawal_reason text;
update report_version v set revision = r.revision from report r where r.agency = v.agency and r.year = v.year;
alter table report_version alter column revision set not null;
-- The public reads at most one version of a report.
create unique index report_version_public_key on report_version (agency, year) where public_until = 'infinity';
-- Totals of the past read a nation's versions of one year.
create index report_version_year_idx on report_version (year);

-- What was known of agencies from one moment until another: each change closes the rows of the agency and adds new ones.
-- No row is ever removed, and nothing else is ever changed in one.
create table agency_record (
  agency text not null,
  recorded_at timestamptz not null,
  recorded_until timestamptz not null default 'infinity',
  name text not null,
  since integer not null,
  until integer not null,
  parent text,
  level text not null,
  kind text not null,
  reporting text not null,
  constraint agency_record_pkey primary key (agency, recorded_at, since),
  constraint agency_record_agency_fkey foreign key (agency) references agency (code)
);
create index agency_record_parent_idx on agency_record (parent);
insert into agency_record (agency, recorded_at, name, since, until, parent, level, kind, reporting)
select p.agency, a.created_at, a.name, p.since, p.until, p.parent, p.level, p.kind, p.reporting
from agency_period p join agency a on a.code = p.agency;

-- A date earlier than the statutory one, by which an agency is to publish its report for a year.
create table deadline (
  agency text not null,
  year integer not null,
  date date not null,
  constraint deadline_pkey primary key (agency, year),
  constraint deadline_agency_fkey foreign key (agency) references agency (code)
);

-- A reading of the draft that waits for the report is not one of the version published meanwhile.
alter table reading alter column read_at set default clock_timestamp();

create or replace view report_figure as
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
