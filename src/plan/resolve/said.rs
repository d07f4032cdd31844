//! What is said of a small plan with one thing wrong in it, word for word.

use super::Needs;
use super::tests::resolved;

/// A plan that there is nothing to say of.
const SMALL: &str = include_str!("plans/small.toml");

/// Changes the plan in one place and compares what is said of it.
#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert!(SMALL.contains(from), "the plan has `{from}`");
    let (_, told) = resolved(&SMALL.replacen(from, to, 1), Needs::Everything);
    assert_eq!(told, expected);
}

#[test]
fn there_is_nothing_to_say_of_the_plan_as_it_is() {
    assert_eq!(resolved(SMALL, Needs::Everything).1, "");
}

#[test]
fn a_misspelled_key_is_told_with_the_right_one() {
    check(
        "timezone = \"UTC\"",
        "timezoen = \"UTC\"",
        r#"error[key-missing]: `[workspace]` has no `timezone`
 --> throughline.toml:1:1
  |
1 | [workspace]
  | ^^^^^^^^^^^
  hint: add `timezone`
error[unknown-key]: `[workspace]` has no key `timezoen`
 --> throughline.toml:3:1
  |
3 | timezoen = "UTC"
  | ^^^^^^^^
  hint: did you mean `timezone`?
"#,
    );
}

#[test]
fn a_misspelled_section_is_told() {
    check(
        "[segments]",
        "[segmants]",
        r#"error[unknown-key]: the plan has no section `segmants`
  --> throughline.toml:13:2
   |
13 | [segmants]
   |  ^^^^^^^^
  hint: did you mean `segments`?
"#,
    );
}

#[test]
fn a_key_of_another_kind_is_told() {
    check(
        "within = \"30d\"",
        "within = \"30d\"\ntrailing = \"28d\"",
        r#"error[key-not-of-kind]: metric `first-deploy` is of kind `activation`, which takes no `trailing`
  --> throughline.toml:47:12
   |
47 | trailing = "28d"
   |            ^^^^^
  hint: its own keys are `start`, `reach`, `order`, `within`, `cohort` and `by_same_user`
"#,
    );
}

#[test]
fn a_wrong_type_is_told() {
    check(
        "within = \"30d\"",
        "within = 30",
        r#"error[wrong-type]: `within` of metric `first-deploy` is a number
  --> throughline.toml:46:10
   |
46 | within = 30
   |          ^^
  hint: it takes a length of time such as "60d"
"#,
    );
}

#[test]
fn a_length_in_words_gets_a_hint() {
    check(
        "within = \"30d\"",
        "within = \"4 weeks\"",
        r#"error[length-unreadable]: `within` of metric `first-deploy` is not a length of time: `4 weeks`
  --> throughline.toml:46:10
   |
46 | within = "4 weeks"
   |          ^^^^^^^^^
  hint: did you mean `"4w"`?
"#,
    );
}

#[test]
fn a_day_that_is_none_is_told() {
    check(
        "by = 2027-01-01, from",
        "by = \"1/1/2027\", from",
        r#"error[date-unreadable]: `by` of `target` of metric `first-deploy` is not a day: `1/1/2027`
  --> throughline.toml:47:30
   |
47 | target = { value = 0.3, by = "1/1/2027", from = { value = 0.2, on = 2026-07-01 } }
   |                              ^^^^^^^^^^
  hint: a day is written year, month, day: `2026-07-01`
"#,
    );
}

#[test]
fn an_unknown_zone_is_told() {
    check(
        "timezone = \"UTC\"",
        "timezone = \"Europe/Amsterdm\"",
        r#"error[timezone-unknown]: `timezone` of `[workspace]` is not a time zone: `Europe/Amsterdm`
 --> throughline.toml:3:12
  |
3 | timezone = "Europe/Amsterdm"
  |            ^^^^^^^^^^^^^^^^^
  hint: zones have IANA names: `UTC`, `Europe/Amsterdam`, `America/New_York`
"#,
    );
}

#[test]
fn a_misspelled_word_is_told() {
    check(
        "from = \"crm.company\"",
        "from = \"crm.companys\"",
        r#"error[unknown-word]: `from` of segment `tier` cannot be `crm.companys`
  --> throughline.toml:14:17
   |
14 | tier = { from = "crm.companys", field = "Tier" }
   |                 ^^^^^^^^^^^^^^
  hint: did you mean `crm.company`?
"#,
    );
}

