delete from api_key where role = 'reader';
alter table api_key
  drop constraint api_key_role_check,
  add constraint api_key_role_check check (role in ('filer', 'supervisor', 'admin')),
  drop constraint api_key_agency_check,
  add constraint api_key_agency_check check (role = 'admin' or agency is not null);
