-- A row of totals is two vectors: to compress them costs more than all else that publishing does. Below this size they are kept as they are.
alter table total set (toast_tuple_target = 8160);