#[test]
fn a_source_without_files_is_told() {
    check(
        "kind = \"events\"\nfiles = \"events/*.csv\"",
        "kind = \"events\"",
        r#"error[source-without-files]: source `app` names no files
 --> throughline.toml:5:1
  |
5 | [sources.app]
  | ^^^^^^^^^^^^^
  hint: say where they are: `files`
"#,
    );
}

#[test]
fn a_pattern_that_cannot_be_read_is_told() {
    check(
        "files = \"events/*.csv\"",
        "files = \"events/[.csv\"",
        r#"error[pattern-unreadable]: source `app` has a pattern that cannot be read: `events/[.csv`
 --> throughline.toml:7:9
  |
7 | files = "events/[.csv"
  |         ^^^^^^^^^^^^^^
  because: unclosed character class; missing ']'
  hint: `*` is any name, `**` any folders, `{csv,json}` one or the other, `[ab]` one of these letters
"#,
    );
}

#[test]
fn a_signal_of_nothing_is_told() {
    check(
        "event = \"signed up\"",
        "at_least = 2",
        r#"error[signal-empty]: signal `signup` names neither an event nor a gauge
  --> throughline.toml:16:1
   |
16 | [signals.signup]
   | ^^^^^^^^^^^^^^^^
  hint: add `event = "name"`, or `gauge = "name"` with a `where` on `value`
"#,
    );
}

#[test]
fn a_function_in_a_test_is_shown_at_its_place() {
    check(
        "stage = 'production'\"",
        "stage = 'x' and lower(stage) = 'y'\"",
        r#"error[filter-not-plain]: `where` of signal `deploy` is not a plain test: `lower` is a function, and there are none in it
  --> throughline.toml:21:26
   |
21 | where = "stage = 'x' and lower(stage) = 'y'"
   |                          ^^^^^
  because: it stops making sense at its column 17
  hint: a test compares names with values: `stage = 'production' and result in ('ok', 'warn')`
"#,
    );
}

#[test]
fn an_unknown_signal_is_told_with_the_near_one() {
    check(
        "reach = [\"deploy\"]",
        "reach = [\"deplyo\"]",
        r#"error[unknown-signal]: `reach` of metric `first-deploy` names a signal that is not there: `deplyo`
  --> throughline.toml:45:10
   |
45 | reach = ["deplyo"]
   |          ^^^^^^^^
  hint: did you mean `deploy`?
"#,
    );
}

#[test]
fn an_unknown_lane_is_told() {
    check(
        "lane = \"edge\"",
        "lane = \"cloud\"",
        r#"warning[lane-without-outcome]: lane `edge` works for no outcome
  --> throughline.toml:27:1
   |
27 | [[lane]]
   | ^^^^^^^^
  because: no `[[outcome]]` names it
  hint: write down what it wants customers to do, or leave the lane out
error[unknown-lane]: outcome `deploying` names a lane that is not there: `cloud`
  --> throughline.toml:34:8
   |
34 | lane = "cloud"
   |        ^^^^^^^
  hint: the only lane is `edge`
"#,
    );
}

#[test]
fn an_unknown_outcome_and_its_consequence_are_told() {
    check(
        "id = \"deployers\"\noutcome = \"deploying\"",
        "id = \"deployers\"\noutcome = \"deployng\"",
        r#"error[unknown-outcome]: metric `deployers` names an outcome that is not there: `deployng`
  --> throughline.toml:51:11
   |
51 | outcome = "deployng"
   |           ^^^^^^^^^^
  hint: did you mean `deploying`?
"#,
    );
}

#[test]
fn a_traction_metric_without_an_outcome_is_told() {
    check(
        "id = \"deployers\"\noutcome = \"deploying\"",
        "id = \"deployers\"",
        r#"error[key-missing]: metric `deployers` has no `outcome`
  --> throughline.toml:49:1
   |
49 | [[traction]]
   | ^^^^^^^^^^^^
  because: a traction metric is a signal that some outcome is happening
  hint: add `outcome`
"#,
    );
}

#[test]
fn an_id_may_stand_once() {
    check(
        "id = \"deployers\"\noutcome",
        "id = \"first-deploy\"\noutcome",
        r#"error[id-twice]: metric `first-deploy` is defined twice
  --> throughline.toml:50:6
   |
50 | id = "first-deploy"
   |      ^^^^^^^^^^^^^^
  because: it is defined first on line 41
  hint: give one of them another id
error[unknown-metric]: the link from `deployers` to `nrr` names a metric that is not there: `deployers`
  --> throughline.toml:67:8
   |
67 | from = "deployers"
   |        ^^^^^^^^^^^
  hint: did you mean `deploying`?
"#,
    );
}

