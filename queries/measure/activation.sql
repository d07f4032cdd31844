-- How long starters of each cohort took, or have been waiting, apart by whether their window has closed.
--
-- grain   one row per period, cell, closed or not, reached or not, and time
-- reads   units (activation_units); cells
-- rules   a window is closed when its last instant lies before the end of `as_of` (R0.4); one closed unreached is watched
--         to its end, an open one to the end of `as_of` (R4.2); what is tied with the start takes no time
create or replace macro activation(as_of_end_us bigint) as table
select
    units.period,
    cells.cell,
    units.closes_us < as_of_end_us as is_closed,
    units.reached_us is not null as is_reached,
    case
        when units.reached_us is not null then greatest(units.reached_us - units.start_us, 0)
        else least(units.closes_us, as_of_end_us) - units.start_us
    end as time_us,
    count(*) as starters,
    bool_or(units.assumed) as assumed
from units
inner join cells
    on cells.part_1 is not distinct from units.part_1
    and cells.part_2 is not distinct from units.part_2
    and cells.part_3 is not distinct from units.part_3
    and cells.part_4 is not distinct from units.part_4
group by 1, 2, 3, 4, 5;
