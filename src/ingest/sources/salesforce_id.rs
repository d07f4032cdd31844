//! Salesforce ids: reports print the 15 characters in which case matters; everything else the 18 in which it does not.

/// Lengthens an id of 15 characters to 18 by the usual checksum; leaves any other text as it is.
///
/// Each group of five characters gives five bits, one per capital letter, lowest first; the bits pick a letter of `A-Z0-5`.
pub(super) fn lengthened(id: &str) -> String {
    if id.len() != 15 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id.to_owned();
    }
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let checksum = id.as_bytes().chunks(5).map(|group| {
        let bits = group.iter().enumerate().filter(|(_, byte)| byte.is_ascii_uppercase());
        char::from(LETTERS[bits.map(|(place, _)| 1_usize << place).sum::<usize>()])
    });
    id.chars().chain(checksum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_form_is_lengthened_and_nothing_else() {
        for (short, long) in [
            ("001A0000006Vm9u", "001A0000006Vm9uIAC"),
            ("0015g00000AcDeQ", "0015g00000AcDeQAAV"),
            ("0015g00000AXyZQ", "0015g00000AXyZQAA1"),
            ("0015G00000axYzq", "0015G00000axYzqQAE"),
            ("0015g00000AcDeQAAV", "0015g00000AcDeQAAV"),
            ("acme-1", "acme-1"),
            ("0015g00000AcD Q", "0015g00000AcD Q"),
            ("ééééééé1", "ééééééé1"),
        ] {
            assert_eq!(lengthened(short), long);
        }
    }
}
