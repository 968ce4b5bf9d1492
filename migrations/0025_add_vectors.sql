-- Adds only the elements that are not 0: most of a report is zeros, and most of a correction even more so.
create or replace function add_vectors(a bigint[], b bigint[]) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
  added bigint[] := a;
begin
  for i in 1 .. cardinality(b) loop
    if b[i] <> 0 then
      added[i] := added[i] + b[i];
    end if;
  end loop;
  return added;
end $$;
