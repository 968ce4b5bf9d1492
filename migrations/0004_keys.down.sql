-- Before, each key could do everything: only those that can are left.
delete from api_key where role <> 'admin' or agency is not null or revoked_at is not null or expires_at is not null;
alter table api_key
  drop column prefix, drop column agency, drop column label, drop column made_by,
  drop column expires_at, drop column revoked_at, drop column last_used_at,
  drop constraint api_key_role_check;
