-- The cell each thing stands in: its values of the segments asked, at its own instant, one text in the order asked.
--
-- grain   one row per thing of `cell_instants` that the question keeps
-- reads   cell_instants (thing, account, crm_only, us); asked_by (position, segment, from_crm);
--         asked_filter (position, segment, from_crm, value); attributes
-- rules   values are joined with the unit separator (31), a missing one is the null sign (0), so that no value can forge a cell
--         filters are and-ed, the values of one or-ed (R9.7)
create or replace macro cells() as table
with positions as (
    select position, segment, from_crm from asked_by
),

named as (
    select
        cell_instants.thing,
        positions.position,
        attributes.value,
        coalesce(attributes.assumed, false) as assumed
    from cell_instants
    cross join positions
    left join attributes
        on attributes.account = cell_instants.account
        and attributes.segment = positions.segment
        and attributes.from_us <= cell_instants.us
        and attributes.to_us > cell_instants.us
        and (positions.from_crm or not cell_instants.crm_only)
),

told as (
    select
        thing,
        string_agg(coalesce(value, chr(0)), chr(31) order by position) as cell,
        bool_or(assumed) as assumed
    from named
    group by thing
),

passed as (
    select cell_instants.thing, count(distinct asked_filter.position) as passes
    from cell_instants
    cross join asked_filter
    left join attributes
        on attributes.account = cell_instants.account
        and attributes.segment = asked_filter.segment
        and attributes.from_us <= cell_instants.us
        and attributes.to_us > cell_instants.us
        and (asked_filter.from_crm or not cell_instants.crm_only)
    where attributes.value is not distinct from asked_filter.value
    group by cell_instants.thing
),

needed as (
    select count(distinct position) as passes from asked_filter
)

select
    cell_instants.thing,
    coalesce(told.cell, '') as cell,
    coalesce(told.assumed, false) as assumed
from cell_instants
cross join needed
left join told on told.thing = cell_instants.thing
left join passed on passed.thing = cell_instants.thing
where coalesce(passed.passes, 0) = needed.passes;