#[test]
fn a_business_metric_carries_no_target() {
    check(
        "owner = \"leadership\"",
        "target = \"+10%\"",
        r#"error[business-target]: `nrr` is a business metric and cannot carry a target
  --> throughline.toml:58:10
   |
58 | target = "+10%"
   |          ^^^^^^
  because: product moves outcomes; revenue follows, and nobody can ship it directly
  hint: set the target on a traction metric that leads to `nrr`
"#,
    );
}

#[test]
fn a_business_kind_is_no_traction() {
    check(
        "kind = \"active\"",
        "kind = \"arr\"",
        r#"error[business-target]: `deployers` is a business metric and cannot stand under `[[traction]]`
  --> throughline.toml:52:8
   |
52 | kind = "arr"
   |        ^^^^^
  because: `arr` follows from what customers do; product moves outcomes, and nobody can ship it directly
  hint: move it to `[[business]]`, and link a traction metric to `deployers`
"#,
    );
}

#[test]
fn a_business_metric_measures_no_outcome() {
    check(
        "behaviour = \"deploy\"",
        "behaviour = \"nrr\"",
        r#"error[business-target]: `nrr` is a business metric and cannot measure outcome `deploying`
  --> throughline.toml:37:13
   |
37 | behaviour = "nrr"
   |             ^^^^^
  because: an outcome is a change in customer behaviour; a business result only follows from it
  hint: measure `deploying` by what customers do, and link that to `nrr`
"#,
    );
}

#[test]
fn a_link_runs_forward() {
    check(
        "from = \"deployers\"\nto = \"nrr\"",
        "from = \"nrr\"\nto = \"deployers\"",
        r#"error[line-backwards]: the link from `nrr` to `deployers` runs backwards
  --> throughline.toml:68:6
   |
68 | to = "deployers"
   |      ^^^^^^^^^^^
  because: `nrr` is a business metric and `deployers` is a traction metric; the line runs from outcome over traction to business
  hint: swap `from` and `to`, or leave the link out
"#,
    );
}

#[test]
fn a_link_joins_what_an_arrow_joins() {
    check(
        "from = \"deployers\"\nto = \"nrr\"",
        "from = \"deployers\"\nto = \"first-deploy\"",
        r#"error[link-off-line]: the link from `deployers` to `first-deploy` is no arrow of the line
  --> throughline.toml:68:6
   |
68 | to = "first-deploy"
   |      ^^^^^^^^^^^^^^
  because: both are traction metrics
  hint: a link goes from a traction metric or an outcome to a business metric, or from an outcome to its own traction metric
"#,
    );
}

#[test]
fn a_link_to_itself_is_a_circle() {
    check(
        "from = \"deployers\"\nto = \"nrr\"",
        "from = \"deployers\"\nto = \"deployers\"",
        r#"error[line-circle]: `deployers` leads back to itself
  --> throughline.toml:68:6
   |
68 | to = "deployers"
   |      ^^^^^^^^^^^
  because: the circle is `deployers` -> `deployers`
  hint: leave one of them out
"#,
    );
}

#[test]
fn an_expansion_has_no_gap() {
    check(
        "because = \"Who deploys every week grows\"",
        "because = \"Who deploys every week grows\"\ngap = \"8w\"",
        r#"error[link-key]: the link from `deployers` to `nrr` takes no `gap`
  --> throughline.toml:71:7
   |
71 | gap = "8w"
   |       ^^^^
  because: only an exposure before a renewal has one; this link is tested by `expansion`
  hint: leave it out
"#,
    );
}

#[test]
fn a_design_fits_what_follows() {
    check(
        "because = \"Who deploys every week grows\"",
        "because = \"Who deploys every week grows\"\ndesign = \"renewal\"",
        r#"error[link-key]: the link from `deployers` to `nrr` takes no `design = "renewal"`
  --> throughline.toml:71:10
   |
71 | design = "renewal"
   |          ^^^^^^^^^
  because: what follows is of kind `net_revenue_retention`, which is tested by `expansion`
  hint: leave it out, or give the link a `result` of its own
"#,
    );
}

#[test]
fn what_is_reached_once_has_no_count_of_weeks() {
    check(
        "because = \"Who deploys early stays\"",
        "because = \"Who deploys early stays\"\nat_least = 3",
        r#"error[link-key]: the link from `first-deploy` to `nrr` takes no `at_least`
  --> throughline.toml:65:12
   |
65 | at_least = 3
   |            ^
  because: what leads is of kind `activation`, which is reached once
  hint: leave it out
"#,
    );
}

