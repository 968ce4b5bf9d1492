drop index api_key_made_by_idx;
