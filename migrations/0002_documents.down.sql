drop table reading, document;