#[test]
fn a_window_must_close_before_the_day() {
    check(
        "within = \"30d\"",
        "within = \"180d\"",
        r#"error[activation-cannot-mature]: no cohort of `first-deploy` can mature before its target is due
  --> throughline.toml:47:30
   |
47 | target = { value = 0.3, by = 2027-01-01, from = { value = 0.2, on = 2026-07-01 } }
   |                              ^^^^^^^^^^
  because: the first whole cohort begins on 2026-07-01; its windows of 180 days close on 2027-01-27, after 2027-01-01
  hint: move `by` to 2027-01-27 or later, or shorten `within`
"#,
    );
}

#[test]
fn days_stand_in_their_order() {
    check(
        "review_by = 2027-01-01",
        "review_by = 2026-01-01",
        r#"error[dates-out-of-order]: `agreed` of outcome `deploying`: `review_by` lies before `on`
  --> throughline.toml:38:59
   |
38 | agreed = { on = 2026-07-01, by = ["product"], review_by = 2026-01-01 }
   |                                                           ^^^^^^^^^^
  because: `review_by` is 2026-01-01 and `on` is 2026-07-01
  hint: set the one that is wrong
"#,
    );
}

#[test]
fn a_target_in_percent_is_told_as_a_share() {
    check(
        "value = 0.3,",
        "value = 30,",
        r#"error[target-out-of-range]: `first-deploy` can never be 30, its target's `value`
  --> throughline.toml:47:20
   |
47 | target = { value = 30, by = 2027-01-01, from = { value = 0.2, on = 2026-07-01 } }
   |                    ^^
  because: the metric is a share, from 0 to 1
  hint: a share is written as a fraction: 0.3 for 30 %
"#,
    );
}

#[test]
fn a_kind_that_is_not_built_says_so() {
    check(
        "kind = \"active\"\nsignal = \"deploy\"",
        "kind = \"frequency\"\nsignal = \"deploy\"",
        r#"error[kind-not-built]: metric `deployers` is of kind `frequency`, which this version does not compute yet
  --> throughline.toml:52:8
   |
52 | kind = "frequency"
   |        ^^^^^^^^^^^
  because: the metric is left out of every answer, and whatever rests on it too
  hint: until then, take one of `active`, `activation`, `adoption`, `retention`, `funnel` and `gauge`; or leave the metric out
"#,
    );
}

#[test]
fn a_kind_that_there_is_not_is_told() {
    check(
        "kind = \"active\"",
        "kind = \"activ\"",
        r#"error[unknown-kind]: metric `deployers` is of a kind that there is not: `activ`
  --> throughline.toml:52:8
   |
52 | kind = "activ"
   |        ^^^^^^^
  hint: did you mean `active`?
"#,
    );
}

#[test]
fn a_business_metric_needs_rows() {
    check(
        "[sources.billing]\nkind = \"subscriptions\"\nfiles = \"subscriptions.csv\"\n",
        "",
        r#"error[business-source-missing]: metric `nrr` has no source to be read from
  --> throughline.toml:52:1
   |
52 | [[business]]
   | ^^^^^^^^^^^^
  because: it is computed from subscriptions, a billing source, and the plan names none
  hint: add such a source under `[sources]`, or leave the metric out
"#,
    );
}

#[test]
fn nobody_agreed() {
    check(
        "agreed = { on = 2026-07-01, by = [\"product\"], review_by = 2027-01-01 }",
        "",
        r#"warning[outcome-not-agreed]: nobody has agreed on outcome `deploying`
  --> throughline.toml:32:1
   |
32 | [[outcome]]
   | ^^^^^^^^^^^
  because: it has no `agreed`, so the report shows it as a proposal
  hint: `agreed = { on = 2026-07-01, by = ["product", "leadership"] }`, once it is
"#,
    );
}

#[test]
fn an_agreement_lapses() {
    check(
        "review_by = 2027-01-01",
        "review_by = 2026-11-24",
        r#"warning[agreement-lapsed]: the agreement on outcome `deploying` has lapsed
  --> throughline.toml:38:10
   |
38 | agreed = { on = 2026-07-01, by = ["product"], review_by = 2026-11-24 }
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  because: its review was due on 2026-11-24, 1 day ago
  hint: agree again and move `review_by`, or let the outcome go
"#,
    );
}

