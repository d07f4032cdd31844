//! The plan that `throughline init` lays out: commented, small, and true once its paths exist.

/// The folders it names.
pub const FOLDERS: [&str; 3] = ["exports/product", "exports/crm", "exports/billing"];

/// A commented plan to begin with.
pub fn commented() -> &'static str {
    include_str!("template.toml")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{FOLDERS, commented};
    use crate::plan::globs::check_files;
    use crate::plan::resolve::{Needs, resolve};

    #[test]
    fn the_template_passes_once_its_paths_exist() {
        let root = tempfile::tempdir().unwrap();
        let (plan, told) = resolve(commented(), root.path(), date(2026, 11, 25), Needs::Everything);
        let codes: Vec<&str> = told.iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            ["outcome-not-agreed"],
            "a new plan is a proposal, and nothing else is wrong with it: {told:?}"
        );
        let plan = plan.unwrap();
        assert_eq!(check_files(&plan).len(), 4);
        for folder in FOLDERS {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for file in ["product/a.jsonl.gz", "crm/companies-a.csv", "crm/deals-a.csv", "billing/subscriptions-a.csv"] {
            std::fs::write(root.path().join("exports").join(file), "x").unwrap();
        }
        assert_eq!(check_files(&plan), []);
    }

    #[test]
    fn what_the_template_shows_in_comments_is_true_too() {
        let uncommented: String =
            commented().lines().map(|line| line.strip_prefix("#~ ").unwrap_or(line).to_string() + "\n").collect();
        assert_ne!(uncommented, commented(), "there are examples to look at");
        let (plan, told) = resolve(&uncommented, std::path::Path::new("."), date(2026, 11, 25), Needs::Everything);
        assert!(plan.is_some(), "{told:?}");
        assert_eq!(told, []);
    }
}
