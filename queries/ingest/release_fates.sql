-- Which releases stand, of the lake's and the batch's: one per id (R0.8).
--
-- grain   one row per release of the source, in the lake or incoming
-- reads   incoming_releases; kept_releases (of this source, in the lake; row_no null); lake_releases; cleared (file_no)
-- rules   within a file the first stands; between files the one whose content comes first, so that order plays no part;
--         one that the file said before is its own already
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
),

said_before as (
    select
        lake_releases.file_no, lake_releases.release_id,
        concat_ws(
            '|', lake_releases.title, lake_releases.released_on, lake_releases.lane, lake_releases.outcome, lake_releases.url
        ) as content
    from lake_releases
    left join cleared on cleared.file_no = lake_releases.file_no
    where cleared.file_no is null
)

select
    ranked.row_no, ranked.file_no, ranked.seq, ranked.release_id, ranked.title, ranked.released_on, ranked.lane,
    ranked.outcome, ranked.url,
    ranked.place = 1 as stands,
    ranked.row_no is not null and said_before.file_no is not null as own,
    ranked.content <> ranked.standing_content as differs
from ranked
left join said_before
    on said_before.file_no = ranked.file_no
    and said_before.release_id = ranked.release_id
    and said_before.content = ranked.content;
