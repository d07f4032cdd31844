-- The source's customer evidence in the lake, but for that which the batch's files say anew.
--
-- grain   one row per piece of evidence
-- reads   lake_customer_evidence; incoming_evidence; cleared (file_no)
-- rules   what a file that is read again no longer has stays (lake.md 9), but for files whose rows are replaced
create or replace macro evidence_kept(of_source varchar) as table
select
    cast(null as bigint) as row_no, lake_customer_evidence.file_no, lake_customer_evidence.seq,
    lake_customer_evidence.evidence_id, lake_customer_evidence.account, lake_customer_evidence.noted_on,
    lake_customer_evidence.outcome, lake_customer_evidence.kind, lake_customer_evidence.quote
from lake_customer_evidence
left join cleared on cleared.file_no = lake_customer_evidence.file_no
where lake_customer_evidence.source = of_source
    and cleared.file_no is null
    and not exists (
        select 1
        from incoming_evidence as incoming
        where incoming.file_no = lake_customer_evidence.file_no
            and incoming.evidence_id is not distinct from lake_customer_evidence.evidence_id
            and (
                incoming.evidence_id is not null
                or (
                    incoming.account is not distinct from lake_customer_evidence.account
                    and incoming.noted_on is not distinct from lake_customer_evidence.noted_on
                    and incoming.quote is not distinct from lake_customer_evidence.quote
                )
            )
    );
