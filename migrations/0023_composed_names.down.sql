-- The names stay as they are: how they were typed is not known any more, and they look the same.
select 1;
