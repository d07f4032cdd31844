//! The files that a plan names beside the exports: maps, overrides, links, renewals, decisions.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where their texts come from.
#[derive(Debug, Clone)]
pub enum SideFiles {
    /// What stands in this folder now.
    OnDisk(PathBuf),
    /// What a run of before read, by the path in its plan (`--as-known`).
    Kept(BTreeMap<String, String>),
}

impl SideFiles {
    /// Those that stand beside the plan now.
    pub fn beside(root: &Path) -> Self {
        Self::OnDisk(root.to_path_buf())
    }

    /// The text of one; nothing where it is not there, which `check` says. Bytes that are no UTF-8 become U+FFFD.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let folder = match self {
            Self::Kept(texts) => return Ok(texts.get(name).cloned()),
            Self::OnDisk(folder) => folder,
        };
        match std::fs::read(folder.join(name)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(problem) if problem.kind() == ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(problem).with_context(|| format!("could not read {}", folder.join(name).display())),
        }
    }
}
