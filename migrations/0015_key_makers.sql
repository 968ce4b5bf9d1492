-- Finds the keys that a key made.
create index api_key_made_by_idx on api_key (made_by);
