//! What people type and what they see, word for word; accept changes with `TRYCMD=overwrite`, then read the diff.

#[test]
fn journeys() {
    trycmd::TestCases::new().case("tests/journeys/*.md");
}
