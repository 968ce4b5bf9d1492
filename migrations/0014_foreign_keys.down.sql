-- The triggers of 0013.
alter table report drop constraint report_agency_fkey;
alter table report_version drop constraint report_version_report_fkey;

-- Without sequential scans: the plan is kept, also of a time when the table had a few rows.
create function report_has_agency() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if exists (select from added as r where (select true from agency as a where a.code = r.agency) is null) then
    raise foreign_key_violation using constraint = 'report_agency_fkey', table = 'report', message = 'a report of an agency that is not there';
  end if;
  return null;
end $$;
create trigger report_agency_fkey after insert on report
referencing new table as added for each statement execute function report_has_agency();

create function report_version_has_report() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if exists (select from added as v where (select true from report as r where r.agency = v.agency and r.year = v.year) is null) then
    raise foreign_key_violation using constraint = 'report_version_report_fkey', table = 'report_version', message = 'a version of a report that is not there';
  end if;
  return null;
end $$;
create trigger report_version_report_fkey after insert on report_version
referencing new table as added for each statement execute function report_version_has_report();

create function agency_has_reports() returns trigger language plpgsql as $$
begin
  if exists (select from report as r where r.agency = old.code) then
    raise foreign_key_violation using constraint = 'report_agency_fkey', table = 'report', message = 'an agency that has reports';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger agency_report_delete before delete on agency for each row execute function agency_has_reports();
create trigger agency_report_update before update of code on agency for each row when (old.code <> new.code) execute function agency_has_reports();

create function report_has_versions() returns trigger language plpgsql as $$
begin
  if exists (select from report_version as v where v.agency = old.agency and v.year = old.year) then
    raise foreign_key_violation using constraint = 'report_version_report_fkey', table = 'report_version', message = 'a report that has versions';
  end if;
  return old;
end $$;
create trigger report_version_delete before delete on report for each row execute function report_has_versions();

-- Whose report for which year it is never changes.
create function report_stays() returns trigger language plpgsql as $$
begin
  raise restrict_violation using table = tg_table_name, message = 'a report stays that of its agency and year';
end $$;
create trigger report_stays before update of agency, year on report for each row
when ((old.agency, old.year) is distinct from (new.agency, new.year)) execute function report_stays();
create trigger report_version_stays before update of agency, year on report_version for each row
when ((old.agency, old.year) is distinct from (new.agency, new.year)) execute function report_stays();
