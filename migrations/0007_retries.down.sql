drop table stored_answer;
