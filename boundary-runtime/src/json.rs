//! Values that are sealed as JSON: what `#[plaintext(json)]` calls. Only encodings are made here, never files.

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::{DecodeError, EncodeError};

/// Appends a value as JSON. It is written twice, the first time only to be measured, so that the buffer does not grow and
/// leave copies behind that nobody wipes.
///
/// # Errors
/// If serde refuses the value, as it does a map whose keys are no texts.
pub fn encode<T: Serialize>(value: &T, out: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError> {
    let refused = |_| EncodeError::new("a value that serde can write as JSON");
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value).map_err(refused)?;
    out.reserve(length.0);
    serde_json::to_writer(&mut **out, value).map_err(refused)
}

/// Reads a value back.
///
/// # Errors
/// If the bytes are no JSON of this type. What they are is not said.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(bytes).map_err(|_| DecodeError::new("JSON of the sealed type"))
}

struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_value_reads_back_and_one_that_json_cannot_hold_is_refused() {
        let value = BTreeMap::from([("street".to_owned(), vec![1, 2])]);
        let mut out = Zeroizing::new(Vec::new());
        encode(&value, &mut out).unwrap();
        assert_eq!(decode::<BTreeMap<String, Vec<i32>>>(&out).unwrap(), value);
        assert!(encode(&BTreeMap::from([((1, 2), 3)]), &mut out).is_err());
        let secret = decode::<i32>(b"\"priya\"").unwrap_err().to_string();
        assert!(!secret.contains("priya"), "{secret}");
    }
}