#[test]
fn what_leads_nowhere_is_said() {
    check(
        "[[link]]\nfrom = \"deployers\"\nto = \"nrr\"\nexpect = \"increase\"\nbecause = \"Who deploys every week grows\"\n",
        "",
        r#"warning[traction-leads-nowhere]: `deployers` is linked to no business metric
  --> throughline.toml:49:1
   |
49 | [[traction]]
   | ^^^^^^^^^^^^
  because: no `[[link]]` starts from it, so whether it matters is never tested
  hint: add a `[[link]]` with `from = "deployers"`
"#,
    );
}

#[test]
fn an_objective_nobody_serves_is_said_on_both_sides() {
    check(
        "objective = \"grow\"\n",
        "",
        r#"warning[objective-unserved]: no outcome serves objective `grow`
  --> throughline.toml:23:1
   |
23 | [[objective]]
   | ^^^^^^^^^^^^^
  because: the report can say nothing about it
  hint: add `objective = "grow"` to the outcome that does
warning[outcome-serves-none]: outcome `deploying` serves no objective
  --> throughline.toml:32:1
   |
32 | [[outcome]]
   | ^^^^^^^^^^^
  because: the plan declares 1 objective
  hint: add `objective`, or leave it as work that leadership did not ask for
"#,
    );
}

#[test]
fn a_lane_without_owner_is_said() {
    check(
        "owner = \"Edge PM\"\n",
        "",
        r#"warning[lane-without-owner]: lane `edge` has no owner
  --> throughline.toml:27:1
   |
27 | [[lane]]
   | ^^^^^^^^
  because: questions in the report are addressed to the lane's owner
  hint: add `owner`
"#,
    );
}

#[test]
fn a_vague_statement_is_a_prompt_to_reword() {
    check(
        "A team deploys to production",
        "Improve deployments",
        r#"note[statement-vague]: the statement of outcome `deploying` names no actor and no change of behaviour
  --> throughline.toml:35:13
   |
35 | statement = "Improve deployments"
   |             ^^^^^^^^^^^^^^^^^^^^^
  because: an outcome is told as who does what differently
  hint: for instance: "A team brings a second site online"
"#,
    );
}

#[test]
fn a_secret_is_never_shown() {
    check(
        "files = \"events/*.csv\"",
        "files = \"events/*.csv\"\ntoken_env = \"phx_d41d8cd98f00b204\"",
        r#"error[secret-in-plan]: `token_env` of source `app` does not name an environment variable
  because: secrets never stand in the plan; the value may be one, so it is not shown
  because: it stands on line 8 of throughline.toml, which is not shown because a secret stands there
  hint: put the secret in a variable and name that here, in capitals: `HUBSPOT_TOKEN`
"#,
    );
}

#[test]
fn a_secret_under_any_name_is_never_shown() {
    check(
        "files = \"events/*.csv\"",
        "files = \"events/*.csv\"\napi_token = \"phx_d41d8cd98f00b204\"",
        r#"error[secret-in-plan]: source `app` has `api_token`, which looks like a secret
  because: secrets never stand in the plan; the value may be one, so it is not shown
  because: it stands on line 8 of throughline.toml, which is not shown because a secret stands there
  hint: name an environment variable instead: `token_env = "HUBSPOT_TOKEN"`
"#,
    );
}

#[test]
fn no_other_problem_shows_a_secret_s_line() {
    check(
        "[sources.app]\nkind = \"events\"\nfiles = \"events/*.csv\"",
        "[sources]\napp = { kind = \"evnts\", files = \"x.csv\", token_env = \"phx_d41d8cd98f00b204\" }",
        r#"error[unknown-word]: `kind` of source `app` cannot be `evnts`
  because: it stands on line 6 of throughline.toml, which is not shown because a secret stands there
  hint: did you mean `events`?
error[secret-in-plan]: `token_env` of source `app` does not name an environment variable
  because: secrets never stand in the plan; the value may be one, so it is not shown
  because: it stands on line 6 of throughline.toml, which is not shown because a secret stands there
  hint: put the secret in a variable and name that here, in capitals: `HUBSPOT_TOKEN`
"#,
    );
}

#[test]
fn a_missing_bracket_is_first_and_alone() {
    check(
        "reach = [\"deploy\"]",
        "reach = [\"deploy\"\nwithinn = 3",
        r#"error[plan-syntax]: the plan is not TOML: missing comma between array elements, expected `,`
  --> throughline.toml:46:1
   |
46 | withinn = 3
   | ^
  hint: mend this first; whatever else there is to say comes after it
"#,
    );
}

