-- Deadlines of subtrees become deadlines of their agency alone: the older schema has no others.
drop index report_version_first_idx, deadline_subtree_idx;
alter table deadline drop column applies_to;
