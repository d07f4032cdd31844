-- Incoming rows that give way: to another of the batch, or to one that the lake has.
--
-- grain   one row per incoming row that gives way
-- reads   fallen (row_no); met (row_no, replaces)
create or replace macro dropped_rows() as table
select row_no from fallen
union
select row_no from met where not replaces;
