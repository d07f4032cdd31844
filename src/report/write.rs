//! Writing the pack: into a folder beside its place, then by rename, so that nobody reads half a pack.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::plan::Plan;

use super::chart::{self, spec::Companion};
use super::inputs::Findings;
use super::page::{Block, Page};
use super::sections::page;
use super::{html, json, markdown, tables};

/// A pack in memory: every file by its path inside the pack, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Path, with `/`, and contents.
    pub files: Vec<(String, String)>,
}

/// Where a pack was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page that people open.
    pub html: PathBuf,
    /// How many files it has.
    pub files: u64,
}

/// Makes the pack, without writing it anywhere.
///
/// # Errors
/// If nothing at all could be read, or a page cannot be made of what was.
pub fn pack(findings: &Findings, plan: &Plan) -> anyhow::Result<Pack> {
    let all = findings.metrics.iter().flat_map(|metric| [&metric.weekly, &metric.monthly]).flatten();
    let any = all.flat_map(|series| &series.readings).next().is_some();
    let any = any || findings.metrics.iter().any(|metric| !matches!(metric.companion, super::inputs::Companion::None));
    ensure!(any, "no metric of the plan has a single reading, so there is no pack to write");
    let page = page(findings, plan);
    let mut files = vec![
        ("pack.html".to_owned(), html::html(&page)?),
        ("pack.md".to_owned(), markdown::markdown(&page)),
        ("pack.json".to_owned(), json::json(&page, findings)?),
    ];
    files.extend(charts(&page));
    files.extend(tables::tables(&page)?.into_iter().map(|(name, text)| (format!("tables/{name}"), text)));
    Ok(Pack { files })
}

/// Writes the pack to `<out>/<as_of>/` (to `<out>/<run>/` where the pack of a review stands there) and a copy to
/// `<out>/latest/`, replacing what stood there; but a pack of a day in the past is not the latest.
///
/// # Errors
/// As [`pack`]; and if a file cannot be written, in which case the old pack still stands.
pub fn write(findings: &Findings, plan: &Plan, out: &Path) -> anyhow::Result<Written> {
    let pack = pack(findings, plan)?;
    let folder = out.join(folder_name(findings, out));
    place(&pack, out, &folder)?;
    if is_latest(findings, out) {
        place(&pack, out, &out.join("latest"))?;
    }
    Ok(written(&pack, &folder))
}

/// Writes the pack of a run of before, made again, to `<out>/<run>/`; the latest stays what it is.
///
/// # Errors
/// As [`write`].
pub fn write_again(findings: &Findings, plan: &Plan, out: &Path) -> anyhow::Result<Written> {
    let pack = pack(findings, plan)?;
    let folder = out.join(&findings.run);
    place(&pack, out, &folder)?;
    Ok(written(&pack, &folder))
}

/// Whether no pack of a later day is shown as the latest.
fn is_latest(findings: &Findings, out: &Path) -> bool {
    let standing = standing(&out.join("latest"));
    let as_of = standing.as_ref().and_then(|pack| pack["as_of"].as_str());
    as_of.is_none_or(|as_of| as_of <= findings.as_of.to_string().as_str())
}

/// The pack that stands in a folder.
fn standing(folder: &Path) -> Option<serde_json::Value> {
    serde_json::from_str(&fs::read_to_string(folder.join("pack.json")).ok()?).ok()
}

fn written(pack: &Pack, folder: &Path) -> Written {
    Written { html: folder.join("pack.html"), files: pack.files.len() as u64 }
}

/// `<as_of>`; but a review's pack is never replaced by another run's, which goes to `<run>` instead.
fn folder_name(findings: &Findings, out: &Path) -> String {
    let name = findings.as_of.to_string();
    let of_review =
        standing(&out.join(&name)).is_some_and(|pack| pack["review"] == true && pack["run"] != findings.run.as_str());
    if of_review { findings.run.clone() } else { name }
}

fn place(pack: &Pack, out: &Path, folder: &Path) -> anyhow::Result<()> {
    let name = folder.file_name().map_or_else(|| "pack".into(), |name| name.to_string_lossy().into_owned());
    let (fresh, old) = (out.join(format!(".{name}.new")), out.join(format!(".{name}.old")));
    for leftover in [&fresh, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).with_context(|| format!("could not clear {}", leftover.display()))?;
        }
    }
    for (path, text) in &pack.files {
        let path = fresh.join(path);
        let parent = path.parent().expect("every file of a pack stands in its folder");
        fs::create_dir_all(parent).with_context(|| format!("could not make {}", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    }
    if folder.exists() {
        fs::rename(folder, &old).with_context(|| format!("could not put {} aside", folder.display()))?;
    }
    fs::rename(&fresh, folder).with_context(|| format!("could not put the pack at {}", folder.display()))?;
    if old.exists() {
        fs::remove_dir_all(&old).with_context(|| format!("could not clear {}", old.display()))?;
    }
    Ok(())
}

/// Every chart as a file that draws the same on a machine without our face.
fn charts(page: &Page) -> Vec<(String, String)> {
    let mut charts = vec![("line".to_owned(), chart::the_line(&page.line))];
    for block in page.lanes.iter().chain([&page.business]).flat_map(|section| &section.blocks) {
        charts.extend(of_block(block));
    }
    for one in &page.appendix.controls {
        charts.push((format!("{:02}-{}-limits", one.number, one.id), chart::control(one)));
    }
    charts.into_iter().map(|(name, svg)| (format!("charts/{name}.svg"), alone(&svg))).collect()
}

fn of_block(block: &Block) -> Vec<(String, String)> {
    let name = format!("{:02}-{}", block.number, block.id);
    let mut charts = Vec::new();
    charts.extend(block.chart.as_ref().map(|spec| (name.clone(), chart::six_twelve(spec))));
    if let Some(svg) = block.companion.as_ref().and_then(chart::companion) {
        let kind = match &block.companion {
            Some(Companion::Curves(_)) => "curves",
            Some(Companion::Stages(_)) => "stages",
            Some(Companion::Funnel(_)) => "funnel",
            Some(Companion::Movements(_)) => "movements",
            Some(Companion::Triangle(_)) | None => "companion",
        };
        charts.push((format!("{name}-{kind}"), svg));
    }
    charts.extend(block.segments.as_ref().map(|spec| (format!("{name}-segments"), chart::by_segment(spec))));
    charts
}

/// Embeds the face and what the page's style would say.
pub(super) fn alone(svg: &str) -> String {
    let head = svg.find('>').expect("a picture has a head") + 1;
    let style = "text{font-variant-numeric:tabular-nums}polyline{stroke-linejoin:round;stroke-linecap:round}svg{background:#fff}";
    format!("{}\n<style>{}{style}</style>{}", &svg[..head], html::chart_fonts(), &svg[head..])
}