#[test]
fn a_secret_in_a_broken_line_is_not_shown() {
    check(
        "files = \"events/*.csv\"",
        "files = \"events/*.csv\"\ntoken_env = \"phx_d41d8cd98f00b204",
        r#"error[plan-syntax]: the plan is not TOML: unreadable basic string, expected `"`
  because: it stands on line 8 of throughline.toml, which is not shown because a secret stands there
  hint: mend this first; whatever else there is to say comes after it
"#,
    );
}

#[test]
fn all_is_said_at_once_in_the_order_of_the_file() {
    check(
        "kind = \"active\"\nsignal = \"deploy\"",
        "kind = \"active\"\nsignl = \"deploy\"\nperiod = \"weekly\"\nactor = \"users\"",
        r#"error[key-missing]: metric `deployers` has no `signal`
  --> throughline.toml:49:1
   |
49 | [[traction]]
   | ^^^^^^^^^^^^
  because: kind `active` needs it
  hint: add `signal`
error[unknown-key]: metric `deployers` has no key `signl`
  --> throughline.toml:53:1
   |
53 | signl = "deploy"
   | ^^^^^
  hint: did you mean `signal`?
error[unknown-word]: `period` of metric `deployers` cannot be `weekly`
  --> throughline.toml:54:10
   |
54 | period = "weekly"
   |          ^^^^^^^^
  hint: did you mean `week`?
error[unknown-word]: `actor` of metric `deployers` cannot be `users`
  --> throughline.toml:55:9
   |
55 | actor = "users"
   |         ^^^^^^^
  hint: did you mean `user`?
"#,
    );
}

#[test]
fn a_window_of_nothing_is_told() {
    check(
        "within = \"30d\"",
        "within = \"0d\"",
        r#"error[number-out-of-range]: `within` of metric `first-deploy` is `"0d"`
  --> throughline.toml:46:10
   |
46 | within = "0d"
   |          ^^^^
  hint: it takes a length of more than nothing
"#,
    );
}

#[test]
fn a_window_beyond_all_time_is_told() {
    check(
        "within = \"30d\"",
        "within = \"4000000000y\"",
        r#"error[length-unreadable]: `within` of metric `first-deploy` is not a length of time: `4000000000y`
  --> throughline.toml:46:10
   |
46 | within = "4000000000y"
   |          ^^^^^^^^^^^^^
  hint: a length is a number and one of `s`, `m` (minutes), `h`, `d`, `w`, `mo` (months), `y`, a hundred years at most: `"60d"`
"#,
    );
}

#[test]
fn recurring_cohorts_on_a_rolling_clock_overlap() {
    check(
        "kind = \"active\"\nsignal = \"deploy\"",
        "kind = \"retention\"\nstart = \"signup\"\nreturn = \"deploy\"\ntype = \"recurring\"\nclock = \"rolling\"",
        r#"warning[cohorts-overlap]: cohorts of metric `deployers` overlap
  --> throughline.toml:56:9
   |
56 | clock = "rolling"
   |         ^^^^^^^^^
  because: an actor enters in every period it starts, and a rolling clock lets these run side by side
  hint: that is allowed; `clock = "calendar"` keeps them apart
"#,
    );
}

#[test]
fn a_funnel_needs_a_window() {
    check(
        "kind = \"active\"\nsignal = \"deploy\"",
        "kind = \"funnel\"\nsteps = [\"signup\", \"deploy\"]",
        r#"error[funnel-window-missing]: metric `deployers` has no `within`
  --> throughline.toml:49:1
   |
49 | [[traction]]
   | ^^^^^^^^^^^^
  because: without a window an attempt never ends, and its rate never settles
  hint: add `within = "14d"`, or give every step after the first its own
"#,
    );
}

#[test]
fn an_exclusion_stands_between_steps_that_are_there() {
    check(
        "kind = \"active\"\nsignal = \"deploy\"",
        "kind = \"funnel\"\nsteps = [\"signup\", \"deploy\"]\nwithin = \"7d\"\nexclude = [{ signal = \"any\", after = 2, before = 2 }]",
        r#"error[funnel-exclusion]: metric `deployers` excludes `any` where it cannot
  --> throughline.toml:55:12
   |
55 | exclude = [{ signal = "any", after = 2, before = 2 }]
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  because: step 2 does not come before step 2
  hint: `after` and `before` are numbers of steps, counted from 1
"#,
    );
}

