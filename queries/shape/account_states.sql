-- How far each account has come with one outcome: it reached the behaviour, lapsed from it, started, or has not started.
--
-- grain   one row per account of the telemetry
-- reads   state_signals (role: 'behaviour' or 'step', signal, needed, per, is_distinct); step_gauges (gauge, floor_value);
--         accounts; firsts; week_parts; hits; gauge_readings; week_anchor
-- rules   the behaviour is reached on the day its signal first happens, a step is done on the day its own does (R0.11)
--         lapsed: reached, and not done on any of the 28 days that end with `as_of`; of a signal that happens once ever, a
--         match after it counts as done again, else everyone would lapse
--         an account that has ended keeps its state
create or replace macro account_states(as_of date) as table
with plain as (
    select state_signals.role, firsts.account, min(firsts.local_day) as first_day
    from state_signals
    inner join firsts on firsts.signal = state_signals.signal
    where state_signals.needed = 1 and not state_signals.is_distinct and firsts.account is not null
    group by state_signals.role, firsts.account
),

plain_last as (
    select
        week_parts.account,
        max(week_parts.week_start + case
            when week_parts.day_6 > 0 then 6
            when week_parts.day_5 > 0 then 5
            when week_parts.day_4 > 0 then 4
            when week_parts.day_3 > 0 then 3
            when week_parts.day_2 > 0 then 2
            when week_parts.day_1 > 0 then 1
            else 0
        end) as last_day
    from state_signals
    inner join week_parts on week_parts.signal = state_signals.signal
    where state_signals.role = 'behaviour' and state_signals.needed = 1 and not state_signals.is_distinct
    group by week_parts.account
),

matches as (
    select
        state_signals.role,
        state_signals.signal,
        state_signals.needed,
        state_signals.per,
        hits.account,
        hits.ts_us,
        hits.seq,
        hits.local_day,
        case state_signals.per
            when 'day' then hits.local_day - week_anchor.anchor
            when 'week' then (hits.local_day - week_anchor.anchor) // 7
            else 0
        end as span,
        case when state_signals.is_distinct then hits.value else concat(hits.ts_us, ' ', hits.seq) end as thing
    from state_signals
    inner join hits on hits.signal = state_signals.signal
    cross join week_anchor
    where (state_signals.needed > 1 or state_signals.is_distinct) and hits.account is not null
),

things as (
    select
        matches.*,
        row_number() over (
            partition by role, signal, account, span, thing
            order by ts_us, seq
        ) as time_seen
    from matches
    where thing is not null
),

numbered as (
    select things.*, row_number() over (partition by role, signal, account, span order by ts_us, seq) as nth
    from things
    where time_seen = 1
),

happened as (
    select role, account, min(local_day) as first_day, max(local_day) as last_day
    from numbered
    where nth = needed
    group by role, account
),

matched_last as (
    select account, max(local_day) as last_day
    from matches
    where role = 'behaviour' and per is null and thing is not null
    group by account
),

reached as (
    select plain.account, plain.first_day, plain_last.last_day
    from plain
    left join plain_last on plain_last.account = plain.account
    where plain.role = 'behaviour'

    union all

    select happened.account, happened.first_day, greatest(happened.last_day, matched_last.last_day) as last_day
    from happened
    left join matched_last on matched_last.account = happened.account
    where happened.role = 'behaviour'
),

steps as (
    select account, first_day from plain where role = 'step'
    union all
    select account, first_day from happened where role = 'step'
    union all
    select gauge_readings.account, gauge_readings.local_day as first_day
    from step_gauges
    inner join gauge_readings
        on gauge_readings.gauge = step_gauges.gauge
        and gauge_readings.value >= step_gauges.floor_value
),

started as (
    select account, min(first_day) as first_day from steps group by account
)

select
    accounts.account,
    case
        when reached.first_day is null and started.first_day is null then 'not-started'
        when reached.first_day is null then 'started'
        when reached.last_day < as_of - 27 then 'lapsed'
        else 'reached'
    end as state,
    started.first_day as started_on,
    reached.first_day as reached_on,
    reached.last_day as last_on
from accounts
left join reached on reached.account = accounts.account
left join started on started.account = accounts.account;
