//! The lattice: of two values of an attribute, which lets more be done with data.
//!
//! Every order is written once, as a rank that is higher where more may be done. A change between values that cannot be compared takes
//! something away and gives something else, so it is two steps, one each way; this keeps the change back the mirror of the change.

use boundary_schema::manifest::{Attribute, Item, ItemKind, Said, Value};
use boundary_schema::{Basis, Sensitivity};

use super::Direction::{self, Narrowing, Neutral, Widening};

/// One step of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) direction: Direction,
    pub(super) why: &'static str,
}

/// What a higher rank means, and what a lower one does.
type Words = (&'static str, &'static str);

/// How two values of an attribute compare.
enum Order {
    /// By a rank that is higher where more may be done.
    Ranked(i64, i64, Words),
    /// Neither allows more than the other: one thing goes, another comes.
    Apart(Words),
    /// It has no bearing on what may be done.
    Same(&'static str),
}

/// The steps from one value of an attribute to another; of a set, from a word to none or from none to a word.
pub(super) fn steps(
    item: &Item,
    attribute: Attribute,
    from: Option<&Value>,
    to: Option<&Value>,
) -> Vec<Step> {
    let step = |direction, why| Step { direction, why };
    match order(item, attribute, from, to) {
        Order::Ranked(before, after, (more, less)) => match before.cmp(&after) {
            std::cmp::Ordering::Less => vec![step(Widening, more)],
            std::cmp::Ordering::Greater => vec![step(Narrowing, less)],
            std::cmp::Ordering::Equal => vec![step(Neutral, "it allows as much as before")],
        },
        Order::Apart((more, less)) => vec![step(Widening, more), step(Narrowing, less)],
        Order::Same(why) => vec![step(Neutral, why)],
    }
}

fn text(value: Option<&Value>) -> &str {
    match value {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn number(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Number(number)) => i64::try_from(*number).ok(),
        _ => None,
    }
}

fn order(item: &Item, attribute: Attribute, from: Option<&Value>, to: Option<&Value>) -> Order {
    let ranked =
        |rank: &dyn Fn(Option<&Value>) -> i64, words: Words| Order::Ranked(rank(from), rank(to), words);
    let there = |value: Option<&Value>| i64::from(value.is_some());
    let missing = |value: Option<&Value>| i64::from(value.is_none());
    match attribute {
        Attribute::Type | Attribute::Null | Attribute::Reason | Attribute::Owner | Attribute::Born => {
            Order::Same("it has no bearing on what may be done with the value")
        }
        Attribute::Category if from.is_some() && to.is_some() => {
            Order::Same("it is another kind of value; its sensitivity tells the rest")
        }
        Attribute::Category => ranked(
            &missing,
            ("nobody says any more what the value is", "it is classified now"),
        ),
        Attribute::Role if from.is_some() && to.is_some() => Order::Apart((
            "it no longer has its part in identifying the record",
            "it has another part in identifying the record",
        )),
        Attribute::Role => ranked(
            &missing,
            (
                "it no longer has its part in identifying the record",
                "it has a part in identifying the record",
            ),
        ),
        Attribute::Sensitivity => ranked(
            &|value| match text(value).parse::<Sensitivity>() {
                Ok(Sensitivity::Public) => 4,
                Ok(Sensitivity::Internal) => 3,
                Ok(Sensitivity::Personal) => 2,
                // What nobody classifies is not less sensitive than anything.
                Ok(Sensitivity::Sensitive) | Err(_) => 1,
            },
            (
                "less care is taken of the value",
                "more care is taken of the value",
            ),
        ),
        Attribute::Identifies => ranked(
            &missing,
            (
                "it may be the key of a cohort now",
                "it can no longer be the key of a cohort",
            ),
        ),
        Attribute::Residency => residency(text(from), text(to)),
        Attribute::Purposes => ranked(
            &there,
            (
                "it may be processed for one purpose more",
                "it may be processed for one purpose less",
            ),
        ),
        Attribute::Protection => ranked(
            &|value| match text(value) {
                "sealed" => 0,
                "blind_index" => 1,
                "resident" => 2,
                _ => 3,
            },
            ("encryption is taken away", "encryption is added"),
        ),
        Attribute::Release => ranked(
            &there,
            (
                "it may cross the border in one way more",
                "it may cross the border in one way less",
            ),
        ),
        Attribute::Json => ranked(
            &|value| match text(value) {
                "" => 2,
                "opaque" => 1,
                _ => 0,
            },
            (
                "less is said of what the value holds",
                "more is said of what the value holds",
            ),
        ),
        Attribute::Tenancy => ranked(
            &|value| i64::from(text(value) != "tenant"),
            (
                "its rows belong to no tenant any more",
                "its rows belong to a tenant now",
            ),
        ),
        Attribute::RowSecurity => ranked(
            &missing,
            (
                "the database no longer keeps tenants apart",
                "the database keeps tenants apart",
            ),
        ),
        Attribute::From => ranked(
            &there,
            (
                "it is made from one source more",
                "it is made from one source less",
            ),
        ),
        Attribute::Plane => ranked(
            &|value| plane(item.kind, text(value)),
            (
                "its code may do more, or what is there lies outside",
                "its code may do less, or what is there lies inside",
            ),
        ),
        Attribute::Jurisdiction => Order::Apart(("another law applies", "the law of before applies no more")),
        Attribute::Region => Order::Apart((
            "data goes to another region",
            "data goes to the region of before no more",
        )),
        Attribute::Use => data_use(text(from), text(to)),
        Attribute::Basis => ranked(
            &|value| i64::from(text(value).parse() != Ok(Basis::Consent)),
            (
                "the subject is no longer asked",
                "the subject is asked for consent",
            ),
        ),
        Attribute::Value => setting(&item.name, from, to),
        Attribute::Count => ranked(
            &|value| number(value).unwrap_or(1),
            ("it is there more often", "it is there less often"),
        ),
        Attribute::Until => match (text(from), text(to)) {
            (from, to) if from < to => Order::Ranked(0, 1, UNTIL),
            _ => Order::Ranked(1, 0, UNTIL),
        },
    }
}

const UNTIL: Words = ("it is accepted for longer", "it is accepted for a shorter time");

/// Where the raw value may be. A region is not comparable with the home of the subject, nor with another region.
fn residency(from: &str, to: &str) -> Order {
    const WORDS: Words = (
        "the raw value may be in more places",
        "the raw value may be in fewer places",
    );
    // Nothing said is refused by the lint, and lets nobody rely on anything.
    let rank = |residency: &str| match residency {
        "" => Some(4),
        "global" => Some(3),
        "regional" => Some(2),
        "in_country" => Some(1),
        _ => None,
    };
    match (rank(from), rank(to)) {
        (Some(before), Some(after)) => Order::Ranked(before, after, WORDS),
        // A pinned region is one of all regions.
        (Some(before), None) if before >= 3 => Order::Ranked(before, 0, WORDS),
        (None, Some(after)) if after >= 3 => Order::Ranked(0, after, WORDS),
        _ => Order::Apart((
            "the raw value may be where it was not allowed",
            "the raw value may no longer be where it was",
        )),
    }
}

/// A use below another is narrower: `marketing.communications` allows `marketing.communications.email`.
fn data_use(from: &str, to: &str) -> Order {
    const WORDS: Words = ("the purpose covers more uses", "the purpose covers fewer uses");
    let is_below = |narrow: &str, wide: &str| {
        narrow
            .strip_prefix(wide)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    if is_below(from, to) {
        Order::Ranked(0, 1, WORDS)
    } else if is_below(to, from) {
        Order::Ranked(1, 0, WORDS)
    } else {
        Order::Apart((
            "the purpose stands for another use",
            "the purpose no longer stands for the use of before",
        ))
    }
}

/// How much code of a plane may do; of a region, whether what lies there is outside.
fn plane(kind: ItemKind, plane: &str) -> i64 {
    match (kind, plane) {
        (ItemKind::Region, "central") => 1,
        (ItemKind::Region, _) => 0,
        (_, "central") => 0,
        (_, "shared") => 1,
        (_, "in_country") => 2,
        _ => 3,
    }
}

fn setting(name: &str, from: Option<&Value>, to: Option<&Value>) -> Order {
    let (Some(before), Some(after)) = (number(from), number(to)) else {
        return match name {
            "release.destination" => Order::Apart((
                "released values go to another region",
                "released values go to the region of before no more",
            )),
            _ => Order::Same("it has no bearing on what may be done with data"),
        };
    };
    match name {
        "consent.grant_max_age" => Order::Ranked(
            before,
            after,
            (
                "a withdrawal of consent may go unnoticed for longer",
                "a withdrawal of consent is noticed sooner",
            ),
        ),
        "keys.lease" => Order::Ranked(
            before,
            after,
            (
                "a kill switch may go unnoticed for longer",
                "a kill switch is noticed sooner",
            ),
        ),
        "release.minimum_subjects" => Order::Ranked(
            -before,
            -after,
            (
                "smaller cohorts may cross the border",
                "only larger cohorts cross the border",
            ),
        ),
        "release.max_share_percent" => Order::Ranked(
            before,
            after,
            (
                "one person may make up more of a cohort",
                "one person makes up less of a cohort",
            ),
        ),
        _ if name.starts_with("envelope.padding.") => Order::Ranked(
            -before,
            -after,
            (
                "ciphertexts tell more of the length of values",
                "ciphertexts tell less of the length of values",
            ),
        ),
        _ => Order::Ranked(
            before,
            after,
            (
                "what is erased can be read from backups for longer",
                "what is erased is gone from backups sooner",
            ),
        ),
    }
}

/// The direction of an item that is new, with what that means and what it means that one is no more.
pub(super) fn added(kind: ItemKind, said: &Said) -> (Direction, Words) {
    let is = |attribute, word: &str| text(said.get(attribute)) == word;
    match kind {
        ItemKind::Sink => (
            Widening,
            (
                "data may be written to one place more",
                "data may be written to one place less",
            ),
        ),
        ItemKind::Exit => (
            Widening,
            (
                "opened values leave their wrapper here",
                "opened values leave no more here",
            ),
        ),
        ItemKind::WayOut => (
            Widening,
            (
                "rows may leave the database this way",
                "rows no longer leave the database this way",
            ),
        ),
        ItemKind::Suppression => (
            Widening,
            ("a finding is no longer reported", "the finding is reported again"),
        ),
        ItemKind::Unseen => (
            Widening,
            (
                "the lint cannot see what happens here",
                "nothing is hidden here any more",
            ),
        ),
        ItemKind::Role if said.get(Attribute::Purposes).is_some() => (
            Widening,
            (
                "somebody more may open sessions",
                "somebody less may open sessions",
            ),
        ),
        ItemKind::Region if is(Attribute::Plane, "central") => (
            Widening,
            (
                "there is one place more outside",
                "there is one place less outside",
            ),
        ),
        ItemKind::Crate if !is(Attribute::Plane, "central") && !is(Attribute::Plane, "shared") => (
            Widening,
            (
                "code of one package more may link the vault",
                "code of one package less may link the vault",
            ),
        ),
        ItemKind::Column | ItemKind::Field
            if said.get(Attribute::Category).is_none() && said.get(Attribute::Role).is_none() =>
        {
            (
                Widening,
                (
                    "nobody says what the value is",
                    "a value that nobody classified is gone",
                ),
            )
        }
        ItemKind::Setting => (Narrowing, ("it is decided now", "nobody decides it any more")),
        _ => (Neutral, ("it is declared", "it is declared no more")),
    }
}
