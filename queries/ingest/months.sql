-- The months a batch touches: how many rows each gains, and whether rows of the lake must go from it.
--
-- grain   one row per month
-- reads   incoming_keys; fallen; met; lake_owners (month_no, file_no, row_count); cleared (file_no)
create or replace macro batch_months() as table
with gained as (
    select incoming_keys.month_no, count(*) as gained
    from incoming_keys
    left join fallen on fallen.row_no = incoming_keys.row_no
    left join met on met.row_no = incoming_keys.row_no
    where fallen.row_no is null and (met.row_no is null or met.replaces)
    group by incoming_keys.month_no
),

lost as (
    select month_no, count(*) as lost
    from met
    where replaces
    group by month_no
),

gone as (
    select lake_owners.month_no, count(*) as gone
    from lake_owners
    inner join cleared on cleared.file_no = lake_owners.file_no
    group by lake_owners.month_no
),

touched as (
    select month_no from gained
    union
    select month_no from gone
)

select
    touched.month_no,
    coalesce(gained.gained, 0) as gained,
    coalesce(lost.lost, 0) + coalesce(gone.gone, 0) as lost
from touched
left join gained on gained.month_no = touched.month_no
left join lost on lost.month_no = touched.month_no
left join gone on gone.month_no = touched.month_no;
