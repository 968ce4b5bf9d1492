alter table report_version drop column reading;
alter table report drop column reading;
