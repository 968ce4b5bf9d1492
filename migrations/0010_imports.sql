-- A row of totals is two vectors: to compress them costs more than all else that publishing does. Below this size they are kept as they are.
alter table total set (toast_tuple_target = 8160);

-- A long import takes its moment when it begins. While its transaction is at work, it holds the table reservation, which has no rows.
alter table clock add column reserved timestamptz;
create table reservation ();
