-- At each period's end, who is eligible, what it used in the window that ends there, and its stage.
--
-- grain   one row per period and eligible actor
-- reads   uses (role 0 the use); week_parts and signals (of `around_signal`: any event; empty: nobody is looked for);
--         periods (period, read_us, window_end); windows (period, nth, start_day, end_day: this window and the two before
--         it); adoption_firsts(); actors(); placed; eligible_spans
-- rules   eligible: exists at the window's last instant and passes the test then (R5.1); a window ends with every day, so
--         the first day on which it met the definition is always a day of use (R5.3)
-- engine  duckdb: days are subtracted from each other
create or replace macro adoption_units(
    kind text, at_least bigint, trailing_days bigint, min_users bigint, eligible text, around_signal text
) as table
with user_days as (
    select actor, usr, local_day, local_day - date '1970-01-01' as day_number, count(*) as uses
    from uses
    where role = 0
    group by actor, usr, local_day
),

days as (
    select actor, local_day, day_number, cast(sum(uses) as bigint) as uses
    from user_days
    group by actor, local_day, day_number
),

firsts_met as (
    select actor, day_number from adoption_firsts(at_least, trailing_days, min_users)
),

firsts_used as (
    select actor, min(day_number) as day_number from days group by actor
),

weeks_seen as (
    select case kind when 'user' then week_parts.usr else week_parts.account end as actor, week_parts.*
    from week_parts
    inner join signals on signals.signal = week_parts.signal and signals.id = around_signal
    where week_parts.usr is not null
),

seen_days as (
    select actor, usr, week_start as local_day from weeks_seen where day_0 > 0
    union all
    select actor, usr, week_start + 1 from weeks_seen where day_1 > 0
    union all
    select actor, usr, week_start + 2 from weeks_seen where day_2 > 0
    union all
    select actor, usr, week_start + 3 from weeks_seen where day_3 > 0
    union all
    select actor, usr, week_start + 4 from weeks_seen where day_4 > 0
    union all
    select actor, usr, week_start + 5 from weeks_seen where day_5 > 0
    union all
    select actor, usr, week_start + 6 from weeks_seen where day_6 > 0
),

-- Days are few: that each stands in its windows is found once, and not for each who used it.
day_windows as (
    select days_seen.local_day, windows.period, windows.nth
    from (select local_day from days union select local_day from seen_days) as days_seen
    inner join windows on days_seen.local_day >= windows.start_day and days_seen.local_day < windows.end_day
),

uses_in_windows as (
    select day_windows.period, day_windows.nth, days.actor, cast(sum(days.uses) as bigint) as uses, count(*) as days
    from days
    inner join day_windows on day_windows.local_day = days.local_day
    group by day_windows.period, day_windows.nth, days.actor
),

-- How many users are told of this window; of those before it only where the definition asks for several.
users_in_windows as (
    select day_windows.period, day_windows.nth, user_days.actor, count(distinct user_days.usr) as users
    from user_days
    inner join day_windows on day_windows.local_day = user_days.local_day
    where day_windows.nth = 0 or min_users > 0
    group by day_windows.period, day_windows.nth, user_days.actor
),

in_windows as (
    select uses_in_windows.*, coalesce(users_in_windows.users, 0) as users
    from uses_in_windows
    left join users_in_windows
        on users_in_windows.period = uses_in_windows.period
        and users_in_windows.nth = uses_in_windows.nth
        and users_in_windows.actor = uses_in_windows.actor
),

in_periods as (
    select
        period,
        actor,
        sum(uses) filter (where nth = 0) as uses,
        sum(days) filter (where nth = 0) as days,
        sum(users) filter (where nth = 0) as users,
        count(*) filter (where nth = 0 and uses >= at_least and users >= min_users) as meets,
        count(*) filter (where uses >= at_least and users >= min_users) as windows_met
    from in_windows
    group by period, actor
),

around as (
    select day_windows.period, seen_days.actor, count(distinct seen_days.usr) as users
    from seen_days
    inner join day_windows on day_windows.local_day = seen_days.local_day
    where day_windows.nth = 0
    group by day_windows.period, seen_days.actor
)

select
    periods.period,
    actors.actor,
    case
        when in_periods.meets > 0 and in_periods.windows_met = 3 then 'habitual'
        when in_periods.meets > 0 then 'adopted'
        when firsts_met.day_number < periods.window_end - date '1970-01-01' then 'lapsed'
        when firsts_used.day_number < periods.window_end - date '1970-01-01' then 'tried'
        else 'never'
    end as stage,
    coalesce(in_periods.uses, 0) as uses,
    coalesce(in_periods.days, 0) as days,
    coalesce(in_periods.users, 0) as users,
    coalesce(around.users, 0) as users_around,
    placed.part_1,
    placed.part_2,
    placed.part_3,
    placed.part_4,
    coalesce(placed.assumed, false) as assumed
from periods
inner join actors(kind) as actors
    on actors.from_us <= periods.read_us
    and (actors.to_us is null or actors.to_us > periods.read_us)
left join in_periods on in_periods.period = periods.period and in_periods.actor = actors.actor
left join firsts_met on firsts_met.actor = actors.actor
left join firsts_used on firsts_used.actor = actors.actor
left join around on around.period = periods.period and around.actor = actors.actor
left join placed
    on placed.account = actors.account
    and placed.from_us <= periods.read_us
    and placed.to_us > periods.read_us
where eligible = ''
    or exists (
        select 1
        from eligible_spans
        where eligible_spans.test = eligible
            and eligible_spans.account = actors.account
            and eligible_spans.from_us <= periods.read_us
            and eligible_spans.to_us > periods.read_us
    );
