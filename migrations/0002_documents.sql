-- Published reports as they were found, by the SHA-256 of their bytes.
create table document (
  sha256 text not null,
  bytes bytea not null,
  created_at timestamptz not null default now(),
  constraint document_pkey primary key (sha256)
);

-- What was read from a document into a draft. A version came from the last one before it was published.
create table reading (
  agency text not null,
  year integer not null,
  number integer not null,
  document text not null,
  content_type text not null,
  -- What the spans of the sources count in, in UTF-16 code units.
  text text not null,
  form text not null,
  -- As they were read: the draft may have been changed since.
  figures bigint[] not null,
  -- By cell id: line, span, place in a table, raw text, steps.
  sources jsonb not null,
  problems jsonb not null,
  read_at timestamptz not null default now(),
  constraint reading_pkey primary key (agency, year, number),
  constraint reading_report_fkey foreign key (agency, year) references report (agency, year) on delete cascade,
  constraint reading_document_fkey foreign key (document) references document (sha256)
);
create index reading_document_idx on reading (document);
