//! A failure told as a problem, and how the program then leaves: where the workspace could not be written, trying again is
//! right (3); all else must be mended first (2).

use std::io::ErrorKind;

use super::Exit;
use super::printer::{Printer, with_reasons};
use super::workspace::STATE;
use crate::diag::Diagnostic;

/// What the systems say when there is no room.
const FULL: [&str; 4] =
    ["No space left on device", "File too large", "Disk quota exceeded", "not enough space on the disk"];

/// What they say when a folder cannot be written.
const CLOSED: [&str; 5] =
    ["Read-only file system", "Permission denied", "Not a directory", "File exists", "Access is denied"];

/// Says why a verb failed.
pub(super) fn tell(printer: Printer, failure: &anyhow::Error) -> Exit {
    // The engine and the lake hand the system's words on as text, so its kinds of error are told by them.
    let text = format!("{failure:#}");
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let (code, what, hint) = if says(&FULL) {
        ("disk-full", "there is no room to write what was read", "free some space, then run it again: nothing is lost")
    } else if text.contains(STATE) && says(&CLOSED) {
        (
            "workspace-not-writable",
            "the workspace cannot be written",
            "make `.throughline` a folder that this user may write, then run it again: nothing is lost",
        )
    } else {
        printer.failure(failure);
        return exit_of(failure);
    };
    let problem = with_reasons(Diagnostic::error(code, what), failure.chain());
    printer.problem(&problem.hint(hint), "");
    Exit::Unreachable
}

/// What the system refused may go better another time, all else must be mended first.
fn exit_of(failure: &anyhow::Error) -> Exit {
    let passing = |problem: &std::io::Error| {
        matches!(
            problem.kind(),
            ErrorKind::PermissionDenied
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::StorageFull
                | ErrorKind::QuotaExceeded
                | ErrorKind::ResourceBusy
                | ErrorKind::TimedOut
                | ErrorKind::StaleNetworkFileHandle
        )
    };
    let refused = failure.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(passing);
    if refused { Exit::Unreachable } else { Exit::Nothing }
}
