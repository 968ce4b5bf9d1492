-- Names follow the vocabulary of the API. Years are integers; 0 and 9999 stand for "from ever" and "until further
-- notice", so that each range is two plain numbers. Plain PostgreSQL 15; on Citus the agency tables, form_cell and
-- api_key are reference tables, all others are distributed by agency.

-- What each position of a stored vector means; filled from the data files in forms/.
create table form_cell (
  form text not null,
  position integer not null,
  cell text not null,
  "table" text not null,
  "row" text not null,
  "column" text not null,
  unit text not null,
  -- Stored integers per unit: 1 for counts, 分 per 元 or 万元 for money.
  scale integer not null,
  constraint form_cell_pkey primary key (form, position),
  constraint form_cell_cell_key unique (form, cell)
);

create table agency (
  code text not null,
  name text not null,
  credit_code text,
  division_code text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agency_pkey primary key (code),
  constraint agency_credit_code_key unique (credit_code)
);

-- Where an agency stands and what it is, for a range of years. The ranges of an agency follow each other without a gap.
create table agency_period (
  agency text not null,
  since integer not null,
  until integer not null,
  parent text,
  level text not null,
  kind text not null,
  reporting text not null,
  constraint agency_period_pkey primary key (agency, since),
  constraint agency_period_agency_fkey foreign key (agency) references agency (code),
  constraint agency_period_parent_fkey foreign key (parent) references agency (code),
  constraint agency_period_years_check check (since <= until),
  constraint agency_period_level_check check (level in ('national', 'province', 'prefecture', 'county', 'township')),
  constraint agency_period_kind_check check (kind in ('government', 'office', 'department', 'agency_of_government', 'dispatched_office', 'vertical', 'authorized_organization', 'other')),
  constraint agency_period_reporting_check check (reporting in ('own', 'consolidated'))
);
create index agency_period_parent_idx on agency_period (parent, agency);

-- Everything above an agency, for ranges of years; derived from agency_period. The ancestor '' is the whole registry.
create table agency_ancestor (
  agency text not null,
  ancestor text not null,
  since integer not null,
  until integer not null,
  constraint agency_ancestor_pkey primary key (agency, ancestor, since),
  constraint agency_ancestor_agency_fkey foreign key (agency) references agency (code)
);
create index agency_ancestor_ancestor_idx on agency_ancestor (ancestor, agency);

-- The filing of one agency for one year. Its content is here while it is being written, in report_version once published.
create table report (
  agency text not null,
  year integer not null,
  form text not null,
  status text not null,
  -- The current published version.
  version integer,
  -- Counts the changes, for two clerks at once.
  revision integer not null default 1,
  -- Why it was returned.
  reason text,
  -- In the order of form_cell; null is blank. Money is in 分.
  figures bigint[],
  -- By cell id: why a cell of a given row has no figure. A row without figure and note was never given.
  notes jsonb,
  sections jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint report_pkey primary key (agency, year),
  constraint report_agency_fkey foreign key (agency) references agency (code),
  constraint report_status_check check (status in ('draft', 'submitted', 'returned', 'published')),
  constraint report_content_check check ((figures is null) = (status = 'published'))
);

-- A published state, never changed.
create table report_version (
  agency text not null,
  year integer not null,
  version integer not null,
  form text not null,
  figures bigint[] not null,
  notes jsonb not null,
  sections jsonb not null,
  published_at timestamptz not null default now(),
  constraint report_version_pkey primary key (agency, year, version),
  constraint report_version_report_fkey foreign key (agency, year) references report (agency, year)
);

-- The sum of the current versions of the `own` reports BELOW an agency, by year, form and the filers' level and kind.
-- The agency '' is the whole registry. Empty level and kind: the sum over all of them. An agency's own report is not
-- in its own rows, so an agency with nothing below it has none.
create table total (
  agency text not null,
  year integer not null,
  form text not null,
  level text not null,
  kind text not null,
  reports integer not null,
  figures bigint[] not null,
  -- How many of the reports have a figure there.
  present bigint[] not null,
  constraint total_pkey primary key (agency, year, form, level, kind)
);

-- How many `own` agencies are expected to file below an agency: in a year, the sum of the changes up to that year.
create table expected (
  agency text not null,
  year integer not null,
  level text not null,
  kind text not null,
  change integer not null,
  constraint expected_pkey primary key (agency, year, level, kind)
);

create table api_key (
  id bigint generated always as identity,
  role text not null,
  -- SHA-256 of the key, which is random and long; the key itself is stored nowhere.
  hash bytea not null,
  created_at timestamptz not null default now(),
  constraint api_key_pkey primary key (id),
  constraint api_key_hash_key unique (hash)
);

create function add_vectors(a bigint[], b bigint[]) returns bigint[]
language sql immutable strict parallel safe
as $$ select array_agg(x + y order by i) from unnest(a, b) with ordinality as u (x, y, i) $$;

-- Figures as rows, for people who work in SQL: the published versions, and with version null the drafts.
-- A row of the form that was never given has neither figure nor state.
create view report_figure as
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
