alter table event_chain reset (fillfactor);
alter table event_chain add column body text;
update event_chain as c set body = (select body from event as e where e.chain = c.chain and e.n = c.n);
alter table event_chain alter column body set not null;
