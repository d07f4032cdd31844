//! Our formulas against reference cases: published figures, other packages' results, and the prototype's estimator.
//!
//! The cases lie in `tests/data/reference/`; each says where its figures come from. They have ten significant digits.

#![expect(clippy::unwrap_used, reason = "a helper that cannot read its case has failed the test")]

use std::path::Path;

use serde_json::Value;
use throughline::stats::comparison::{RIDGE, Table, compare};
use throughline::stats::interval::{newcombe, wilson};
use throughline::stats::mix::{Part, kitagawa};
use throughline::stats::multiplicity::benjamini_hochberg;
use throughline::stats::survival::{Spell, kaplan_meier, log_rank};
use throughline::stats::xmr::{self, Limits, Rule, Spread};

/// The figures of a case are printed with ten significant digits.
const PRINTED: f64 = 1e-9;

#[test]
fn berkeley_admissions_split_into_rate_and_mix() {
    let case = expected("12_ucb_mix_shift.json");
    let rows = csv("12_ucb_mix_shift.csv");
    let departments = ["A", "B", "C", "D", "E", "F"];
    let part = |gender: &str, department: &str| {
        let count = |admit: &str| -> f64 {
            let here = rows.iter().filter(|row| row[0] == admit && row[1] == gender && row[2] == department);
            here.map(|row| number(&row[3])).sum()
        };
        Part { counted: count("Admitted"), eligible: count("Admitted") + count("Rejected") }
    };
    let segments = departments.map(|department| (Some(part("Male", department)), Some(part("Female", department))));
    let contributions = kitagawa(&segments).unwrap();
    close(contributions.iter().map(|one| one.rate).sum(), &case["rate_effect"]);
    close(contributions.iter().map(|one| one.mix).sum(), &case["mix_effect"]);
    close(contributions.iter().map(|one| one.total()).sum(), &case["gap"]);
    let whole = |side: fn(&(Option<Part>, Option<Part>)) -> f64| segments.iter().map(side).sum::<f64>();
    let (men, women) = (whole(|pair| pair.0.unwrap().eligible), whole(|pair| pair.1.unwrap().eligible));
    let middle = (case["overall_male"].as_f64().unwrap() + case["overall_female"].as_f64().unwrap()) / 2.0;
    for ((department, contribution), segment) in departments.iter().zip(&contributions).zip(&segments) {
        close(contribution.rate, &case["by_dept"][department]["rate"]);
        // The case's mix is not centred on the whole; ours is (R9.8). The difference is the change of weight.
        let gained = segment.1.unwrap().eligible / women - segment.0.unwrap().eligible / men;
        close(contribution.mix + gained * middle, &case["by_dept"][department]["mix"]);
    }
}

#[test]
fn the_nile_before_and_after_the_dam() {
    let case = expected("13_nile_xmr.json");
    let flow: Vec<Option<f64>> = csv("13_nile_xmr.csv").iter().map(|row| Some(number(&row[1]))).collect();
    let year = |index: usize| 1871 + index as u64;
    let all = xmr::limits(&flow, Spread::Mean).unwrap();
    close(all.centre, &case["all_years"]["mean"]);
    close(all.range, &case["all_years"]["mr_mean"]);
    close(all.upper, &case["all_years"]["upper"]);
    close(all.lower, &case["all_years"]["lower"]);
    close(all.widest, &case["all_years"]["mr_upper"]);
    let before = xmr::limits(&flow[..28], Spread::Mean).unwrap();
    close(before.upper, &case["baseline_1871_1898"]["upper"]);
    close(before.lower, &case["baseline_1871_1898"]["lower"]);
    // The case puts the median moving range around the mean, we around the median (report.md): same reach, other centre.
    let by_median = |limits: Limits, case: &Value| {
        let figure = |key: &str| case[key].as_f64().unwrap();
        let theirs = figure("median_mr_upper") - figure("median_mr_lower");
        assert!((limits.upper - limits.lower - theirs).abs() < 1e-6, "{limits:?}");
        assert!((f64::midpoint(limits.upper, limits.lower) - limits.centre).abs() < 1e-9);
    };
    by_median(xmr::limits(&flow, Spread::Median).unwrap(), &case["all_years"]);
    by_median(xmr::limits(&flow[..28], Spread::Median).unwrap(), &case["baseline_1871_1898"]);
    let signals = xmr::signals(&flow, &before);
    let years = |rule: Rule| signals.iter().filter(move |signal| signal.rule == rule).map(|signal| year(signal.at));
    assert_eq!(years(Rule::Outside).collect::<Vec<_>>(), numbers(&case["points_outside"]));
    let newly = signals.iter().filter(|signal| signal.rule == Rule::RunOfEight && signal.new);
    assert_eq!(newly.map(|signal| year(signal.at)).collect::<Vec<_>>(), numbers(&case["run_of_8_at"]));
}