#[test]
fn no_more_is_asked_than_is_named() {
    check(
        "reach = [\"deploy\"]",
        "reach = { n_of = 2, signals = [\"deploy\"] }",
        r#"error[reach-impossible]: metric `first-deploy` asks for 2 of its criteria and names 1
  --> throughline.toml:45:18
   |
45 | reach = { n_of = 2, signals = ["deploy"] }
   |                  ^
  hint: name more, or ask for fewer
"#,
    );
}

#[test]
fn a_share_of_a_gauge_needs_its_value() {
    check(
        "kind = \"active\"\nsignal = \"deploy\"",
        "kind = \"gauge\"\ngauge = \"devices\"\nreduce = \"share\"",
        r#"error[key-missing]: metric `deployers` has no `at_least`
  --> throughline.toml:49:1
   |
49 | [[traction]]
   | ^^^^^^^^^^^^
  because: a share is one of accounts at or above a value
  hint: add `at_least`
error[link-key]: the link from `deployers` to `nrr` needs `threshold`
  --> throughline.toml:67:1
   |
67 | [[link]]
   | ^^^^^^^^
  because: what leads is of kind `gauge`: at or above the threshold an account counts as exposed
  hint: add `threshold`
"#,
    );
}

#[test]
fn a_gauge_that_leads_needs_a_threshold() {
    check(
        "kind = \"active\"\nsignal = \"deploy\"",
        "kind = \"gauge\"\ngauge = \"devices\"\nreduce = \"sum\"",
        r#"error[link-key]: the link from `deployers` to `nrr` needs `threshold`
  --> throughline.toml:67:1
   |
67 | [[link]]
   | ^^^^^^^^
  because: what leads is of kind `gauge`: at or above the threshold an account counts as exposed
  hint: add `threshold`
"#,
    );
}

#[test]
fn two_sources_that_fit_are_a_question() {
    check(
        "files = \"subscriptions.csv\"\n",
        "files = \"subscriptions.csv\"\n[sources.old]\nkind = \"stripe\"\nsubscriptions = \"old.csv\"\n",
        r#"error[business-source-missing]: metric `nrr` does not say which source it is read from
  --> throughline.toml:58:1
   |
58 | [[business]]
   | ^^^^^^^^^^^^
  because: 2 fit: `billing` and `old`
  hint: add `source`
"#,
    );
}

#[test]
fn a_source_that_does_not_fit_is_told() {
    check(
        "owner = \"leadership\"",
        "owner = \"leadership\"\nsource = \"app\"",
        r#"error[business-source-missing]: metric `nrr` cannot be read from `app`
  --> throughline.toml:59:10
   |
59 | source = "app"
   |          ^^^^^
  because: it is computed from subscriptions, a billing source, and `app` is of kind `events`
  hint: name a source that has them, or leave `source` out where only one fits
"#,
    );
}

#[test]
fn a_source_that_is_not_there_is_told() {
    check(
        "owner = \"leadership\"",
        "owner = \"leadership\"\nsource = \"biling\"",
        r#"error[unknown-source]: metric `nrr` names a source that is not there: `biling`
  --> throughline.toml:59:10
   |
59 | source = "biling"
   |          ^^^^^^^^
  hint: did you mean `billing`?
"#,
    );
}

#[test]
fn over_counts_months() {
    check(
        "owner = \"leadership\"",
        "owner = \"leadership\"\nover = \"90d\"",
        r#"error[number-out-of-range]: `over` of metric `nrr` is `"90d"`
  --> throughline.toml:59:8
   |
59 | over = "90d"
   |        ^^^^^
  hint: it takes calendar months, such as "12mo"
"#,
    );
}

#[test]
fn a_currency_is_a_code() {
    check(
        "timezone = \"UTC\"",
        "timezone = \"UTC\"\ncurrency = \"Euro\"",
        r#"error[currency-unknown]: `currency` of `[workspace]` is not a currency: `Euro`
 --> throughline.toml:4:12
  |
4 | currency = "Euro"
  |            ^^^^^^
  hint: a currency is its code of three capitals: `EUR`, `USD`
"#,
    );
}

#[test]
fn a_link_is_written_once() {
    check(
        "from = \"deployers\"\nto = \"nrr\"",
        "from = \"first-deploy\"\nto = \"nrr\"",
        r#"warning[traction-leads-nowhere]: `deployers` is linked to no business metric
  --> throughline.toml:49:1
   |
49 | [[traction]]
   | ^^^^^^^^^^^^
  because: no `[[link]]` starts from it, so whether it matters is never tested
  hint: add a `[[link]]` with `from = "deployers"`
error[link-twice]: the link from `first-deploy` to `nrr` is written twice
  --> throughline.toml:66:1
   |
66 | [[link]]
   | ^^^^^^^^
  because: it is written first on line 60
  hint: keep one of them
"#,
    );
}

