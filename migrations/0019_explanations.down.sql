alter table report_version drop column explanations;
alter table report drop column explanations;
