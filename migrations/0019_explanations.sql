-- What the filer says about findings, by check id. A version without explanations keeps its digest.
alter table report add column explanations jsonb;
alter table report_version add column explanations jsonb not null default '{}';
comment on column report.explanations is 'What the filer says about findings of the draft, by check id; null is none.';
comment on column report_version.explanations is 'As report.explanations.';
