-- The end of a chain no longer has the text of its last event: it was there for one statement only, and to write it again
-- with each event cost more than the event. Its rows are changed often: with room in their pages the indexes stay as they are.
alter table event_chain drop column body;
alter table event_chain set (fillfactor = 70);
-- The events of a bulk import have their places from the start; all others get theirs once they are committed.
