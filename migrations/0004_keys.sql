-- A key acts for an agency and all below it; without an agency, for the whole registry, as the administrator of the
-- first start does.
alter table api_key
  -- The first characters of the key: it is found by them, and people recognise it. Empty for keys made before they were kept.
  add column prefix text not null default '',
  add column agency text,
  add column label text not null default '',
  -- Who made it, as in the audit trail.
  add column made_by text,
  add column expires_at timestamptz,
  -- A revoked key stays, so that what it did can still be told to be its.
  add column revoked_at timestamptz,
  -- Kept to a minute or so: to know it better is not worth a write for every request.
  add column last_used_at timestamptz,
  add constraint api_key_agency_fkey foreign key (agency) references agency (code),
  add constraint api_key_role_check check (role in ('filer', 'supervisor', 'admin')),
  add constraint api_key_agency_check check (role = 'admin' or agency is not null);
create index api_key_prefix_idx on api_key (prefix);
create index api_key_agency_idx on api_key (agency);