#[test]
fn other_packages_charts_have_our_limits() {
    for case in conformance().iter().filter(|case| case["kind"] == "xmr") {
        let series: Vec<Option<f64>> = case["series"].as_array().unwrap().iter().map(Value::as_f64).collect();
        let limits = xmr::limits(&series, Spread::Mean).unwrap();
        let signals = xmr::signals(&series, &limits);
        let at =
            |rule: Rule| signals.iter().filter(move |signal| signal.rule == rule).map(|signal| signal.at as u64 + 1);
        for (key, figure) in case["expect"][0].as_object().unwrap() {
            match key.as_str() {
                "centre" => close(limits.centre, figure),
                "mr_centre" => close(limits.range, figure),
                "upper" => close(limits.upper, figure),
                "lower" => close(limits.lower, figure),
                "mr_upper" => close(limits.widest, figure),
                "outside" => assert_eq!(at(Rule::Outside).collect::<Vec<_>>(), numbers(figure)),
                "run_of_eight" => assert_eq!(at(Rule::RunOfEight).collect::<Vec<_>>(), numbers(figure)),
                other => panic!("{} asserts `{other}`, which this test does not know", case["id"]),
            }
        }
    }
}

#[test]
fn intervals_of_shares_and_differences() {
    let case = expected("15_formula_vectors.json");
    let count = |text: &str| -> (u64, u64) {
        let (counted, eligible) = text.split_once('/').unwrap();
        (counted.parse().unwrap(), eligible.parse().unwrap())
    };
    for (shares, figures) in case["wilson"].as_object().unwrap() {
        let (counted, eligible) = count(shares);
        let (low, high) = wilson(counted, eligible).unwrap();
        close(low, &figures["wilson"][0]);
        close(high, &figures["wilson"][1]);
    }
    for (shares, figures) in case["newcombe"].as_object().unwrap() {
        let (first, second) = shares.split_once(" vs ").unwrap();
        let (_, low, high) = newcombe(count(first), count(second)).unwrap();
        close(low, &figures[0]);
        close(high, &figures[1]);
    }
    let thornton = expected("06_thornton_cluster.json");
    let of = |key: &str| thornton[key].as_u64().unwrap();
    let (_, low, high) = newcombe((of("x1"), of("n1")), (of("x0"), of("n0"))).unwrap();
    close(low, &thornton["newcombe_diff"][0]);
    close(high, &thornton["newcombe_diff"][1]);
    let published = conformance().into_iter().find(|case| case["statistic"] == "wilson").unwrap();
    for row in published["expect"].as_array().unwrap() {
        let (low, high) = wilson(row["counted"].as_u64().unwrap(), row["eligible"].as_u64().unwrap()).unwrap();
        close(low, &row["low"]);
        close(high, &row["high"]);
    }
}

