-- The source's customer evidence in the lake, but for that of files read again.
--
-- grain   one row per piece of evidence
-- reads   lake_customer_evidence; again (file_no)
create or replace macro evidence_kept(of_source varchar) as table
select
    cast(null as bigint) as row_no, lake_customer_evidence.file_no, lake_customer_evidence.seq,
    lake_customer_evidence.evidence_id, lake_customer_evidence.account, lake_customer_evidence.noted_on,
    lake_customer_evidence.outcome, lake_customer_evidence.kind, lake_customer_evidence.quote
from lake_customer_evidence
left join again on again.file_no = lake_customer_evidence.file_no
where lake_customer_evidence.source = of_source and again.file_no is null;
