alter table total reset (toast_tuple_target);