#[test]
fn benjamini_and_hochbergs_own_fifteen_tests() {
    let case = expected("15_formula_vectors.json");
    let p_values: Vec<f64> = case["bh"]["p"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    for (ours, theirs) in benjamini_hochberg(&p_values).iter().zip(case["bh"]["q"].as_array().unwrap()) {
        close(*ours, theirs);
    }
}

#[test]
fn remission_of_leukaemia() {
    let case = conformance().into_iter().find(|case| case["statistic"] == "kaplan_meier").unwrap();
    let times = case["inputs"]["times"].as_array().unwrap();
    let reached = case["inputs"]["reached"].as_array().unwrap();
    let spell = |(time, reached): (&Value, &Value)| Spell { time: time.as_f64().unwrap(), happened: *reached == 1 };
    let curve = kaplan_meier(&times.iter().zip(reached).map(spell).collect::<Vec<_>>());
    let rows = case["expect"].as_array().unwrap();
    assert_eq!(curve.steps.len(), rows.len() - 2);
    for row in rows {
        match row["time"].as_str() {
            Some("median") => assert_eq!(curve.quantile(0.5), row["survival"].as_f64()),
            Some("p90") => assert_eq!(curve.quantile(0.9), row["survival"].as_f64()),
            _ => close(curve.survival_at(row["time"].as_f64().unwrap()), &row["survival"]),
        }
    }
}

#[test]
fn release_from_prison_with_and_without_aid() {
    let case = expected("01_rossi_survival.json");
    let rows = csv("01_rossi_survival.csv");
    let group = |fin: &str| -> Vec<Spell> {
        let here = rows.iter().filter(|row| row[3] == fin);
        here.map(|row| Spell { time: number(&row[1]), happened: row[2] == "1" }).collect()
    };
    for (fin, key) in [("1", "km_fin1"), ("0", "km_fin0")] {
        let curve = kaplan_meier(&group(fin));
        for (index, time) in case[key]["times"].as_array().unwrap().iter().enumerate() {
            let step = curve.step_at(time.as_f64().unwrap()).unwrap();
            let (low, high) = step.band.unwrap();
            close(step.survival, &case[key]["survival"][index]);
            close(step.standard_error, &case[key]["se_greenwood"][index]);
            close(low, &case[key]["ci_loglog_lower"][index]);
            close(high, &case[key]["ci_loglog_upper"][index]);
        }
        assert_eq!(curve.quantile(0.5), None);
    }
    let (chi_squared, p) = log_rank(&group("1"), &group("0")).unwrap();
    close(chi_squared, &case["logrank"]["chi2"]);
    close(p, &case["logrank"]["p"]);
}

#[test]
fn four_decision_tables_give_the_prototypes_figures() {
    let case = expected("17_decision_tables.json");
    for name in ["deploy_to_production", "export_downloaded", "sso_enabled", "webhook_delivered"] {
        for (column, key) in [(3, "main"), (5, "gap21")] {
            holds(&csv(&format!("17_decision_{name}.csv")), column, &case[name][key], &format!("{name}, {key}"));
        }
    }
}

fn holds(rows: &[Vec<String>], exposed: usize, case: &Value, name: &str) {
    let table = decision_table(rows, exposed);
    let compared = compare(&table, RIDGE).unwrap();
    let near = |figure: f64, key: &str| {
        let theirs = case[key].as_f64().unwrap();
        // Ten digits of an effective sample size of hundreds end at the seventh decimal.
        let tolerance = 1e-8 * theirs.abs().max(1.0);
        assert!((figure - theirs).abs() <= tolerance, "{name}, {key}: {figure} is not {theirs}");
    };
    assert_eq!(table.clusters() as u64, case["clusters"].as_u64().unwrap());
    near(compared.effect, "estimate");
    near(compared.means.0, "mu1");
    near(compared.means.1, "mu0");
    near(compared.error_by_influence, "se_influence");
    near(compared.error_by_jackknife.unwrap(), "se_jackknife50");
    near(compared.standard_error, "se_used");
    near(compared.degrees, "df_used");
    near(compared.p, "p");
    near(compared.log_risk_ratio, "log_rr_rarer");
    near(compared.log_risk_ratio_error, "se_log_rr_used");
    near(compared.by_weights, "ipw_overlap");
    near(compared.by_models, "gcomp_overlap");
    near(compared.effective.0.min(compared.effective.1), "ess_min");
    near(compared.imbalance, "max_abs_smd");
}

/// Columns: account, renewal_week, renewed, exposed, active_weeks, exposed_gap21, jk_group, then the covariates.
fn decision_table(rows: &[Vec<String>], exposed: usize) -> Table {
    let mut accounts: Vec<u64> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let rank = |row: &Vec<String>| accounts.binary_search(&row[0].parse().unwrap()).unwrap();
    assert!(rows.iter().all(|row| rank(row) % 50 == number(&row[6]) as usize), "groups go by the rank of the cluster");
    Table {
        exposed: rows.iter().map(|row| row[exposed] == "1").collect(),
        outcome: rows.iter().map(|row| number(&row[2])).collect(),
        covariates: rows.iter().map(|row| row[7..].iter().map(|text| number(text)).collect()).collect(),
        cluster: rows.iter().map(rank).collect(),
    }
}

fn close(ours: f64, theirs: &Value) {
    let theirs = theirs.as_f64().unwrap();
    let tolerance = PRINTED * theirs.abs().max(1.0);
    assert!((ours - theirs).abs() <= tolerance, "{ours} is not {theirs}");
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().filter_map(Value::as_u64).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn expected(file: &str) -> Value {
    let case: Value = serde_json::from_str(&read(file)).unwrap();
    case["expected"].clone()
}

fn conformance() -> Vec<Value> {
    serde_json::from_str(&read("statistics.json")).unwrap()
}

/// The rows of a file without its header.
fn csv(file: &str) -> Vec<Vec<String>> {
    read(file).lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/reference").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
