//! Words that CRM kinds share: what a stage or a flag says of a deal, and the host of a website.

/// What a row says of a deal's end, by flags; each may be missing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) won: Option<bool>,
    pub(super) lost: Option<bool>,
    pub(super) closed: Option<bool>,
}

/// The state of a deal where the row alone decides it: its flags, else the words every tool has for the end of a pipeline.
/// Nothing where only the plan's `won` and `lost` can tell, which are applied on reading (lake.md 12).
pub(super) fn state(flags: Flags, stage_key: Option<&str>) -> Option<&'static str> {
    match (flags.won, flags.lost, flags.closed) {
        (Some(true), ..) => return Some("won"),
        (_, Some(true), _) | (Some(false), _, Some(true)) => return Some("lost"),
        (_, _, Some(false)) | (Some(false), Some(false), None) => return Some("open"),
        _ => {}
    }
    match stage_key.map(plain).as_deref() {
        Some("closedwon") if flags.won != Some(false) => Some("won"),
        Some("closedlost") if flags.lost != Some(false) => Some("lost"),
        _ => None,
    }
}

/// A stage as it is compared: without case, and without a bracket behind it that is the pipeline.
pub(super) fn stage_key(stage: &str, pipeline: Option<&str>) -> String {
    let stage = stage.trim();
    let bracket = stage.strip_suffix(')').and_then(|inside| inside.rsplit_once('('));
    let bare = match bracket {
        Some((bare, inside)) if pipeline.is_some_and(|pipeline| same(inside, pipeline)) => bare.trim_end(),
        _ => stage,
    };
    bare.to_lowercase()
}

/// A state as a `crm` table may write it.
pub(super) fn written_state(text: &str) -> Option<&'static str> {
    ["won", "lost", "open"].into_iter().find(|state| same(text, state))
}

/// The host of a website, without `www.`, in lower case; nothing where there is none.
pub(super) fn host(website: &str) -> Option<String> {
    let address = website.trim();
    let address = address.split_once("://").map_or(address, |(_, address)| address).trim_start_matches('/');
    let host = address.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.split(':').next()?.trim().trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    (!host.is_empty() && !host.contains(char::is_whitespace)).then(|| host.to_owned())
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_decide_before_stages() {
        let flags = |won, lost, closed| Flags { won, lost, closed };
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(state(flags(yes, no, None), Some("contract sent")), Some("won"));
        assert_eq!(state(flags(no, yes, None), None), Some("lost"));
        assert_eq!(state(flags(no, no, None), Some("closedwon")), Some("open"));
        assert_eq!(state(flags(no, None, yes), None), Some("lost"));
        assert_eq!(state(flags(None, None, no), Some("closedwon")), Some("open"));
        assert_eq!(state(Flags::default(), Some("closed won")), Some("won"));
        assert_eq!(state(Flags::default(), Some("closedlost")), Some("lost"));
        assert_eq!(state(Flags::default(), Some("signed")), None);
        assert_eq!(state(flags(no, None, None), Some("closed won")), None);
    }

    #[test]
    fn a_bracket_that_is_the_pipeline_is_dropped() {
        assert_eq!(stage_key("Closed won (Renewals)", Some("Renewals")), "closed won");
        assert_eq!(stage_key("Closed won (Renewals)", Some("Sales")), "closed won (renewals)");
        assert_eq!(stage_key(" Signed ", None), "signed");
    }

    #[test]
    fn a_domain_is_the_host_of_the_website() {
        for (website, domain) in [
            ("https://www.harbourmills.example/", Some("harbourmills.example")),
            ("kestrel.example", Some("kestrel.example")),
            ("http://Kestrel.Example:8080/a?b", Some("kestrel.example")),
            ("www.gruenwald.example", Some("gruenwald.example")),
            ("//a.example", Some("a.example")),
            ("", None),
            ("to be asked", None),
        ] {
            assert_eq!(host(website).as_deref(), domain, "{website}");
        }
    }

    #[test]
    fn states_are_read_in_all_their_spellings() {
        assert_eq!((written_state(" Won"), written_state("signed")), (Some("won"), None));
    }
}
