-- Declared foreign keys again instead of the triggers of 0013: they also hold when rows are written beside the service.
drop trigger report_version_stays on report_version;
drop trigger report_stays on report;
drop trigger report_version_delete on report;
drop trigger agency_report_update on agency;
drop trigger agency_report_delete on agency;
drop trigger report_version_report_fkey on report_version;
drop trigger report_agency_fkey on report;
drop function report_stays();
drop function report_has_versions();
drop function agency_has_reports();
drop function report_version_has_report();
drop function report_has_agency();
alter table report_version add constraint report_version_report_fkey foreign key (agency, year) references report (agency, year);
alter table report add constraint report_agency_fkey foreign key (agency) references agency (code);
