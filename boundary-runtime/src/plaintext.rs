//! The bytes of a value while it is sealed, and the cell of a store that holds it.
//!
//! [`Plaintext`] is for values that are sealed; [`Column`] for values that lie in a column as they are. [`Cell`] is
//! opaque outside this crate: otherwise the row of a record would be a way around its accessors.

use zeroize::{Zeroize, Zeroizing};

use crate::error::{DecodeError, EncodeError};

/// A value that can be sealed: turned into bytes and back, and wiped.
///
/// The encodings are part of envelope format v1: integers are 8 bytes little-endian, text is UTF-8, bytes are bytes,
/// a list of texts is each text with its length in front (4 bytes, little-endian). For your own types derive it:
///
/// ```
/// # #[cfg(feature = "json")] {
/// use boundary_runtime::Plaintext;
///
/// /// Encoded as the text that it wraps.
/// #[derive(Plaintext)]
/// struct CardNumber(String);
///
/// /// Encoded as the name of the variant, `account_holder`.
/// #[derive(Plaintext)]
/// enum Role { AccountHolder, Guarantor }
///
/// /// Encoded as JSON, by feature `json`.
/// #[derive(serde::Serialize, serde::Deserialize, Plaintext)]
/// #[plaintext(json)]
/// struct Address { street: String, city: String }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sealed",
    note = "derive it: `#[derive(Plaintext)]` for a newtype or an enum without data, with `#[plaintext(json)]` \
            for a type that serde can read and write"
)]
pub trait Plaintext: Zeroize + Sized {
    /// How a blind index takes values of this type. Unless a type says otherwise, it takes none of them.
    const INDEX_FORM: IndexForm = IndexForm::Never;

    /// Appends the value's bytes.
    ///
    /// # Errors
    /// If the value has no encoding; then it is not sealed.
    fn encode(&self, out: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError>;

    /// Reads the value back.
    ///
    /// # Errors
    /// If the bytes are no value of this type.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>;

    /// The value's bytes, if it holds them just as [`Plaintext::encode`] would append them: then they are sealed from where
    /// they lie, and no copy of the plaintext is made.
    fn as_encoded(&self) -> Option<&[u8]> {
        None
    }

    /// As [`Plaintext::decode`], from bytes that nobody else needs: a type that holds them as they are takes them over, and
    /// no copy of the plaintext is made.
    ///
    /// # Errors
    /// As [`Plaintext::decode`].
    fn decode_owned(bytes: Zeroizing<Vec<u8>>) -> Result<Self, DecodeError> {
        Self::decode(&bytes)
    }
}

/// How a blind index takes values of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexForm {
    /// Not at all: the type has so few values that they can be listed, or one value has several encodings.
    Never,
    /// As the bytes of their encoding.
    Bytes,
    /// As text, which can be normalised.
    Text,
}

#[diagnostic::do_not_recommend]
impl Plaintext for String {
    const INDEX_FORM: IndexForm = IndexForm::Text;

    fn encode(&self, out: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError> {
        out.extend_from_slice(self.as_bytes());
        Ok(())
    }

    fn as_encoded(&self) -> Option<&[u8]> {
        Some(self.as_bytes())
    }

    fn decode_owned(mut bytes: Zeroizing<Vec<u8>>) -> Result<Self, DecodeError> {
        String::from_utf8(std::mem::take(&mut *bytes)).map_err(|refused| {
            drop(Zeroizing::new(refused.into_bytes()));
            DecodeError::new("UTF-8 text")
        })
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| DecodeError::new("UTF-8 text"))
    }
}

#[diagnostic::do_not_recommend]
impl Plaintext for Vec<u8> {
    const INDEX_FORM: IndexForm = IndexForm::Bytes;