#[test]
fn a_link_says_why() {
    check(
        "because = \"Who deploys early stays\"",
        "",
        r#"error[key-missing]: the link from `first-deploy` to `nrr` has no `because`
  --> throughline.toml:60:1
   |
60 | [[link]]
   | ^^^^^^^^
  because: a link is a claim: which way it goes, and why
  hint: add `because`
"#,
    );
}

#[test]
fn bands_rise() {
    check(
        "field = \"Tier\" }",
        "field = \"Tier\", bands = [500, 50] }",
        r#"error[bands-not-ascending]: `bands` of segment `tier` do not rise
  --> throughline.toml:14:56
   |
14 | tier = { from = "crm.company", field = "Tier", bands = [500, 50] }
   |                                                        ^^^^^^^^^
  hint: write the bounds from low to high: `[50, 500]`
"#,
    );
}

#[test]
fn any_is_taken() {
    check(
        "[signals.signup]",
        "[signals.any]\nevent = \"x\"\n[signals.signup]",
        r#"error[id-reserved]: a signal cannot be called `any`
  --> throughline.toml:16:10
   |
16 | [signals.any]
   |          ^^^
  because: `any` means any event
  hint: give it another id
"#,
    );
}

#[test]
fn a_gauge_is_tested_on_its_value() {
    check(
        "event = \"deployed\"\nwhere = \"stage = 'production'\"",
        "gauge = \"devices\"\nwhere = \"count >= 1\"",
        r#"error[filter-not-plain]: `where` of signal `deploy` is not a plain test: a gauge has only `value`, not `count`
  --> throughline.toml:21:10
   |
21 | where = "count >= 1"
   |          ^^^^^
  because: it stops making sense at its column 1
  hint: a test compares names with values: `stage = 'production' and result in ('ok', 'warn')`
"#,
    );
}

#[test]
fn an_attribute_that_is_no_segment_is_told() {
    check(
        "where = \"stage = 'production'\"",
        "where_account = \"tier = 'x' and size > 50\"",
        r#"error[unknown-segment]: `where_account` of signal `deploy` names a segment that is not there: `size`
  --> throughline.toml:21:33
   |
21 | where_account = "tier = 'x' and size > 50"
   |                                 ^^^^
  hint: the only segment is `tier`
"#,
    );
}

#[test]
fn what_we_ship_measures_no_outcome() {
    check(
        "event = \"deployed\"",
        "event = \"feature.shipped\"",
        r#"warning[outcome-output-only]: outcome `deploying` is measured only by what was shipped
  --> throughline.toml:32:1
   |
32 | [[outcome]]
   | ^^^^^^^^^^^
  because: its metrics count `feature.shipped`, which we do and customers do not
  hint: measure what customers do with it
"#,
    );
}

#[test]
fn a_column_of_ours_is_spelled_our_way() {
    check(
        "files = \"subscriptions.csv\"",
        "files = \"subscriptions.csv\"\ncolumns = { custommer = \"Kunde\" }",
        r#"error[unknown-key]: `columns` of source `billing` has no key `custommer`
  --> throughline.toml:12:13
   |
12 | columns = { custommer = "Kunde" }
   |             ^^^^^^^^^
  hint: did you mean `customer`?
"#,
    );
}

#[test]
fn amounts_are_no_key_of_events() {
    check(
        "files = \"events/*.csv\"",
        "files = \"events/*.csv\"\namounts = \"cents\"",
        r#"error[key-not-of-kind]: source `app` is of kind `events`, which takes no `amounts`
 --> throughline.toml:8:11
  |
8 | amounts = "cents"
  |           ^^^^^^^
  hint: did you mean `accounts`?
"#,
    );
}

#[test]
fn a_limit_is_a_share() {
    check(
        "[segments]",
        "[limits]\nset_aside = 5\n[segments]",
        r#"error[number-out-of-range]: `set_aside` of `[limits]` is 5
  --> throughline.toml:14:13
   |
14 | set_aside = 5
   |             ^
  hint: it takes a share from 0 to 1
"#,
    );
}

#[test]
fn a_whole_number_is_whole() {
    check(
        "where = \"stage = 'production'\"",
        "at_least = -1",
        r#"error[number-out-of-range]: `at_least` of signal `deploy` is -1
  --> throughline.toml:21:12
   |
21 | at_least = -1
   |            ^^
  hint: it takes a whole number from 0 up
"#,
    );
}
