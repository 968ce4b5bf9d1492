drop table event_checkpoint, event_chain, event;
drop function event_hash, event_time;
