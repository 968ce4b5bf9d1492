-- A reader sees what a filer of its agency sees, or without an agency the whole registry, and writes nothing.
alter table api_key
  drop constraint api_key_role_check,
  add constraint api_key_role_check check (role in ('reader', 'filer', 'supervisor', 'admin')),
  drop constraint api_key_agency_check,
  add constraint api_key_agency_check check (role in ('admin', 'reader') or agency is not null);
