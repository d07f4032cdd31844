-- Customer evidence: that of other sources, and that of this one that stands.
--
-- grain   one row per source and piece of evidence
-- reads   lake_customer_evidence; evidence_fate
create or replace macro evidence_after(of_source varchar) as table
select source, evidence_id, account, noted_on, outcome, kind, quote, file_no, seq
from lake_customer_evidence
where source <> of_source
union all
select of_source, evidence_id, account, noted_on, outcome, kind, quote, file_no, seq
from evidence_fate
where stands;
