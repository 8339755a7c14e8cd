//! What changed between two manifests, and in which direction: whether more may be done with data than before, or less.
//!
//! The direction is read off a lattice (`boundary-lint/src/diff/lattice.rs`) and never guessed from names or places. Turning base and head around turns every
//! widening into a narrowing and leaves what is neutral as it is.

pub mod approvals;
mod lattice;
mod pairs;

use std::fmt;

use boundary_schema::manifest::{Attribute, Item, ItemKind, Manifest, Said, Value};

/// Whether a change lets more be done with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// More may be done than before, or less is known.
    Widening,
    /// Less may be done than before, or more is known.
    Narrowing,
    /// Neither.
    Neutral,
}

impl Direction {
    /// In a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::Widening => "widening",
            Direction::Narrowing => "narrowing",
            Direction::Neutral => "neutral",
        }
    }

    /// The direction of the change back.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Direction::Widening => Direction::Narrowing,
            Direction::Narrowing => Direction::Widening,
            Direction::Neutral => Direction::Neutral,
        }
    }
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It was not there.
    Added,
    /// It is no more.
    Removed,
    /// It has another name.
    Renamed {
        /// Its name before.
        from: String,
    },
    /// An attribute says something else; of a set, one word is there or is no more.
    Changed {
        /// The attribute.
        attribute: Attribute,
        /// What it said.
        from: Option<Value>,
        /// What it says.
        to: Option<Value>,
    },
}

/// One change of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its direction.
    pub direction: Direction,
    /// The item: as the head has it, or as the base had it where it is no more.
    pub item: Item,
    /// The item as the base had it, where both have it.
    pub before: Option<Item>,
    /// What became of it.
    pub what: What,
    /// What that means, in a sentence.
    pub why: &'static str,
}

impl fmt::Display for Change {
    /// The change in one line, by which it is approved.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.item)?;
        match &self.what {
            What::Added => f.write_str("added"),
            What::Removed => f.write_str("removed"),
            What::Renamed { from } => write!(f, "renamed from {from}"),
            What::Changed { attribute, from, to } => {
                write!(
                    f,
                    "{attribute} {} -> {}",
                    shown(from.as_ref()),
                    shown(to.as_ref())
                )
            }
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "(none)".to_owned(), ToString::to_string)
}

/// Every change from `base` to `head`: widenings first, then by item.
#[must_use]
pub fn compare(base: &Manifest, head: &Manifest) -> Vec<Change> {
    let mut changes = Vec::new();
    let pairs = pairs::of(base, head);
    for (before, after) in &pairs.both {
        changed(&mut changes, base, head, before, after);
    }
    for item in &pairs.added {
        one_sided(&mut changes, item, &head.items[*item], Side::Added);
    }
    for item in &pairs.removed {
        one_sided(&mut changes, item, &base.items[*item], Side::Removed);
    }
    changes.sort_by(|a, b| (a.direction, &a.item, &a.what).cmp(&(b.direction, &b.item, &b.what)));
    changes
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Added,
    Removed,
}

/// An item that only one side has. Removing is adding, seen from the other side.
fn one_sided(changes: &mut Vec<Change>, item: &Item, said: &Said, side: Side) {
    let turned = |direction: Direction| match side {
        Side::Added => direction,
        Side::Removed => direction.mirrored(),
    };
    let (direction, why) = lattice::added(item.kind, said);
    changes.push(Change {
        direction: turned(direction),
        item: item.clone(),
        before: None,
        what: match side {
            Side::Added => What::Added,
            Side::Removed => What::Removed,
        },
        why: match side {
            Side::Added => why.0,
            Side::Removed => why.1,
        },
    });
    // A column that comes with a way across the border is more than a new column.
    if let Some(Value::Set(ways)) = said.get(Attribute::Release)
        && [ItemKind::Column, ItemKind::Field].contains(&item.kind)
    {
        for way in ways {
            let value = Some(Value::Text(way.clone()));
            let (from, to) = match side {
                Side::Added => (None, value),
                Side::Removed => (value, None),
            };
            for step in lattice::steps(item, Attribute::Release, from.as_ref(), to.as_ref()) {
                changes.push(Change {
                    direction: step.direction,
                    item: item.clone(),
                    before: None,
                    what: What::Changed {
                        attribute: Attribute::Release,
                        from: from.clone(),
                        to: to.clone(),
                    },
                    why: step.why,
                });
            }
        }
    }
}

/// An item that both sides have.
fn changed(changes: &mut Vec<Change>, base: &Manifest, head: &Manifest, before: &Item, after: &Item) {
    let mut push = |direction, what, why| {
        changes.push(Change {
            direction,
            item: after.clone(),
            before: Some(before.clone()),
            what,
            why,
        });
    };
    if before != after {
        let from = match before.group == after.group {
            true => before.name.clone(),
            false => format!("{}: {}", before.group, before.name),
        };
        push(
            Direction::Neutral,
            What::Renamed { from },
            "it is the same item under another name",
        );
    }
    let (was, is) = (&base.items[before], &head.items[after]);
    for attribute in Attribute::ALL
        .iter()
        .copied()
        .filter(|attribute| *attribute != Attribute::Born)
    {
        let (from, to) = (was.get(attribute), is.get(attribute));
        if from == to {
            continue;
        }
        // Words of a set come and go one by one.
        let words = |value: Option<&Value>| match value {
            Some(Value::Set(words)) => words.clone(),
            _ => Default::default(),
        };
        if let Some(Value::Set(_)) = from.or(to) {
            let (from, to) = (words(from), words(to));
            let gone = from.difference(&to).map(|word| (Some(word), None));
            let come = to.difference(&from).map(|word| (None, Some(word)));
            for (from, to) in gone.chain(come) {
                let value = |word: Option<&String>| word.cloned().map(Value::Text);
                let (from, to) = (value(from), value(to));
                for step in lattice::steps(after, attribute, from.as_ref(), to.as_ref()) {
                    let what = What::Changed {
                        attribute,
                        from: from.clone(),
                        to: to.clone(),
                    };
                    push(step.direction, what, step.why);
                }
            }
            continue;
        }
        for step in lattice::steps(after, attribute, from, to) {
            let what = What::Changed {
                attribute,
                from: from.cloned(),
                to: to.cloned(),
            };
            push(step.direction, what, step.why);
        }
    }
}
