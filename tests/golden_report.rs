//! One pack, byte for byte. Accept a change with `SNAPSHOTS=overwrite cargo test --test golden_report`, then read the
//! difference as a reader of the pack would.

#[path = "golden/company.rs"]
mod company;

use std::fs;
use std::path::{Path, PathBuf};

use throughline::report;

/// Where the files stand that are compared. Fonts are cut out, for they are files of their own.
fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/pack")
}

fn without_fonts(text: &str) -> String {
    let kept = text.lines().filter(|line| !line.contains("@font-face{")).collect::<Vec<_>>();
    kept.join("\n") + "\n"
}

#[test]
fn the_pack_is_what_it_was_byte_for_byte() {
    let pack = report::pack(&company::findings(), &company::plan()).unwrap();
    let overwrite = std::env::vars().any(|(name, value)| name == "SNAPSHOTS" && value == "overwrite");
    let mut different = Vec::new();
    // The page holds every chart; of the files that hold one each, the line stands for all.
    let compared = |path: &str| !path.starts_with("charts/") || path == "charts/line.svg";
    for (path, text) in pack.files.iter().filter(|(path, _)| compared(path)) {
        let file = golden().join(path);
        let text = without_fonts(text);
        if overwrite {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &text).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != text {
            different.push(path.clone());
        }
    }
    assert!(different.is_empty(), "these files of the pack differ from tests/golden/pack: {different:?}");
}

#[test]
fn a_pack_is_written_whole_and_twice_gives_the_same_bytes() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    let first = report::write(&company::findings(), &company::plan(), &out).unwrap();
    let page = fs::read(&first.html).unwrap();
    let again = report::write(&company::findings(), &company::plan(), &out).unwrap();
    assert_eq!(page, fs::read(&again.html).unwrap());
    assert_eq!(page, fs::read(out.join("latest/pack.html")).unwrap());
    let left: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}

/// The pack of the company after a change.
fn changed(change: impl FnOnce(&mut report::inputs::Findings, &mut throughline::plan::Plan)) -> Vec<(String, String)> {
    let (mut findings, mut plan) = (company::findings(), company::plan());
    change(&mut findings, &mut plan);
    report::pack(&findings, &plan).expect("the company has readings").files
}

fn file<'a>(files: &'a [(String, String)], name: &str) -> &'a str {
    &files.iter().find(|(path, _)| path == name).expect("it stands in every pack").1
}

/// The words of evidence.md 9, and those that leave what is not in the first issue.
const BANNED: [&str; 9] =
    ["proves", "drives", "causes", "impact of", "statistically significant", "p-value", "moderate", "back-test", "NaN"];

#[test]
fn no_sentence_claims_a_cause() {
    let files = changed(|_, _| {});
    for name in ["pack.md", "pack.json"] {
        let text = file(&files, name).to_lowercase();
        for word in BANNED {
            assert!(!text.contains(&word.to_lowercase()), "{name} says `{word}`");
        }
    }
    assert!(!file(&files, "pack.md").contains("strong"));
}

#[test]
fn a_quiet_pack_is_a_good_page() {
    let files = changed(|findings, plan| {
        findings.metrics.retain(|metric| matches!(metric.id.as_str(), "set-up" | "mrr" | "nrr"));
        plan.metrics.retain(|metric| matches!(metric.id().as_str(), "set-up" | "mrr" | "nrr"));
        plan.links.retain(|link| link.to.as_str() == "mrr");
    });
    let page = file(&files, "pack.md");
    assert!(page.contains("Nothing to see here"), "{page}");
    assert!(page.contains("**none moved**"), "{page}");
}

#[test]
fn a_metric_that_is_held_back_is_named_and_the_rest_goes_out() {
    let files = changed(|findings, _| {
        for metric in findings.metrics.iter_mut().filter(|metric| metric.id.as_str() == "second-site") {
            for series in [&mut metric.weekly, &mut metric.monthly].into_iter().flatten() {
                series.held = vec!["product".to_owned()];
            }
        }
    });
    let page = file(&files, "pack.md");
    assert!(page.contains("**Held back: “Two sites within 60 days”**, because product is behind"), "{page}");
    assert!(page.contains("Renewal rate **87.1 %**"), "{page}");
    assert!(!page.contains("33.8 %"), "a held figure is not printed: {page}");
}

