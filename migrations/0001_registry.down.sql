drop view report_figure;
drop function add_vectors;
drop table api_key, expected, total, report_version, report, agency_ancestor, agency_period, agency, form_cell;
