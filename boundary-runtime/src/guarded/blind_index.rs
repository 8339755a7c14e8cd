//! Blind indexes: by what a sealed field is found without opening every record.
//!
//! An index is a keyed hash of the value, cut so short that many values share it. It is made by the vault, opens to
//! nothing, and a record that it finds is opened to see whether it is meant. `docs/blind-index.md` says what it leaks.

use boundary_schema::Normalisation;
use zeroize::Zeroizing;

use super::{Guarded, Plain, Sealed};
use crate::error::{AccessError, DecodeError, EncodeError};
use crate::plaintext::{Cell, CellContent, Column, IndexForm, Plaintext};

/// The version of the form: the first byte of every blind index.
const VERSION: u8 = 1;

/// Version and generation.
const HEAD_LEN: usize = 5;

/// The blind index of a sealed field, as its column holds it: version, generation of the key, shortened hash.
///
/// It is about a person still, as a pseudonym is, so it has no Debug and no Serialize.
///
/// ```compile_fail
/// fn print(index: &boundary_runtime::BlindIndex) {
///     println!("{index:?}"); // a blind index has no Debug
/// }
/// ```
pub struct BlindIndex(Box<[u8]>);

impl BlindIndex {
    /// The index of a shortened hash under the key of a generation.
    #[must_use]
    pub fn new(generation: u32, shortened: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEAD_LEN + shortened.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&generation.to_be_bytes());
        bytes.extend_from_slice(shortened);
        Self(bytes.into_boxed_slice())
    }

    /// An index as a store kept it.
    ///
    /// # Errors
    /// If the bytes are no index of a known version.
    ///
    /// ```
    /// # use boundary_runtime::BlindIndex;
    /// let index = BlindIndex::from_bytes(&[1, 0, 0, 0, 7, 0xA8, 0x40])?;
    /// assert_eq!((index.generation(), index.as_bytes().len()), (7, 7));
    /// # Ok::<(), boundary_runtime::DecodeError>(())
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > HEAD_LEN && bytes[0] == VERSION {
            Ok(Self(bytes.into()))
        } else {
            Err(DecodeError::new("a blind index of version 1"))
        }
    }

    /// The bytes, for a store of one's own: equal values of one tenant, column and generation have equal bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The generation of the key that it was made with; a rotation makes a new one.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.0
            .get(1..HEAD_LEN)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u32::from_be_bytes)
    }
}

#[diagnostic::do_not_recommend]
impl Column for BlindIndex {
    fn to_cell(&self) -> Cell {
        Cell::blob(&self.0)
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        match &cell.0 {
            CellContent::Blob(bytes) => Self::from_bytes(bytes),
            _ => Err(DecodeError::new("a binary cell with a blind index")),
        }
    }
}

/// Makes the index of a value.
pub(crate) type Make<'a, T> = &'a mut dyn FnMut(&T) -> Result<BlindIndex, AccessError>;

/// A wrapper whose values may be looked up by a blind index: [`Sealed`], or an `Option` of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no blind index",
    label = "only a sealed field has one",
    note = "a `Resident<…>` column is plain in its own region's store, so it can be queried as it is"
)]
pub trait Indexed: Guarded {
    /// What is looked up: `String` for `Sealed<String>` and for an `Option` of it.
    type Sought: Plaintext;
    /// What holds the index: [`BlindIndex`], or an `Option` of it.
    type Index: Column;

