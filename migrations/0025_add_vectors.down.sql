create or replace function add_vectors(a bigint[], b bigint[]) returns bigint[]
language sql immutable strict parallel safe
as $$ select array_agg(x + y order by i) from unnest(a, b) with ordinality as u (x, y, i) $$;
