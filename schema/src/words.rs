//! Closed sets of keywords: one table gives the enum, its spelling, its parser and its serde form.
//!
//! No enum of the vocabulary may spell its keywords anywhere else.

/// A word that is not one of a closed set of keywords.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{found}`, expected one of {}", crate::nearest::listed(.expected))]
pub struct UnknownWord {
    /// What the keywords stand for, such as `sensitivity`.
    pub what: &'static str,
    /// The word that was found.
    pub found: String,
    /// The keywords that would have been understood.
    pub expected: &'static [&'static str],
}

macro_rules! keywords {
    (
        $(#[$meta:meta])*
        pub enum $Type:ident as $what:literal {
            $( $(#[doc = $doc:literal])+ $Variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Type {
            $( $(#[doc = $doc])+ $Variant, )+
        }

        impl $Type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The keywords of [`ALL`](Self::ALL), in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The keyword that policies and reports use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                Self::WORDS[self as usize]
            }
        }

        impl ::std::fmt::Display for $Type {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $Type {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| {
                    $crate::UnknownWord { what: $what, found: text.to_owned(), expected: Self::WORDS }
                })
            }
        }

        impl ::serde::Serialize for $Type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize<'de>>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}
