use super::*;

const PAYMENTS: &str = include_str!("../../tests/payments.toml");

#[test]
fn the_policy_of_the_payments_example_is_read() {
    let policy = Policy::parse("boundary.toml", PAYMENTS).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(policy.regions().len(), 3);
}
