//! What `ingest` would say of a source's promises, before it takes anything: for `check`. Reads files and the lake, and never
//! writes either.

use std::path::Path;

use anyhow::{Context, Result};

use super::batch::Around;
use super::said::{Held, Said};
use super::{Ingested, Mode, Reading, declaration, known, prepare, sources, unseen};
use crate::diag::Diagnostic;
use crate::engine::Engine;
use crate::lake::Lake;
use crate::plan::Plan;

/// Where the files that `ingest` would read break the contracts of their sources, and how the events of these have drifted;
/// and how many rows of the lake are of no source of the plan. Files of sources without a contract are not opened. What is
/// read waits in the folder `scratch`, which nobody else uses: no lock is held here, and an `ingest` may be running.
///
/// # Errors
/// If the lake cannot be read or the engine refuses; never because of what is in a file.
pub fn foresee(plan: &Plan, lake: &Lake, engine: &dyn Engine, now_us: i64, scratch: &Path) -> Result<Vec<Diagnostic>> {
    let mut vector = lake.vector()?;
    let mut ledger = known(lake, engine, &vector)?;
    let mut told: Vec<_> = unseen(plan, &ledger).into_iter().collect();
    let promising: Vec<_> = plan.sources.iter().filter(|source| source.contract.is_some()).collect();
    if !promising.is_empty() {
        prepare(lake, engine, &vector)?;
    }
    for source in promising {
        let layout = sources::layout(source.kind);
        let declaration = declaration(plan, source, layout.version());
        let around = Around { plan, source, layout, lake, engine, now_us, declaration: &declaration, scratch };
        let mut ingested = Ingested::default();
        let (ledger, vector, ingested) = (&mut ledger, &mut vector, &mut ingested);
        let mut reading = Reading { around, mode: Mode::New, ledger, vector, ingested, drift: None };
        told.extend(reading.foresee().with_context(|| format!("could not look at `{}`", source.name))?);
    }
    Ok(told)
}

impl Reading<'_> {
    fn foresee(&mut self) -> Result<Vec<Diagnostic>> {
        let source = self.around.source;
        let mut said = Said::new(source, self.around.plan);
        let mut batch = self.begin()?;
        self.drift = self.drift()?;
        for todo in self.todos(self.present(), &mut said)? {
            batch.read(todo)?;
        }
        let promises = self.look(&mut batch)?;
        said.contract(&batch, &promises);
        if let Some(drift) = &self.drift {
            said.standing(&drift.told()?);
        }
        Ok(said.told(&Held::default()))
    }
}
