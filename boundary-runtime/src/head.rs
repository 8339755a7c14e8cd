//! Where a log ends: what a release carries to the other plane.

/// Where a journal ends: the sequence of its last entry, and the hash that stands for everything up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// Sequence of the last entry, counted from 1; 0 for an empty journal.
    pub sequence: u64,
    /// Hash of the last entry.
    #[serde(with = "hex32")]
    pub hash: [u8; 32],
}

mod hex32 {
    pub(super) fn serialize<S: serde::Serializer>(
        bytes: &[u8; 32],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&data_encoding::HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; 32], D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        super::unhex(&text)
            .ok_or_else(|| serde::de::Error::custom("expected 64 lowercase hexadecimal digits"))
    }
}

/// The bytes of a lowercase hexadecimal text of just this length.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    data_encoding::HEXLOWER
        .decode(text.as_bytes())
        .ok()?
        .try_into()
        .ok()
}
