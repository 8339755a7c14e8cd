//! Where the raw form of a value may be.

use std::fmt;

/// Where the raw form of a field may be.
///
/// Ordered from loose to tight, so that `a < b` reads "`a` is weaker than `b`"; two different pinned regions compare
/// by name and neither counts as weaker (see [`Residency::is_weaker_than`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Residency {
    /// Anywhere; nothing personal may be declared so.
    Global,
    /// In any region of the subject's jurisdiction.
    Regional,
    /// Only in the region of its subject.
    InCountry,
    /// Only in this region, whoever the subject is.
    Pinned(&'static str),
}

impl Residency {
    const fn rank(&self) -> u8 {
        match self {
            Residency::Global => 0,
            Residency::Regional => 1,
            Residency::InCountry => 2,
            Residency::Pinned(_) => 3,
        }
    }

    /// Whether `self` lets the raw value be in more places than `other` does.
    ///
    /// ```
    /// use boundary_schema::Residency;
    /// assert!(Residency::Global.is_weaker_than(&Residency::InCountry));
    /// assert!(!Residency::Pinned("in").is_weaker_than(&Residency::Pinned("eu")));
    /// ```
    #[must_use]
    pub const fn is_weaker_than(&self, other: &Residency) -> bool {
        self.rank() < other.rank()
    }

    /// The keyword of this residency, without the region of a pinned one.
    #[must_use]
    pub const fn keyword(&self) -> &'static str {
        match self {
            Residency::Global => "global",
            Residency::Regional => "regional",
            Residency::InCountry => "in_country",
            Residency::Pinned(_) => "pinned",
        }
    }
}

impl fmt::Display for Residency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Residency::Pinned(region) => write!(f, "pinned({region})"),
            other => f.write_str(other.keyword()),
        }
    }
}
