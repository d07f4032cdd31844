-- Which pieces of customer evidence stand, of the lake's and the batch's: one per id, or per account, day and quote.
--
-- grain   one row per piece of evidence of the source, in the lake or incoming
-- reads   incoming_evidence; kept_evidence (of this source, in the lake; row_no null); lake_customer_evidence;
--         cleared (file_no)
-- rules   within a file the first stands; between files the one whose content comes first, so that order plays no part;
--         one that the file said before is its own already
create or replace macro evidence_fates() as table
with told as (
    select
        row_no, file_no, seq, evidence_id, account, noted_on, outcome, kind, quote,
        coalesce('id ' || evidence_id, concat_ws('|', 'no id', account, noted_on, quote)) as identity,
        concat_ws('|', account, noted_on, outcome, kind, quote) as content
    from kept_evidence
    union all
    select
        row_no, file_no, seq, evidence_id, account, noted_on, outcome, kind, quote,
        coalesce('id ' || evidence_id, concat_ws('|', 'no id', account, noted_on, quote)) as identity,
        concat_ws('|', account, noted_on, outcome, kind, quote) as content
    from incoming_evidence
),

copies as (
    select *, row_number() over (partition by identity, file_no order by seq, row_no) as copy
    from told
),

ranked as (
    select
        *,
        row_number() over standing as place,
        first_value(content) over standing as standing_content
    from copies
    window standing as (partition by identity order by copy, content, row_no is not null, file_no)
),

said_before as (
    select distinct
        lake.file_no,
        coalesce('id ' || lake.evidence_id, concat_ws('|', 'no id', lake.account, lake.noted_on, lake.quote)) as identity,
        concat_ws('|', lake.account, lake.noted_on, lake.outcome, lake.kind, lake.quote) as content
    from lake_customer_evidence as lake
    left join cleared on cleared.file_no = lake.file_no
    where cleared.file_no is null
)

select
    ranked.row_no, ranked.file_no, ranked.seq, ranked.evidence_id, ranked.account, ranked.noted_on, ranked.outcome,
    ranked.kind, ranked.quote,
    ranked.place = 1 as stands,
    ranked.row_no is not null and said_before.file_no is not null as own,
    ranked.content <> ranked.standing_content as differs
from ranked
left join said_before
    on said_before.file_no = ranked.file_no
    and said_before.identity = ranked.identity
    and said_before.content = ranked.content;
