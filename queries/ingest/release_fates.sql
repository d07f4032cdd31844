-- Which releases stand, of the lake's and the batch's: one per id (R0.8).
--
-- grain   one row per release of the source, in the lake or incoming
-- reads   incoming_releases; kept_releases (of this source, in the lake; row_no null)
-- rules   within a file the first stands; between files the one whose content comes first, so that order plays no part
create or replace macro release_fates() as table
with told as (
    select
        row_no, file_no, seq, release_id, title, released_on, lane, outcome, url,
        concat_ws('|', title, released_on, lane, outcome, url) as content
    from kept_releases
    union all
    select
        row_no, file_no, seq, release_id, title, released_on, lane, outcome, url,
        concat_ws('|', title, released_on, lane, outcome, url) as content
    from incoming_releases
),

copies as (
    select *, row_number() over (partition by release_id, file_no order by seq, row_no) as copy
    from told
),

ranked as (
    select
        *,
        row_number() over standing as place,
        first_value(content) over standing as standing_content
    from copies
    window standing as (partition by release_id order by copy, content, row_no is not null, file_no)
)

select
    row_no, file_no, seq, release_id, title, released_on, lane, outcome, url,
    place = 1 as stands,
    content <> standing_content as differs
from ranked;
