alter table clock drop column tree_at;
