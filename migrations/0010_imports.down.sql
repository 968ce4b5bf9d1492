drop table import;
drop table reservation;
alter table clock drop column reserved;
alter table total reset (toast_tuple_target);