#[test]
fn a_signal_that_the_last_review_has_shown_is_one_line_and_one_that_began_later_is_new() {
    let reviewed = |on: jiff::civil::Date| {
        changed(|findings, _| {
            let metric = throughline::model::ids::MetricId::new("weekly-pipelines");
            let signals = vec![(metric, jiff::civil::date(2026, 6, 22))];
            findings.last_review = Some(report::inputs::LastReview { on, signals });
        })
    };
    let known = reviewed(jiff::civil::date(2026, 6, 28));
    let page = file(&known, "pack.md");
    assert!(page.contains("Ships through a pipeline: still below since 22 Jun 2026"), "{page}");
    assert!(page.contains("Who moved it"), "the block signals all the same: {page}");
    let new = reviewed(jiff::civil::date(2026, 6, 15));
    assert!(!file(&new, "pack.md").contains("still below"), "it began after that review");
}

#[test]
fn who_moved_it_stands_only_where_the_block_signals() {
    let files = changed(|findings, _| {
        let moved = findings.metrics.iter().find(|metric| metric.id.as_str() == "weekly-pipelines");
        let contributions = moved.expect("the company has it").contributions.clone();
        for metric in &mut findings.metrics {
            metric.contributions = if metric.id.as_str() == "set-up" { contributions.clone() } else { Vec::new() };
        }
    });
    assert!(!file(&files, "pack.md").contains("Who moved it. From"));
}

#[test]
fn a_plan_without_any_reading_has_no_pack() {
    let mut findings = company::findings();
    findings.metrics.clear();
    assert!(report::pack(&findings, &company::plan()).is_err());
}

#[test]
fn a_line_of_more_than_six_rows_stands_on_page_two() {
    let files = changed(|_, plan| {
        let mut more = plan.metrics[1].clone();
        if let throughline::model::metric::Metric::Traction(traction) = &mut more {
            traction.id = throughline::model::ids::MetricId::new("sites-again");
        }
        plan.metrics.insert(2, more);
    });
    assert!(file(&files, "pack.html").contains("It is drawn on page two."));
}

#[test]
fn a_young_company_is_told_what_it_waits_for() {
    let files = changed(|findings, _| {
        let first = company::AS_OF.saturating_sub(jiff::ToSpan::days(24));
        findings.first_day = first;
        for metric in &mut findings.metrics {
            for series in [&mut metric.weekly, &mut metric.monthly].into_iter().flatten() {
                series.readings.retain(|reading| reading.period.start >= first);
            }
        }
    });
    let page = file(&files, "pack.md");
    assert!(page.contains("There are 25 days of data; first limits on"), "{page}");
    assert!(page.contains("No settled reading yet in the periods that this block shows"), "{page}");
    assert!(page.contains("more until there are limits"), "{page}");
}

#[test]
fn words_of_theirs_stay_words() {
    let files = changed(|findings, plan| {
        plan.outcomes[0].statement = "A <script>alert(1)</script> & \"two\" *sites*".to_owned();
        findings.quotes[0].text = "<b>|x|</b>".to_owned();
    });
    let page = file(&files, "pack.html");
    assert!(!page.contains("<script") && !page.contains("<b>|x|"));
    assert!(file(&files, "pack.md").contains("\\*sites\\*"));
}

#[test]
fn the_pack_of_a_review_is_not_replaced() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reviews");
    let _ = fs::remove_dir_all(&out);
    let review = report::write(&company::findings(), &company::plan(), &out).unwrap();
    let mut later = company::findings();
    later.run = "2026-07-02-01".to_owned();
    later.occasion = report::inputs::Occasion::Between;
    let between = report::write(&later, &company::plan(), &out).unwrap();
    assert_eq!(between.html, out.join("2026-07-02-01/pack.html"));
    assert!(!fs::read_to_string(review.html).unwrap().contains("provisional; compared"));
    assert!(fs::read_to_string(between.html).unwrap().contains("provisional; compared with the sync of 2 April 2026"));
}
