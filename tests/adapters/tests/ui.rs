//! What must not compile although an adapter is there.

#[test]
fn messages_are_as_they_were_reviewed() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