    fn encode(&self, out: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError> {
        out.extend_from_slice(self);
        Ok(())
    }

    fn as_encoded(&self) -> Option<&[u8]> {
        Some(self)
    }

    fn decode_owned(mut bytes: Zeroizing<Vec<u8>>) -> Result<Self, DecodeError> {
        Ok(std::mem::take(&mut *bytes))
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(bytes.to_vec())
    }
}

#[diagnostic::do_not_recommend]
impl Plaintext for bool {
    fn encode(&self, out: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError> {
        out.push(u8::from(*self));
        Ok(())
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        match bytes {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(DecodeError::new("a boolean")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Plaintext for Vec<String> {
    fn encode(&self, out: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError> {
        for text in self {
            let length = u32::try_from(text.len()).map_err(|_| EncodeError::new("a text of under 4 GiB"))?;
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }

    fn decode(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let wrong = || DecodeError::new("a list of texts");
        let mut texts = Vec::new();
        while let Some((length, rest)) = bytes.split_first_chunk() {
            let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| wrong())?;
            let (text, rest) = rest.split_at_checked(length).ok_or_else(wrong)?;
            texts.push(String::decode(text)?);
            bytes = rest;
        }
        if bytes.is_empty() { Ok(texts) } else { Err(wrong()) }
    }
}

/// The content of one column of one row. Opaque: only this crate's stores and queues look inside.
pub struct Cell(pub(crate) CellContent);

pub(crate) enum CellContent {
    Null,
    Integer(i64),
    Text(Zeroizing<String>),
    Blob(Zeroizing<Vec<u8>>),
    /// The content of a resident column: no type but `Resident` reads it.
    Closed(Box<Cell>),
}

impl Cell {
    pub(crate) fn null() -> Self {
        Self(CellContent::Null)
    }

    pub(crate) fn blob(bytes: &[u8]) -> Self {
        Self(CellContent::Blob(Zeroizing::new(bytes.to_vec())))
    }

    /// The same content again. Not `Clone`, which every crate could call.
    pub(crate) fn copy(&self) -> Self {
        Self(match &self.0 {
            CellContent::Null => CellContent::Null,
            CellContent::Integer(number) => CellContent::Integer(*number),
            CellContent::Text(text) => CellContent::Text(text.clone()),
            CellContent::Blob(bytes) => CellContent::Blob(bytes.clone()),
            CellContent::Closed(inner) => CellContent::Closed(Box::new(inner.copy())),
        })
    }

    /// This cell as the content of a resident column. Nothing stays nothing: a missing value needs no closing.
    pub(crate) fn closed(self) -> Self {
        match self.0 {
            CellContent::Null | CellContent::Closed(_) => self,
            _ => Self(CellContent::Closed(Box::new(self))),
        }
    }
}

/// A value that lies in a column as it is: identifiers, global fields, resident fields.
///
/// For your own types derive it: a newtype lies there as what it wraps, an enum without data as the name of its variant.
///
/// ```
/// use boundary_runtime::Column;
///
/// #[derive(Column)]
/// struct OrderId(i64);
///
/// /// In the column as `basic` and `pro_plus`.
/// #[derive(Column)]
/// enum Plan { Basic, ProPlus }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot lie in a column as it is",
    note = "derive it: `#[derive(Column)]` for a newtype or an enum without data"
)]
pub trait Column: Sized {
    /// The cell that holds this value.
    fn to_cell(&self) -> Cell;

    /// Reads the value back.
    ///
    /// # Errors
    /// If the cell holds no value of this type.
    fn from_cell(cell: &Cell) -> Result<Self, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl Column for String {
    fn to_cell(&self) -> Cell {
        Cell(CellContent::Text(Zeroizing::new(self.clone())))
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        match &cell.0 {
            CellContent::Text(text) => Ok(text.to_string()),
            _ => Err(DecodeError::new("a text cell")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Column for std::borrow::Cow<'_, str> {
    fn to_cell(&self) -> Cell {
        Cell(CellContent::Text(Zeroizing::new(self.clone().into_owned())))
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        String::from_cell(cell).map(Self::Owned)
    }
}

#[diagnostic::do_not_recommend]
impl Column for bool {
    fn to_cell(&self) -> Cell {
        Cell(CellContent::Integer(i64::from(*self)))
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        match &cell.0 {
            CellContent::Integer(0) => Ok(false),
            CellContent::Integer(1) => Ok(true),
            _ => Err(DecodeError::new("a boolean cell")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl Column for Vec<u8> {
    fn to_cell(&self) -> Cell {
        Cell::blob(self)
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        match &cell.0 {
            CellContent::Blob(bytes) => Ok(bytes.to_vec()),
            _ => Err(DecodeError::new("a binary cell")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: Column> Column for Option<T> {
    fn to_cell(&self) -> Cell {
        self.as_ref().map_or_else(Cell::null, Column::to_cell)
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        match &cell.0 {
            CellContent::Null => Ok(None),
            _ => T::from_cell(cell).map(Some),
        }
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Plaintext for $type {
            // Sixteen bits are as many values as can be listed in no time.
            const INDEX_FORM: IndexForm = if <$type>::BITS > 16 { IndexForm::Bytes } else { IndexForm::Never };

            fn encode(&self, out: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError> {
                let mut bytes = i128::from(*self).to_le_bytes();
                out.extend_from_slice(&bytes[..8]);
                bytes.zeroize();
                Ok(())
            }

            fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
                let wrong = || DecodeError::new(concat!("an integer of type ", stringify!($type)));
                let bytes: [u8; 8] = bytes.try_into().map_err(|_| wrong())?;
                // The sign of the type says how the eight bytes are to be read.
                if <$type>::MIN == 0 {
                    <$type>::try_from(u64::from_le_bytes(bytes)).map_err(|_| wrong())
                } else {
                    <$type>::try_from(i64::from_le_bytes(bytes)).map_err(|_| wrong())
                }
            }
        }
    )*};
}
integers!(u8, u16, u32, u64, i8, i16, i32, i64);

macro_rules! integer_columns {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Column for $type {
            fn to_cell(&self) -> Cell {
                Cell(CellContent::Integer(i64::from(*self)))
            }

            fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
                match cell.0 {
                    CellContent::Integer(number) => <$type>::try_from(number)
                        .map_err(|_| DecodeError::new(concat!("an integer of type ", stringify!($type)))),
                    _ => Err(DecodeError::new("an integer cell")),
                }
            }
        }
    )*};
}
integer_columns!(u8, u16, u32, i8, i16, i32, i64);

macro_rules! identifier_columns {
    ($($type:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl Column for $type {
            fn to_cell(&self) -> Cell {
                Cell(CellContent::Text(Zeroizing::new(self.as_str().to_owned())))
            }

            fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
                String::from_cell(cell).map(Into::into)
            }
        }
    )*};
}
identifier_columns!(crate::TenantId, crate::SubjectId);