    /// The index of a value that is about to be sealed.
    #[doc(hidden)]
    fn index_given(value: &Self::Value, make: Make<'_, Self::Sought>) -> Result<Self::Index, AccessError>;

    /// The index of an opened value.
    #[doc(hidden)]
    fn index_opened(opened: &Self::Opened, make: Make<'_, Self::Sought>) -> Result<Self::Index, AccessError>;

    /// The value in an opened one, for the comparison after a look-up.
    #[doc(hidden)]
    fn sought(opened: &Self::Opened) -> Option<&Self::Sought>;
}

impl<T: Plaintext> Indexed for Sealed<T> {
    type Sought = T;
    type Index = BlindIndex;

    fn index_given(value: &T, make: Make<'_, T>) -> Result<BlindIndex, AccessError> {
        make(value)
    }

    fn index_opened(opened: &Plain<T>, make: Make<'_, T>) -> Result<BlindIndex, AccessError> {
        make(opened.inner())
    }

    fn sought(opened: &Plain<T>) -> Option<&T> {
        Some(opened.inner())
    }
}

impl<G: Indexed> Indexed for Option<G> {
    type Sought = G::Sought;
    type Index = Option<G::Index>;

    fn index_given(value: &Self::Value, make: Make<'_, Self::Sought>) -> Result<Self::Index, AccessError> {
        value
            .as_ref()
            .map(|value| G::index_given(value, make))
            .transpose()
    }

    fn index_opened(opened: &Self::Opened, make: Make<'_, Self::Sought>) -> Result<Self::Index, AccessError> {
        opened
            .as_ref()
            .map(|opened| G::index_opened(opened, make))
            .transpose()
    }

    fn sought(opened: &Self::Opened) -> Option<&Self::Sought> {
        opened.as_ref().and_then(G::sought)
    }
}

/// What is looked up in a field with wrapper `W`: `String` for `Sealed<String>` and for `Option<Sealed<String>>`.
pub type Sought<W> = <W as Indexed>::Sought;

/// The bytes that are hashed: the value's encoding after the declared steps. Wiped when dropped.
pub(crate) fn normalised<T: Plaintext>(
    value: &T,
    steps: &[Normalisation],
) -> Result<Zeroizing<Vec<u8>>, AccessError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(64));
    value.encode(&mut bytes)?;
    if T::INDEX_FORM != IndexForm::Text {
        return Ok(bytes);
    }
    for step in steps {
        let text =
            std::str::from_utf8(&bytes).map_err(|_| EncodeError::new("text that can be normalised"))?;
        // Room for all that a step may give: a buffer that grew would leave parts of the value behind.
        let mut after = Zeroizing::new(String::with_capacity(text.len() * 3));
        match step {
            Normalisation::Exact => after.push_str(text),
            Normalisation::Trim => after.push_str(text.trim()),
            Normalisation::Lowercase => after.extend(text.chars().flat_map(char::to_lowercase)),
            Normalisation::Digits => after.extend(text.chars().filter(char::is_ascii_digit)),
            Normalisation::Alphanumeric => after.extend(text.chars().filter(|c| c.is_alphanumeric())),
        }
        bytes = Zeroizing::new(std::mem::take(&mut *after).into_bytes());
    }
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    fn after(text: &str, steps: &[Normalisation]) -> String {
        String::from_utf8(normalised(&text.to_owned(), steps).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn spellings_of_one_value_are_normalised_alike() {
        use Normalisation::{Alphanumeric, Digits, Exact, Lowercase, Trim};
        assert_eq!(after(" Ada@Example.ORG\n", &[Trim, Lowercase]), "ada@example.org");
        assert_eq!(after("ÅSA", &[Lowercase]), "åsa");
        assert_eq!(after("+91 (22) 1-3", &[Digits]), "912213");
        assert_eq!(after("ab-12 3", &[Alphanumeric]), "ab123");
        assert_eq!(after(" as it is ", &[Exact]), " as it is ");
        assert_eq!(after("n/a", &[Digits]), "");
    }

    #[test]
    fn a_number_is_indexed_as_it_is_encoded() {
        let bytes = normalised(&7_u64, &[Normalisation::Exact]).unwrap();
        assert_eq!(*bytes, [7, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn an_index_reads_back_and_nonsense_does_not() {
        let index = BlindIndex::new(258, &[0xA8, 0x40]);
        assert_eq!(index.as_bytes(), [1, 0, 0, 1, 2, 0xA8, 0x40]);
        let back = BlindIndex::from_bytes(index.as_bytes()).unwrap();
        assert_eq!(back.generation(), 258);
        for wrong in [&[][..], &[1, 0, 0, 1, 2], &[2, 0, 0, 1, 2, 0xA8]] {
            assert!(BlindIndex::from_bytes(wrong).is_err());
        }
    }
}
